import { AsyncLocalStorage } from 'node:async_hooks';

/** Who is told of an error that nobody catches. */
export interface Owner {
  /** It was thrown where no code of the function's own could catch it: in a callback, by an emitter without a listener. */
  dieOfException(error: unknown): void;
  /** A promise was rejected, and nobody awaits it. */
  dieOfRejection(reason: unknown): void;
}

const owners = new AsyncLocalStorage<Owner>();

/** Runs code of a function. What it sets off and nobody catches is told to the owner, and does not end this process. */
export function runFor<Result>(owner: Owner, run: () => Result): Result {
  listen();
  return owners.run(owner, run);
}

/** Runs what is not the function's, though it calls it: what that sets off is this process's own. */
export function runForNobody<Result>(run: () => Result): Result {
  return owners.exit(run);
}

/** For as long as this process lives: a function that has ended may still leave a promise that is rejected. */
function listen(): void {
  if (process.listeners('uncaughtException').includes(onException)) return;
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
}

function onException(error: unknown): void {
  const owner = owners.getStore();
  if (owner) owner.dieOfException(error);
  else if (process.listenerCount('uncaughtException') === 1) endAsUsual(error);
}

function onRejection(reason: unknown): void {
  const owner = owners.getStore();
  if (owner) owner.dieOfRejection(reason);
  else if (process.listenerCount('unhandledRejection') === 1) endAsUsual(reason);
}

/** Of this process itself, where nobody else listens: it ends as Node.js ends it. */
function endAsUsual(error: unknown): void {
  if (process.listenerCount('uncaughtException') === 1) process.off('uncaughtException', onException);
  process.nextTick(() => {
    throw error;
  });
}
