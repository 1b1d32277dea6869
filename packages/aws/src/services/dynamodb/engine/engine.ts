import { create, type Level, type Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { AwsError } from '../../../core/aws-error';
import type { Clock } from '../../../core/clock';
import { internalServerError } from '../errors';
import { Guard } from './guard';
import { changeIndexes, type IndexChange } from './indexes';
import { InvalidInput } from './invalid-input';

/** What dynalite gives for an operation: the answer, or an error of DynamoDB's with `statusCode` and `body`. */
type Done = (error: unknown, output?: Record<string, unknown>) => void;
type Action = (store: Store, input: unknown, done: Done) => void;

/** dynalite's checks of an operation's input. */
interface InputRules {
  readonly types: unknown;
  readonly custom?: unknown;
}

/** The tables of one region: dynalite, called in this process. */
export class Engine {
  private readonly store: Store;
  /** Resolves when what has the tables for itself is over. */
  private alone: Promise<void> | undefined;
  private readonly running = new Set<Promise<void>>();
  private readonly loaded = new Map<string, Promise<[{ default: Action }, InputRules]>>();

  constructor(
    region: string,
    accountId: string,
    private readonly clock: Pick<Clock, 'loading'>,
  ) {
    this.store = create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    closeIterators(this.store.db);
    this.store.tableDb.awsRegion = region;
    this.store.tableDb.awsAccountId = accountId;
  }

  /**
   * Calls an operation, with input and output as they are in JSON. What dynalite throws, wherever it does, is this request's error alone.
   *
   * @throws AwsError with DynamoDB's code, its details among them; `InternalServerError` where dynalite fails
   */
  async call(operation: string, input: object): Promise<Record<string, unknown>> {
    await this.load(operation);
    while (this.alone) await this.alone;
    const run = this.run(operation, input);
    const ended = run.then(nothing, nothing).finally(() => this.running.delete(ended));
    this.running.add(ended);
    return run;
  }

  /**
   * Does several operations as one: nothing else is done meanwhile.
   *
   * @param work gets a `call` that throws as this one's
   */
  async exclusively<Result>(work: (call: Engine['call']) => Promise<Result>): Promise<Result> {
    while (this.alone) await this.alone;
    let over = nothing;
    this.alone = new Promise((resolve) => {
      over = resolve;
    });
    try {
      await Promise.all(this.running);
      return await work((operation, input) => this.run(operation, input));
    } finally {
      this.alone = undefined;
      over();
    }
  }

  /** Makes or deletes a global index of a table that is active, and nothing else is done meanwhile. */
  async changeIndexes(tableName: string, change: IndexChange): Promise<void> {
    await this.load('Scan');
    await this.exclusively((call) => changeIndexes(this.store, call, tableName, change));
  }

  private async run(operation: string, input: object): Promise<Record<string, unknown>> {
    const [{ default: act }, rules] = await this.load(operation);
    return new Promise((resolve, reject) => {
      const guard = new Guard((error) => reject(asAwsError(error, operation)));
      guard.run(() => {
        // dynalite changes what it is given.
        const data = this.read(input, operation, rules);
        act(guard.wrap(this.store), data, (error, output = {}) => {
          if (error) reject(asAwsError(error, operation));
          else resolve(JSON.parse(JSON.stringify(output)) as Record<string, unknown>);
        });
      });
    });
  }

  /** @throws AwsError `InvalidInput` */
  private read(input: object, operation: string, { types, custom }: InputRules): unknown {
    try {
      const data = checkTypes(JSON.parse(JSON.stringify(input)), types);
      checkValidations(data, types, custom, this.store);
      return data;
    } catch (error) {
      const { code, message, status, details } = asAwsError(error, operation);
      throw new InvalidInput(code, message, status, details);
    }
  }

  close(): void {
    this.store.db.close();
  }

  private load(operation: string): Promise<[{ default: Action }, InputRules]> {
    let loaded = this.loaded.get(operation);
    if (!loaded) {
      loaded = this.clock.loading(operation, load(operation));
      this.loaded.set(operation, loaded);
    }
    return loaded;
  }
}

/** @param operation one of those that dynalite has */
function load(operation: string): Promise<[{ default: Action }, InputRules]> {
  const file = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}.js`;
  return Promise.all([import(`dynalite/actions/${file}`), import(`dynalite/validations/${file}`)]) as Promise<
    [{ default: Action }, InputRules]
  >;
}

function nothing(): void {}

function asAwsError(thrown: unknown, operation: string): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const { statusCode, body } = thrown as { statusCode?: number; body?: Record<string, unknown> };
  if (statusCode === undefined || !body) return internalServerError(thrown, operation);
  const { __type, message, Message, ...details } = body;
  const code = String(__type).replace(/^.*#/, '');
  return new AwsError(code, String(message ?? Message ?? ''), statusCode, details);
}

/**
 * dynalite ends an iterator by `return`, which none of the store's has: each would be kept for good, with all that was in the tables when it
 * began.
 */
function closeIterators(db: Level): void {
  for (const kind of ['keys', 'values'] as const) {
    const iterate = db[kind].bind(db);
    db[kind] = (options) => {
      const iterator = iterate(options);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
}
