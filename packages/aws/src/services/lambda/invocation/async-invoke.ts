import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { serviceCall } from '../../../core/service-call';
import type { SnsTopics } from '../../target-services';
import type { FunctionStore, LambdaFunction } from '../functions';
import { type InvokeRequest, type InvokeResult, type Invoker, readPayload } from './invoke';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: asynchronous invocation, 1 MB since October 2025 */
const ASYNC_BYTES = 1_048_576;
/** Seconds before the second and the third attempt. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_SECONDS = [60, 120];

/** What an asynchronous invocation may need of its surroundings; read when it is needed. */
export interface Destinations {
  readonly sns?: SnsTopics;
}

/** An event that no attempt could handle. */
export interface DeadEvent {
  readonly functionArn: string;
  readonly requestId: string;
  readonly payload: string;
  readonly reason: string;
}

/** The asynchronous side of Lambda: it answers at once, runs later, tries again, and tells a destination how it ended. */
export class AsyncInvoker {
  /** The newest 100 events that were given up. */
  readonly dead: DeadEvent[] = [];

  constructor(
    private readonly context: Context,
    private readonly store: FunctionStore,
    private readonly invoker: Invoker,
    private readonly destinations: Destinations,
  ) {}

  /** Accepts an event. Throws what Invoke throws for a request that cannot be accepted. */
  accept(request: InvokeRequest): string {
    const { fn, qualifier } = this.store.find(request.functionName, request.qualifier);
    this.store.version(fn, qualifier);
    const payload = readPayload(request.payload, ASYNC_BYTES);
    const requestId = request.requestId ?? uuid();
    const event = { ...request, payload, requestId };
    const config = fn.eventInvokeConfigs.get(qualifier ?? '$LATEST') ?? {};
    setImmediate(() => void this.attempt(fn, event, config, 1, this.context.clock.millis()));
    return requestId;
  }

  private async attempt(
    fn: LambdaFunction,
    event: InvokeRequest & { payload: string; requestId: string },
    config: FunctionEventInvokeConfig,
    attempt: number,
    acceptedAt: number,
  ): Promise<void> {
    const again = (seconds: number, next: number) =>
      this.context.clock.after(seconds, () => void this.attempt(fn, event, config, next, acceptedAt));
    const age = (this.context.clock.millis() - acceptedAt) / 1000;
    const oldest = config.MaximumEventAgeInSeconds ?? 21_600;
    let result: InvokeResult | undefined;
    let refusal: AwsError | undefined;
    try {
      result = await this.invoker.invoke(event);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusal = error;
    }
    if (result && !result.error)
      return this.tell(
        fn,
        config.DestinationConfig?.OnSuccess?.Destination,
        event,
        result,
        'Success',
        attempt,
      );
    // Throttles and the system's own errors stay in the queue for as long as the event may live, without counting as attempts.
    const isPassing = refusal && refusal.code !== 'ResourceNotFoundException';
    if (isPassing && age < oldest) return void again(Math.min(300, 2 ** attempt), attempt);
    const retries = config.MaximumRetryAttempts ?? 2;
    if (result && attempt <= retries && age < oldest)
      return void again(RETRY_SECONDS[attempt - 1] ?? 120, attempt + 1);
    const reason = age >= oldest ? 'EventAgeExceeded' : 'RetriesExhausted';
    this.dead.push({
      functionArn: fn.arn,
      requestId: event.requestId,
      payload: event.payload,
      reason: refusal?.message ?? result?.error?.errorMessage ?? reason,
    });
    if (this.dead.length > 100) this.dead.shift();
    const onFailure = config.DestinationConfig?.OnFailure?.Destination;
    this.tell(fn, onFailure, event, result, reason, attempt);
    this.sendToDeadLetterQueue(fn, event, result);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  private tell(
    fn: LambdaFunction,
    destination: string | undefined,
    event: InvokeRequest & { payload: string; requestId: string },
    result: InvokeResult | undefined,
    condition: string,
    attempts: number,
  ): void {
    if (!destination) return;
    const record = {
      version: '1.0',
      timestamp: this.context.clock.now().toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: `${fn.arn}:${result?.executedVersion ?? '$LATEST'}`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(event.payload),
      responseContext: result && {
        statusCode: 200,
        executedVersion: result.executedVersion,
        functionError: result.functionError,
      },
      responsePayload: result && JSON.parse(result.payload),
    };
    this.safely(destination, () => this.deliver(fn, destination, JSON.stringify(record), condition));
  }

  /** A destination that is gone, or refuses, is the function owner's to mend: nobody waits for this delivery. */
  private safely(destination: string, work: () => unknown): void {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        if (!(error instanceof AwsError)) console.error(`delivery to ${destination} failed:`, error);
      });
  }

  private deliver(fn: LambdaFunction, destination: string, record: string, condition: string): unknown {
    const service = destination.split(':')[2];
    if (service === 'lambda') return this.accept({ functionName: destination, payload: record });
    if (service === 'events')
      return this.context.bus.announce({
        source: 'lambda',
        detailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
        detail: JSON.parse(record),
        resources: [destination, `${fn.arn}:$LATEST`],
        busName: destination.split('/').at(-1),
      });
    if (service === 'sns')
      return this.destinations.sns?.operations.Publish(
        { TopicArn: destination, Message: record },
        serviceCall(this.context, 'lambda'),
      );
    return undefined;
  }

  private sendToDeadLetterQueue(
    fn: LambdaFunction,
    event: InvokeRequest & { payload: string; requestId: string },
    result: InvokeResult | undefined,
  ): void {
    const target = fn.latest.configuration.DeadLetterConfig?.TargetArn;
    if (target?.split(':')[2] !== 'sns') return;
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
    this.safely(target, () =>
      this.destinations.sns?.operations.Publish(
        {
          TopicArn: target,
          Message: event.payload,
          MessageAttributes: {
            RequestID: attribute(event.requestId),
            ErrorCode: attribute('200'),
            ErrorMessage: attribute((result?.error?.errorMessage ?? '').slice(0, 1024)),
          },
        },
        serviceCall(this.context, 'lambda'),
      ),
    );
  }
}
