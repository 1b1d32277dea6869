import { AwsError } from '../core/aws-error';
import { type Fault, NoAnswer } from '../core/faults/faults';

/** A call, as a fault may handle it. */
export interface Struck {
  /** Has the call have its effect. */
  perform(): Promise<object>;
  /** @param seconds AWS seconds */
  sleep(seconds: number): Promise<void>;
  /** Ends the function that calls. False where no function calls. */
  kill(): boolean;
}

/**
 * Lets a fault strike a call.
 *
 * @returns the answer that the caller gets
 * @throws AwsError the one that he gets instead; `NoAnswer` where he gets none
 */
export async function strike(fault: Fault, operation: string, call: Struck): Promise<object> {
  switch (fault.kind) {
    case 'afterEffect':
      await call.perform();
      throw refusalOf(fault, 500);
    case 'late':
      return isRefused(fault)
        ? beLate(fault, operation, call)
        : call.sleep(fault.delay ?? 0).then(call.perform);
    case 'lost':
      throw new NoAnswer(operation);
    case 'twice': {
      const answer = await call.perform();
      await call.perform().catch(untold(operation));
      return answer;
    }
    case 'kill':
      call.kill();
      throw new NoAnswer(operation);
    case 'killAfterEffect':
      await call.perform();
      call.kill();
      throw new NoAnswer(operation);
    default:
      throw refusalOf(fault, 400);
  }
}

function isRefused({ code, status }: Fault): boolean {
  return code !== undefined || status !== undefined;
}

/** The caller is refused, and the effect comes nevertheless. */
function beLate(fault: Fault, operation: string, call: Struck): never {
  void call
    .sleep(fault.delay ?? 0)
    .then(call.perform)
    .catch(untold(operation));
  throw refusalOf(fault, 500);
}

/** Of an effect that nobody waits for: a refusal is told to nobody, a defect of the embedded AWS to its error output. */
function untold(operation: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof AwsError)) console.error(`internal failure in ${operation}:`, error);
  };
}

function refusalOf({ code = 'InternalError', message = 'an injected fault', status }: Fault, usual: number) {
  return new AwsError(code, message, status ?? usual);
}
