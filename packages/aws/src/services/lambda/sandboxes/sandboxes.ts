import type { Duplex } from 'node:stream';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { randomHex, uuid } from '../../../core/ids';
import type { IamPort } from '../../../core/ports';
import type { Principal } from '../../../core/principal';
import { shuttingDown } from '../errors';
import type { FunctionVersion, LambdaFunction } from '../functions';
import { FunctionInProcess } from '../in-process/function-in-process';
import { isS3 } from '../in-process/own-http';
import type { FunctionNetwork, FunctionWay } from '../network/function-network';
import type { FunctionHost } from './function-host';
import type { FunctionLog } from './function-log';
import { FunctionThread } from './function-thread';
import { Sandbox } from './sandbox';

/** Threads that may live at the same time; further invocations wait in a queue. AWS would run up to 1,000 sandboxes. */
const MOST_LIVE = 10;
/** Threads that may wait for work; the longest idle goes first. Each holds some 30 MB, and 4 MB more for each further sandbox. */
const MOST_IDLE = 5;
/** Of them with the same code: whoever comes next finds room there. What ran beside it in another thread ends with that: 50 MB. */
const MOST_IDLE_ALIKE = 1;
/** However fast AWS's clock runs, this is what another invocation may take to come. Real seconds. */
const LEAST_REAL_IDLE_SECONDS = 60;
/** Lambda's credentials last for hours; here a sandbox is renewed before they end. AWS seconds. */
const CREDENTIAL_SECONDS = 12 * 3600;

interface Warm {
  readonly sandbox: Sandbox;
  /** Function and revision. */
  readonly key: string;
  readonly logStream: string;
  /** AWS time, milliseconds. */
  readonly expires: number;
  cancelIdle?: Cancel;
}

/** In this process a sandbox is some megabytes, and no thread. */
const MOST_IN_PROCESS = 200;

/** What a new sandbox is known by, and its way out. */
interface Spot {
  readonly key: string;
  readonly way: FunctionWay;
}

/** Where a sandbox of a version stands in the network, and what it has in common with all that may share its thread. */
interface Place {
  readonly way: FunctionWay;
  readonly common: string;
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
  /** Sandboxes that wait for work. */
  private readonly warm = new Set<Warm>();
  /** What the sandboxes of each thread have in common. */
  private readonly live = new Map<FunctionHost, string>();
  /** Threads in which nobody is at work; the longest idle comes first. */
  private readonly idle = new Set<FunctionHost>();
  private readonly waiting: (() => void)[] = [];
  private readonly atWork = new Set<Sandbox>();
  private isDisposed = false;

  constructor(
    private readonly context: Context,
    private readonly iam: Pick<IamPort, 'issue' | 'principalOf' | 'role'>,
    private readonly network: FunctionNetwork,
    private readonly log: FunctionLog,
  ) {}

