import type { BlobPayloadInputTypes } from '@smithy/types';
import type { Context } from '../../core/context';
import type { Ec2Port, IamPort } from '../../core/ports';
import type { Call, OperationsOf, WireRequest, WireResponse } from '../../core/service';
import type { SnsTopics } from '../target-services';
import { CodeCache } from './code/code-cache';
import { CodeFolder, type CodeSource } from './code/code-folder';
import { constraintError } from './errors';
import { FunctionStore, type LambdaFunction } from './functions';
import { AsyncInvoker, type DeadEvent } from './invocation/async-invoke';
import { type InvokeRequest, type InvokeResult, Invoker } from './invocation/invoke';
import { FunctionNetwork } from './network/function-network';
import type { Connector } from './network/tunnel';
import { ARCHIVE_PATH, functionOperations } from './operations/functions';
import { settingOperations } from './operations/settings';
import { versionOperations } from './operations/versions';
import { allowsService, policyOperations } from './policy';
import { FunctionLog, type LogSink } from './sandboxes/function-log';
import { Sandboxes } from './sandboxes/sandboxes';

const INVOCATION_TYPES: readonly string[] = ['Event', 'RequestResponse', 'DryRun'];

/** What Lambda stands on. */
export interface LambdaDependencies {
  readonly ec2: Pick<Ec2Port, 'subnet' | 'securityGroup' | 'createInterface' | 'deleteInterface'>;
  readonly network: Connector;
  readonly iam: Pick<IamPort, 'issue' | 'role'>;
  readonly logs: LogSink;
  readonly s3: CodeSource;
  /** For destinations and dead-letter topics. Read when it is needed, so it may be a getter. */
  readonly sns?: SnsTopics;
}

/** What is told of every run that has ended. */
export interface RunReport {
  readonly functionName: string;
  readonly failed: boolean;
  /** Real milliseconds. */
  readonly millis: number;
}

/** Lambda of one region: functions, and the sandboxes that run them. */
export class Lambda {
  readonly operations;
  private readonly store: FunctionStore;
  private readonly folder = new CodeFolder();
  private readonly codeCache = new CodeCache();
  private readonly network: FunctionNetwork;
  private readonly sandboxes: Sandboxes;
  private readonly invoker: Invoker;
  private readonly asyncInvoker: AsyncInvoker;
  private readonly listeners = new Set<(report: RunReport) => void>();

  constructor(context: Context, dependencies: LambdaDependencies) {
    const log = new FunctionLog(dependencies.logs, context.clock);
    this.store = new FunctionStore(context);
    this.network = new FunctionNetwork(dependencies.ec2, dependencies.network);
    this.sandboxes = new Sandboxes(context, dependencies.iam, this.network, log);
    this.invoker = new Invoker(context, this.store, this.sandboxes, log, (fn, finish) =>
      this.report(fn, finish),
    );
    this.asyncInvoker = new AsyncInvoker(context, this.store, this.invoker, dependencies);
    this.operations = {
      ...functionOperations({
        context,
        iam: dependencies.iam,
        ec2: dependencies.ec2,
        store: this.store,
        folder: this.folder,
        source: dependencies.s3,
        sandboxes: this.sandboxes,
        network: this.network,
        codeCache: this.codeCache,
      }),
      ...versionOperations(this.store),
      ...policyOperations(this.store),
      ...settingOperations(this.store),
      Invoke: async (input, call) => {
        const request: InvokeRequest = {
          functionName: input.FunctionName ?? '',
          qualifier: input.Qualifier,
          payload: readBlob(input.Payload),
          traceId: call.traceId,
          clientContext: readClientContext(input.ClientContext),
          requestId: call.requestId,
        };
        const type = input.InvocationType ?? 'RequestResponse';
        if (!INVOCATION_TYPES.includes(type))
          throw constraintError(
            type,
            'invocationType',
            `Member must satisfy enum value set: [${INVOCATION_TYPES.join(', ')}]`,
          );
        const { fn, qualifier } = this.store.find(request.functionName, request.qualifier);
        this.store.version(fn, qualifier);
        if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
        if (input.InvocationType === 'Event') {
          this.asyncInvoker.accept(request);
          return { StatusCode: 202, ExecutedVersion: undefined };
        }
        const result = await this.invoker.invoke(request);
        return {
          StatusCode: 200,
          ExecutedVersion: result.executedVersion,
          FunctionError: result.functionError,
          LogResult: input.LogType === 'Tail' ? Buffer.from(result.logTail).toString('base64') : undefined,
          Payload: toBlob(result.payload),
        };
      },
    } satisfies OperationsOf<typeof import('@aws-sdk/client-lambda')>;
  }

  /** Runs a function and waits for its answer; what the service integrations use. Throws what Invoke throws. */
  invoke(request: InvokeRequest): Promise<InvokeResult> {
    return this.invoker.invoke(request);
  }

  /** Accepts an event to be handled later, with Lambda's retries. Returns the request id. Throws what Invoke throws. */
  invokeLater(request: InvokeRequest): string {
    return this.asyncInvoker.accept(request);
  }

  /**
   * Whether the function's policy lets a service invoke it on behalf of a resource.
   * @param service e.g. `events.amazonaws.com`
   */
  allows(functionArn: string, service: string, sourceArn: string): boolean {
    const { fn, qualifier } = this.store.find(functionArn);
    return allowsService(fn.policies.get(qualifier ?? '') ?? [], service, sourceArn);
  }

  /** The function's ARN without qualifier; undefined when there is none of this name. */
  arnOf(functionName: string): string | undefined {
    return this.store.functions.get(functionName)?.arn;
  }

  /** The newest events that no attempt could handle. */
  deadEvents(): readonly DeadEvent[] {
    return this.asyncInvoker.dead;
  }

  /** Calls back after every run. Returns how to end it. */
  onRun(listener: (report: RunReport) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The download of an archive, at the address that GetFunction gives. */
  async serve(request: WireRequest, _call: Call): Promise<WireResponse | undefined> {
    if (request.method !== 'GET' || !request.path.startsWith(ARCHIVE_PATH)) return undefined;
    const archive = await this.folder.readArchive(request.path.slice(ARCHIVE_PATH.length));
    return archive
      ? { status: 200, headers: { 'content-type': 'application/zip' }, body: archive }
      : { status: 404, headers: {}, body: '' };
  }

  async dispose(): Promise<void> {
    await this.sandboxes.dispose();
    await this.codeCache.dispose();
    this.network.dispose();
    await this.folder.dispose();
  }

  private report(fn: LambdaFunction, finish: { failed: boolean; millis: number }): void {
    for (const listener of this.listeners) listener({ functionName: fn.name, ...finish });
  }
}

/** The wire gives bytes; other services may give text. */
function readBlob(blob: BlobPayloadInputTypes | undefined): string | undefined {
  if (blob === undefined || typeof blob === 'string') return blob;
  return Buffer.from(blob as Uint8Array).toString();
}

type Blob = NonNullable<import('@aws-sdk/client-lambda').InvokeCommandOutput['Payload']>;

function toBlob(text: string): Blob {
  return Buffer.from(text) as unknown as Blob;
}

function readClientContext(encoded: string | undefined): unknown {
  return encoded === undefined ? undefined : JSON.parse(Buffer.from(encoded, 'base64').toString());
}
