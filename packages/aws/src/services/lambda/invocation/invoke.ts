import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import { randomHex, uuid } from '../../../core/ids';
import { explainJsonFault } from '../../../wire/json-fault';
import { conflict, tooLargeRequest, tooManyRequests, unreadableContent } from '../errors';
import { type Functions, type FunctionVersion, type LambdaFunction, routeTo } from '../functions';
import type { FunctionLog } from '../sandboxes/function-log';
import type { FunctionError } from '../sandboxes/protocol';
import { InitError, type Outcome } from '../sandboxes/sandbox';
import type { Loan, Sandboxes } from '../sandboxes/sandboxes';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: request and response of a synchronous invocation */
const SYNC_BYTES = 6_291_456;
/** Runs at the same time in an account, by default. */
const ACCOUNT_CONCURRENCY = 1000;

/** What a caller inside the embedded AWS asks for. */
export interface InvokeRequest {
  /** Name, partial ARN or ARN, with or without a qualifier. */
  readonly functionName: string;
  readonly qualifier?: string;
  /** JSON text; none is `{}`. */
  readonly payload?: string;
  /** X-Ray trace (`Root=1-…`) that the function's own calls carry on. */
  readonly traceId?: string;
  readonly clientContext?: unknown;
  readonly requestId?: string;
}

/** What came of a synchronous invocation. */
export interface InvokeResult {
  /** The handler's answer, or the error as JSON. */
  readonly payload: string;
  /** Present when the function failed. */
  readonly functionError?: 'Unhandled';
  readonly error?: FunctionError;
  readonly executedVersion: string;
  readonly requestId: string;
  /** The last 4 KB of the run's log. */
  readonly logTail: string;
}

/** What is told of every run that has ended. */
export interface RunReport {
  readonly functionName: string;
  readonly failed: boolean;
  /** Real milliseconds. */
  readonly millis: number;
}

