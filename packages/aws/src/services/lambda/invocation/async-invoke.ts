import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { RoleSessions } from '../../../core/authorization/role-sessions';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { type Functions, type LambdaFunction, versionOf } from '../functions';
import { sendDeadLetter, sendRecord } from './destinations';
import { type InvokeRequest, type InvokeResult, type Invoker, readPayload } from './invoke';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: asynchronous invocation, 1 MB since October 2025 */
const ASYNC_BYTES = 1_048_576;
/** Seconds before the second and the third attempt. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_SECONDS = [60, 120];
/** Age at which an event is given up, unless the function says otherwise. AWS seconds. */
const OLDEST_SECONDS = 21_600;
/** Events that were given up and are remembered. */
const MOST_DEAD = 100;

/** An event that no attempt could handle. */
export interface DeadEvent {
  readonly functionArn: string;
  readonly requestId: string;
  readonly payload: string;
  readonly reason: string;
}

/** An event that Lambda has accepted, and how often it has been tried. */
interface QueuedEvent {
  readonly fn: LambdaFunction;
  readonly request: InvokeRequest & { readonly payload: string; readonly requestId: string };
  /** As it was when the event came. */
  readonly config: FunctionEventInvokeConfig;
  /** AWS time, milliseconds. */
  readonly acceptedAt: number;
}

/** How an event ended that no attempt could handle. */
interface GivenUp {
  readonly condition: 'EventAgeExceeded' | 'RetriesExhausted';
  readonly attempts: number;
  /** What came of the last attempt that ran. */
  readonly result?: InvokeResult;
  /** Why the last attempt did not run. */
  readonly refusal?: AwsError;
}

/** The asynchronous side of Lambda: it answers at once, runs later, tries again, and tells a destination how it ended. */
export class AsyncInvoker {
  private readonly givenUp: DeadEvent[] = [];

  constructor(
    private readonly context: Context,
    private readonly functions: Functions,
    private readonly invoker: Invoker,
    private readonly sessions: RoleSessions,
  ) {}

  /** The newest events that no attempt could handle. */
  get dead(): readonly DeadEvent[] {
    return this.givenUp;
  }

  /** Accepts an event. Returns the request's id. Throws what Invoke throws for a request that cannot be accepted. */
  accept(request: InvokeRequest): string {
    const { fn, qualifier } = this.functions.find(request.functionName, request.qualifier);
    versionOf(fn, qualifier);
    const payload = readPayload(request.payload, ASYNC_BYTES);
    const requestId = request.requestId ?? uuid();
    const event: QueuedEvent = {
      fn,
      request: { ...request, payload, requestId },
      config: fn.eventInvokeConfigs.get(qualifier ?? '$LATEST') ?? {},
      acceptedAt: this.context.clock.millis(),
    };
    setImmediate(() => this.begin(event, 1));
    return requestId;
  }

  /** @param last what came of the attempt before */
  private begin(event: QueuedEvent, attempt: number, last?: InvokeResult): void {
    this.attempt(event, attempt, last).catch((error: unknown) => {
      console.error(`an event of ${event.fn.arn} was lost:`, error);
    });
  }

  private async attempt(event: QueuedEvent, attempt: number, last?: InvokeResult): Promise<void> {
    const { config } = event;
    const again = (seconds: number, next: number, came: Pick<GivenUp, 'result' | 'refusal'>) =>
      this.context.clock.after(seconds, () => {
        // What has become too old in the queue is not run any more.
        if (!this.isTooOld(event)) return this.begin(event, next, came.result);
        this.giveUp(event, { condition: 'EventAgeExceeded', attempts: next - 1, ...came });
      });
    let result: InvokeResult | undefined;
    let refusal: AwsError | undefined;
    try {
      result = await this.invoker.invoke(event.request);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusal = error;
    }
    if (result && !result.error) return this.report(event, result, 'Success', attempt);
    // Throttles and the system's own errors stay in the queue for as long as the event may live, without counting as attempts.
    if (refusal && refusal.code !== 'ResourceNotFoundException')
      return void again(Math.min(300, 2 ** attempt), attempt, { result: last, refusal });
    if (result && attempt <= (config.MaximumRetryAttempts ?? 2))
      return void again(RETRY_SECONDS[attempt - 1] ?? 120, attempt + 1, { result });
    this.giveUp(event, { condition: 'RetriesExhausted', attempts: attempt, result, refusal });
  }

  private isTooOld({ config, acceptedAt }: QueuedEvent): boolean {
    const age = (this.context.clock.millis() - acceptedAt) / 1000;
    return age >= (config.MaximumEventAgeInSeconds ?? OLDEST_SECONDS);
  }

  private giveUp(event: QueuedEvent, { condition, attempts, result, refusal }: GivenUp): void {
    const { fn, request } = event;
    const { requestId, payload } = request;
    const reason = refusal?.message ?? result?.error?.errorMessage ?? condition;
    this.givenUp.push({ functionArn: fn.arn, requestId, payload, reason });
    if (this.givenUp.length > MOST_DEAD) this.givenUp.shift();
    this.report(event, result, condition, attempts);
    sendDeadLetter(this.surroundingsOf(event), request, result?.error?.errorMessage ?? '');
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  private report(
    event: QueuedEvent,
    result: InvokeResult | undefined,
    condition: 'Success' | 'EventAgeExceeded' | 'RetriesExhausted',
    attempts: number,
  ): void {
    const { fn, request, config } = event;
    const { OnSuccess, OnFailure } = config.DestinationConfig ?? {};
    const destination = (condition === 'Success' ? OnSuccess : OnFailure)?.Destination;
    if (!destination) return;
    sendRecord(this.surroundingsOf(event), destination, {
      version: '1.0',
      timestamp: this.context.clock.now().toISOString(),
      requestContext: {
        requestId: request.requestId,
        functionArn: `${fn.arn}:${result?.executedVersion ?? '$LATEST'}`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(request.payload),
      responseContext: result && {
        statusCode: 200,
        executedVersion: result.executedVersion,
        functionError: result.functionError,
      },
      responsePayload: result && JSON.parse(result.payload),
    });
  }

  private surroundingsOf({ fn, request }: QueuedEvent) {
    return { context: this.context, sessions: this.sessions, fn, traceId: request.traceId };
  }
}
