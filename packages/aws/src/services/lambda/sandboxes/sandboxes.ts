import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { randomHex } from '../../../core/ids';
import type { IamPort } from '../../../core/ports';
import { shuttingDown } from '../errors';
import type { FunctionVersion, LambdaFunction } from '../functions';
import type { FunctionNetwork } from '../network/function-network';
import type { FunctionLog } from './function-log';
import { Sandbox } from './sandbox';

/** Sandboxes that may live at the same time; further invocations wait in a queue. AWS would run up to 1,000. */
const MOST_LIVE = 10;
/** Warm sandboxes that may wait for work; the longest idle goes first. Each holds some 30 MB. */
const MOST_IDLE = 5;
/** AWS seconds after which a warm sandbox is closed: Lambda keeps them for 5 to 15 minutes. */
const IDLE_SECONDS = 600;
/** However fast AWS's clock runs, this is what another invocation may take to come. Real seconds. */
const LEAST_REAL_IDLE_SECONDS = 60;
/** Lambda's credentials last for hours; here a sandbox is renewed before they end. AWS seconds. */
const CREDENTIAL_SECONDS = 12 * 3600;

interface Warm {
  readonly sandbox: Sandbox;
  readonly key: string;
  readonly logStream: string;
  /** AWS time, milliseconds. */
  readonly expires: number;
  cancelIdle?: Cancel;
}

/** A sandbox on loan, with the stream that its lines go to. */
export interface Loan {
  readonly sandbox: Sandbox;
  readonly logStream: string;
  /** Gives it back: kept warm when it is still usable. */
  release(): void;
}

/** The execution environments of all functions of a region: made when needed, kept warm, closed when idle. */
export class Sandboxes {
  private readonly idle: Warm[] = [];
  private readonly live = new Set<Sandbox>();
  private readonly waiting: (() => void)[] = [];
  private isDisposed = false;

  constructor(
    private readonly context: Context,
    private readonly iam: Pick<IamPort, 'issue'>,
    private readonly network: FunctionNetwork,
    private readonly log: FunctionLog,
  ) {}

  /**
   * A sandbox of the version: a warm one, or a new one as soon as there is room.
   * @throws AwsError when the function's role does not exist
   */
  async borrow(fn: LambdaFunction, version: FunctionVersion): Promise<Loan> {
    const key = `${fn.name} ${version.revision}`;
    for (;;) {
      if (this.isDisposed) throw shuttingDown();
      const warm = this.takeIdle(key);
      if (warm) return this.lend(warm);
      if (this.live.size < MOST_LIVE || this.closeOldestIdle()) break;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.lend(await this.start(fn, version, key));
  }

  /** Closes the warm sandboxes of a function, after its code or configuration has changed. */
  retire(fn: LambdaFunction): void {
    for (const warm of this.idle.filter(({ key }) => key.startsWith(`${fn.name} `))) this.close(warm);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    for (const wake of this.waiting.splice(0)) wake();
    for (const warm of this.idle.splice(0)) warm.cancelIdle?.();
    await Promise.all([...this.live].map((sandbox) => sandbox.stop()));
    this.live.clear();
  }

  private takeIdle(key: string): Warm | undefined {
    for (let at = this.idle.length - 1; at >= 0; at -= 1) {
      const warm = this.idle[at];
      if (warm?.key !== key) continue;
      this.idle.splice(at, 1);
      warm.cancelIdle?.();
      if (warm.sandbox.usable && warm.expires > this.context.clock.millis()) return warm;
      this.close(warm);
    }
    return undefined;
  }

  private lend(warm: Warm): Loan {
    return {
      sandbox: warm.sandbox,
      logStream: warm.logStream,
      release: () => {
        if (this.isDisposed || !warm.sandbox.usable) this.close(warm);
        else this.keepWarm(warm);
        this.waiting.shift()?.();
      },
    };
  }

  private keepWarm(warm: Warm): void {
    this.idle.push(warm);
    const { clock } = this.context;
    const idle = Math.max(IDLE_SECONDS, LEAST_REAL_IDLE_SECONDS * clock.scale);
    warm.cancelIdle = clock.after(idle, () => this.close(warm));
    if (this.idle.length > MOST_IDLE) this.closeOldestIdle();
  }

  private closeOldestIdle(): boolean {
    const oldest = this.idle[0];
    if (oldest) this.close(oldest);
    return oldest !== undefined;
  }

  private close(warm: Warm): void {
    warm.cancelIdle?.();
    const at = this.idle.indexOf(warm);
    if (at >= 0) this.idle.splice(at, 1);
    this.live.delete(warm.sandbox);
    void warm.sandbox.stop();
  }

  private async start(fn: LambdaFunction, version: FunctionVersion, key: string): Promise<Warm> {
    const { configuration } = version;
    const { clock } = this.context;
    const tunnel = await this.network.tunnelOf(configuration);
    const logStream = `${clock.now().toISOString().slice(0, 10).replaceAll('-', '/')}/[${configuration.Version}]${randomHex(32)}`;
    const logGroup = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${fn.name}`;
    const credentials = this.iam.issue(configuration.Role ?? '', fn.name, CREDENTIAL_SECONDS);
    const margin = (configuration.Timeout ?? 3) * clock.scale * 1000;
    const sandbox = new Sandbox({
      taskRoot: version.code.folder,
      handler: configuration.Handler ?? '',
      runtime: configuration.Runtime ?? '',
      memorySize: configuration.MemorySize ?? 128,
      logFormat: configuration.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
      clock,
      network: tunnel.address,
      endpoint: this.context.endpoint,
      endpointReachable: !tunnel.isInVpc,
      environment: {
        LANG: 'en_US.UTF-8',
        PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
        TZ: ':UTC',
        _HANDLER: configuration.Handler ?? '',
        LAMBDA_TASK_ROOT: version.code.folder,
        LAMBDA_RUNTIME_DIR: '/var/runtime',
        AWS_REGION: this.context.region,
        AWS_DEFAULT_REGION: this.context.region,
        AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
        AWS_LAMBDA_FUNCTION_NAME: fn.name,
        AWS_LAMBDA_FUNCTION_VERSION: configuration.Version ?? '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize ?? 128),
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
        AWS_LAMBDA_LOG_STREAM_NAME: logStream,
        AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        // The one difference from AWS.
        AWS_ENDPOINT_URL: this.context.endpoint,
        ...configuration.Environment?.Variables,
      },
    });
    sandbox.onLine((line) => this.log.write(logGroup, logStream, line));
    this.live.add(sandbox);
    return { sandbox, key, logStream, expires: credentials.expiration.getTime() - margin };
  }
}