  /**
   * A sandbox of the version: a warm one, or a new one as soon as there is room.
   * @throws AwsError when the function's role does not exist, or does not trust Lambda any more
   */
  async borrow(fn: LambdaFunction, version: FunctionVersion): Promise<Loan> {
    const key = `${fn.name} ${version.revision}`;
    let place: Place | undefined;
    for (;;) {
      if (this.isDisposed) throw shuttingDown();
      const warm = this.takeWarm(key);
      if (warm) return this.lend(warm);
      if (!place) place = this.place(version);
      else {
        const thread = this.takeThread(place) ?? (await this.startThread(version, place));
        if (thread) return this.moveIn(thread, fn, version, { key, way: place.way });
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    }
  }

  /** Ends the sandbox at work that has these credentials, in the middle of what it does. False where there is none. */
  kill(accessKeyId: string): boolean {
    const found = [...this.atWork].find((sandbox) => sandbox.accessKeyId === accessKeyId);
    found?.kill();
    return found !== undefined;
  }

  /** Closes the warm sandboxes of a function, after its code or configuration has changed. */
  retire(fn: LambdaFunction): void {
    for (const warm of this.warm) if (warm.key.startsWith(`${fn.name} `)) this.close(warm);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    for (const wake of this.waiting.splice(0)) wake();
    for (const warm of this.warm) warm.cancelIdle?.();
    this.warm.clear();
    await Promise.all([...this.live.keys()].map((thread) => thread.stop()));
    this.live.clear();
  }

  /** A warm sandbox whose thread is free, and its thread. */
  private takeWarm(key: string): Warm | undefined {
    for (const warm of [...this.warm].reverse()) {
      const { thread } = warm.sandbox;
      if (warm.key !== key || !this.idle.has(thread)) continue;
      if (!thread.usable || warm.expires <= this.context.clock.millis()) this.close(warm);
      else {
        this.take(warm);
        this.idle.delete(thread);
        return warm;
      }
    }
    return undefined;
  }

  /** A free thread that has this code, and room. */
  private takeThread({ common }: Place): FunctionHost | undefined {
    const found = [...this.idle]
      .reverse()
      .find((thread) => this.live.get(thread) === common && thread.usable && thread.hasRoom);
    if (found) this.idle.delete(found);
    return found;
  }

  private lend(warm: Warm): Loan {
    const { sandbox, logStream } = warm;
    this.atWork.add(sandbox);
    return {
      sandbox,
      logStream,
      release: () => {
        this.atWork.delete(sandbox);
        if (this.isDisposed || !sandbox.usable) this.endThread(sandbox.thread);
        else this.keepWarm(warm);
        this.waiting.shift()?.();
      },
    };
  }

  private keepWarm(warm: Warm): void {
    const { clock, functions } = this.context;
    const idle = Math.max(functions.idleSeconds, LEAST_REAL_IDLE_SECONDS * clock.scale);
    this.warm.add(warm);
    warm.cancelIdle = clock.after(idle, () => this.close(warm));
    this.idle.add(warm.sandbox.thread);
    if (!functions.inProcess) this.endOldestAlike(this.live.get(warm.sandbox.thread));
    if (this.idle.size > (functions.inProcess ? MOST_IN_PROCESS : MOST_IDLE)) this.endOldestIdle();
  }

  private take(warm: Warm): void {
    warm.cancelIdle?.();
    this.warm.delete(warm);
  }

  /** Ends the thread that has been idle for longest of those with this code, where there are too many of them. */
  private endOldestAlike(common: string | undefined): void {
    const alike = [...this.idle].filter((thread) => this.live.get(thread) === common);
    if (alike.length > MOST_IDLE_ALIKE && alike[0]) this.endThread(alike[0]);
  }

  private endOldestIdle(): boolean {
    const [oldest] = this.idle;
    if (oldest) this.endThread(oldest);
    return oldest !== undefined;
  }

  /** Closes a sandbox, and its thread when that was the last in it. */
  private close(warm: Warm): void {
    const { sandbox } = warm;
    this.take(warm);
    sandbox.close();
    if (this.idle.has(sandbox.thread) && !this.residentsOf(sandbox.thread).length)
      this.endThread(sandbox.thread);
  }

  private endThread(thread: FunctionHost): void {
    for (const warm of this.residentsOf(thread)) this.take(warm);
    this.idle.delete(thread);
    this.live.delete(thread);
    void thread.stop();
  }

  private residentsOf(thread: FunctionHost): Warm[] {
    return [...this.warm].filter(({ sandbox }) => sandbox.thread === thread);
  }

  private place({ configuration, code }: FunctionVersion): Place {
    const way = this.network.wayOf(configuration);
    const common = [
      code.folder,
      configuration.Runtime,
      memoryOf(configuration),
      logFormatOf(configuration),
      nodeOptionsOf(configuration),
      way.standpoint,
      way.reachesAws,
    ];
    return { way, common: JSON.stringify(common) };
  }

  /** A new thread, unless there are too many at work; a place in this process where functions run there. */
  private async startThread(
    version: FunctionVersion,
    { way, common }: Place,
  ): Promise<FunctionHost | undefined> {
    const most = this.context.functions.inProcess ? MOST_IN_PROCESS : MOST_LIVE;
    const address = this.context.functions.inProcess ? undefined : await this.network.tunnelTo(way);
    if (this.live.size >= most && !this.endOldestIdle()) return undefined;
    const { configuration, code } = version;
    const shared = {
      taskRoot: code.folder,
      runtime: configuration.Runtime ?? '',
      logFormat: logFormatOf(configuration),
      clock: this.context.clock,
    };
    const thread = address
      ? new FunctionThread({
          ...shared,
          memorySize: memoryOf(configuration),
          nodeOptions: nodeOptionsOf(configuration),
          network: address,
          endpoint: this.context.endpoint,
          endpointReachable: way.reachesAws,
        })
      : new FunctionInProcess({ ...shared, open: (host, port) => this.connect(way, host, port) });
    this.live.set(thread, common);
    return thread;
  }

  /** A connection of a function that runs in this process. */
  private connect(way: FunctionWay, host: string, port: number): Promise<Duplex> {
    const endpoint = new URL(this.context.endpoint);
    const isEndpoint = isS3(host) || (host === endpoint.hostname && port === Number(endpoint.port));
    if (!isEndpoint) return this.network.connect(way, host, port);
    // Where no way leads to AWS no answer ever comes: the caller waits until its own patience ends.
    return way.reachesAws ? Promise.resolve(this.context.connect()) : new Promise(() => {});
  }

  private async moveIn(
    thread: FunctionHost,
    fn: LambdaFunction,
    version: FunctionVersion,
    at: Spot,
  ): Promise<Loan> {
    try {
      return this.lend(await this.open(thread, fn, version, at));
    } catch (error) {
      this.endThread(thread);
      throw error;
    }
  }

  private async open(
    thread: FunctionHost,
    fn: LambdaFunction,
    version: FunctionVersion,
    { key, way }: Spot,
  ): Promise<Warm> {
    const { configuration } = version;
    const { clock } = this.context;
    const logStream = `${clock.now().toISOString().slice(0, 10).replaceAll('-', '/')}/[${configuration.Version}]${randomHex(32)}`;
    const logGroup = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${fn.name}`;
    if (this.iam.role(configuration.Role ?? '')?.trusts('lambda.amazonaws.com', fn.arn) === false)
      throw new AwsError(
        'AccessDeniedException',
        'The role defined for the function cannot be assumed by Lambda.',
        403,
      );
    const credentials = this.iam.issue(configuration.Role ?? '', fn.name, CREDENTIAL_SECONDS, {
      heldBy: fn.arn,
      ...(way.interfaceId !== undefined && { interfaceId: way.interfaceId }),
    });
    const principal = this.iam.principalOf(credentials.accessKeyId);
    if (!(await this.mayLog(principal, logGroup, logStream))) this.log.mute(logStream);
    if (this.isDisposed) throw shuttingDown();
    const margin = (configuration.Timeout ?? 3) * clock.scale * 1000;
    const sandbox = new Sandbox({
      thread,
      handler: configuration.Handler ?? '',
      accessKeyId: credentials.accessKeyId,
      clock,
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
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryOf(configuration)),
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
    return { sandbox, key, logStream, expires: credentials.expiration.getTime() - margin };
  }

  /**
   * Whether Lambda may write the lines of a function: it does so with the rights of its role.
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html#monitoring-cloudwatchlogs-prereqs
   */
  private async mayLog(principal: Principal, logGroupName: string, logStreamName: string): Promise<boolean> {
    const { region, accountId } = this.context;
    const call = { region, accountId, requestId: uuid(), principal };
    const permits = (operation: string, input: Readonly<Record<string, string>> = {}) =>
      this.context.permits(call, 'cloudwatch-logs', operation, { logGroupName, ...input });
    if (!this.log.hasGroup(logGroupName) && !(await permits('CreateLogGroup'))) return false;
    return (await permits('CreateLogStream')) && (await permits('PutLogEvents', { logStreamName }));
  }
}

function memoryOf({ MemorySize = 128 }: FunctionConfiguration): number {
  return MemorySize;
}

function logFormatOf({ LoggingConfig }: FunctionConfiguration): 'JSON' | 'Text' {
  return LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text';
}

function nodeOptionsOf({ Environment }: FunctionConfiguration): string | undefined {
  return Environment?.Variables?.NODE_OPTIONS;
}
