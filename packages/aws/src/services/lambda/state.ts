import { RoleSessions } from '../../core/authorization/role-sessions';
import type { Context } from '../../core/context';
import type { Ec2Port, IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { CodeCache } from './code/code-cache';
import { CodeFolder } from './code/code-folder';
import { Functions } from './functions';
import { AsyncInvoker } from './invocation/async-invoke';
import { Invoker, type RunReport } from './invocation/invoke';
import { FunctionNetwork } from './network/function-network';
import type { Connector } from './network/tunnel';
import { allowsService } from './policy';
import { FunctionLog, type LogSink } from './sandboxes/function-log';
import { Sandboxes } from './sandboxes/sandboxes';

export type Client = typeof import('@aws-sdk/client-lambda');

/** One of Lambda's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, LambdaState, Name>;

/** What Lambda looks up in other services, and does there without an API. */
export interface Needs {
  readonly ec2: Pick<
    Ec2Port,
    'subnet' | 'securityGroup' | 'createInterface' | 'deleteInterface' | 'reachesAws'
  >;
  readonly network: Connector;
  readonly iam: Pick<IamPort, 'findMissingPrincipal' | 'issue' | 'principalOf' | 'role'>;
  readonly 'cloudwatch-logs': LogSink;
}

/** Lambda of one region: functions, and the sandboxes that run them. */
export class LambdaState {
  readonly functions: Functions;
  readonly codeFolder: CodeFolder;
  readonly codeCache: CodeCache;
  readonly network: FunctionNetwork;
  readonly sandboxes: Sandboxes;
  /** Of the roles of functions, for what Lambda does by them. */
  readonly sessions: RoleSessions;
  readonly invoker: Invoker;
  readonly asyncInvoker: AsyncInvoker;
  private readonly listeners = new Set<(report: RunReport) => void>();

  constructor(
    readonly context: Context,
    readonly needs: Needs,
  ) {
    const log = new FunctionLog(needs['cloudwatch-logs'], context.clock);
    this.codeFolder = new CodeFolder(context.clock);
    this.codeCache = new CodeCache(!context.functions.inProcess);
    this.functions = new Functions(context);
    this.network = new FunctionNetwork(needs.ec2, needs.network, (socket) =>
      context.clock.connections.note(socket),
    );
    this.sandboxes = new Sandboxes(context, needs.iam, this.network, log);
    this.invoker = new Invoker(context, this.functions, this.sandboxes, log, (report) => {
      for (const listener of this.listeners) listener(report);
    });
    this.sessions = new RoleSessions(needs.iam, context.clock, ['lambda.amazonaws.com']);
    this.asyncInvoker = new AsyncInvoker(context, this.functions, this.invoker, this.sessions);
  }

  /**
   * Whether the function's policy lets a service invoke it on behalf of a resource.
   * @param service e.g. `events.amazonaws.com`
   * @throws AwsError ResourceNotFoundException
   */
  allows(functionArn: string, service: string, sourceArn: string): boolean {
    const { fn, qualifier } = this.functions.find(functionArn);
    return allowsService(fn.policies.get(qualifier ?? '') ?? [], service, sourceArn);
  }

  /** Calls back after every run. Returns how to end it. */
  onRun(listener: (report: RunReport) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async dispose(): Promise<void> {
    await this.sandboxes.dispose();
    await this.codeCache.dispose();
    this.network.dispose();
    await this.codeFolder.dispose();
  }
}