/** Runs functions. */
export class Invoker {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly context: Context,
    private readonly functions: Functions,
    private readonly sandboxes: Sandboxes,
    private readonly log: FunctionLog,
    private readonly onFinish: (report: RunReport) => void,
  ) {}

  /**
   * Runs a function and waits for its answer.
   * @throws AwsError ResourceNotFoundException, InvalidRequestContentException, RequestTooLargeException,
   *   TooManyRequestsException, ResourceConflictException (it is still Pending)
   */
  async invoke(request: InvokeRequest): Promise<InvokeResult> {
    const { fn, qualifier } = this.functions.find(request.functionName, request.qualifier);
    const version = routeTo(fn, qualifier);
    const payload = readPayload(request.payload, SYNC_BYTES);
    checkActive(fn);
    this.enter(fn);
    try {
      return await this.run(fn, version, {
        ...request,
        payload,
        functionArn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`,
      });
    } finally {
      this.running.set(fn.name, (this.running.get(fn.name) ?? 1) - 1);
    }
  }

  private enter(fn: LambdaFunction): void {
    const running = this.running.get(fn.name) ?? 0;
    if (running >= (fn.reservedConcurrency ?? ACCOUNT_CONCURRENCY))
      throw tooManyRequests(fn.reservedConcurrency !== undefined);
    this.running.set(fn.name, running + 1);
  }

  private async run(
    fn: LambdaFunction,
    version: FunctionVersion,
    request: InvokeRequest & { payload: string; functionArn: string },
  ): Promise<InvokeResult> {
    const { configuration } = version;
    const requestId = request.requestId ?? uuid();
    const loan = await this.sandboxes.borrow(fn, version);
    const group = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${fn.name}`;
    const stream = loan.logStream;
    const isCold = loan.sandbox.isFresh;
    const lines: string[] = [];
    const unlisten = loan.sandbox.onLine(({ message }) => lines.push(message));
    let initMillis: number | undefined;
    const { clock } = this.context;
    /** AWS seconds of work count as real ones: a function's code runs at real speed. */
    const since = (from: number) => (clock.millis() - from) / clock.scale;
    let startedAt = clock.millis();
    let outcome: Outcome;
    try {
      if (isCold) {
        await loan.sandbox.ready.finally(() =>
          clock.turnOf(`${requestId} ready`, durations.lambdaColdStart.seconds),
        );
        loan.sandbox.tellLines();
        initMillis = since(startedAt);
      }
      lines.push(this.log.start(group, stream, requestId, configuration.Version ?? '$LATEST'));
      startedAt = clock.millis();
      outcome = await loan.sandbox.run({
        requestId,
        functionArn: request.functionArn,
        payload: request.payload,
        traceId: request.traceId ?? newTraceId(this.context),
        clientContext: request.clientContext,
        deadline: startedAt + (configuration.Timeout ?? 3) * 1000 * clock.scale,
        scale: clock.scale,
      });
      await clock.turnOf(`${requestId} done`, durations.lambdaRun.seconds);
      loan.sandbox.tellLines();
    } catch (error) {
      if (!(error instanceof InitError)) throw error;
      lines.push(this.log.initReport(group, stream, since(startedAt), error.error.errorType));
      lines.push(this.log.start(group, stream, requestId, configuration.Version ?? '$LATEST'));
      outcome = { ok: false, error: error.error, memoryBytes: 0 };
    } finally {
      unlisten();
      loan.release();
    }
    outcome = refuseLargeAnswer(outcome);
    const durationMillis = since(startedAt);
    lines.push(...this.closeLog(group, loan, { requestId, outcome, durationMillis, initMillis }, version));
    this.onFinish({ functionName: fn.name, failed: !outcome.ok, millis: durationMillis });
    return {
      payload: outcome.ok ? outcome.payload : JSON.stringify(outcome.error),
      functionError: outcome.ok ? undefined : 'Unhandled',
      error: outcome.ok ? undefined : outcome.error,
      executedVersion: configuration.Version ?? '$LATEST',
      requestId,
      logTail: Buffer.from(`${lines.join('\n')}\n`)
        .subarray(-4096)
        .toString(),
    };
  }

  private closeLog(
    group: string,
    loan: Loan,
    run: { requestId: string; outcome: Outcome; durationMillis: number; initMillis?: number },
    version: FunctionVersion,
  ): string[] {
    const { requestId, outcome, durationMillis, initMillis } = run;
    const isTimeout = !outcome.ok && outcome.error.errorType === 'Sandbox.Timedout';
    const errorType = outcome.ok ? '' : outcome.error.errorType;
    const isCrash = /^(Sandbox|Runtime)\./.test(errorType);
    const said: string[] = [];
    // What the runtime itself found wrong it has logged; of its own end only Lambda can tell.
    if (!outcome.ok && (isTimeout || errorType.endsWith('Exit') || errorType.endsWith('ExitError'))) {
      const message = isTimeout
        ? `${this.context.clock.now().toISOString()} ${requestId} Task timed out after ${(version.configuration.Timeout ?? 3).toFixed(2)} seconds`
        : `${outcome.error.errorMessage}\n${errorType}`;
      this.log.write(group, loan.logStream, { timestamp: this.context.clock.millis(), message });
      said.push(message);
    }
    said.push(this.log.end(group, loan.logStream, requestId));
    said.push(
      this.log.report(group, loan.logStream, {
        requestId,
        durationMillis,
        initMillis,
        memorySize: version.configuration.MemorySize ?? 128,
        memoryBytes: outcome.memoryBytes,
        status: isTimeout ? 'timeout' : isCrash ? 'error' : undefined,
        errorType: isCrash && !isTimeout ? errorType : undefined,
      }),
    );
    return said;
  }
}

/**
 * Checks a payload.
 * @throws AwsError RequestTooLargeException, InvalidRequestContentException
 */
export function readPayload(payload: string | undefined, mostBytes: number): string {
  const text = payload === undefined || payload === '' ? '{}' : payload;
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) throw tooLargeRequest(mostBytes);
  try {
    JSON.parse(text);
  } catch {
    const { message, location } = explainJsonFault(text);
    // Lambda reads bytes, not texts.
    const fault = `${message}\n at ${location}`.replaceAll('[Source: (String)', '[Source: (byte[])');
    throw unreadableContent(
      `Could not parse request body into json: Could not parse payload into json: ${fault}`,
    );
  }
  return text;
}

function checkActive(fn: LambdaFunction): void {
  const { State } = fn.latest.configuration;
  if (State === 'Active') return;
  throw conflict(
    `The operation cannot be performed at this time. The function is currently in the following state: ${State}`,
  );
}

function refuseLargeAnswer(outcome: Outcome): Outcome {
  if (!outcome.ok || Buffer.byteLength(outcome.payload) <= SYNC_BYTES) return outcome;
  return {
    ok: false,
    memoryBytes: outcome.memoryBytes,
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${Buffer.byteLength(outcome.payload)} bytes) exceeded maximum allowed payload size (${SYNC_BYTES} bytes).`,
    },
  };
}

/** A new X-Ray trace header. */
function newTraceId(context: Context): string {
  const seconds = Math.floor(context.clock.millis() / 1000).toString(16);
  return `Root=1-${seconds}-${randomHex(24)};Parent=${randomHex(16)};Sampled=0`;
}
