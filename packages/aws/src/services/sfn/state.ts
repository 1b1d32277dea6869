import { RoleSessions } from '../../core/authorization/role-sessions';
import type { Context } from '../../core/context';
import { uuid } from '../../core/ids';
import type { IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { announce } from './execution/announce';
import type { Execution } from './execution/execution';
import { Executions } from './execution/executions';
import { readInput } from './execution/read-input';
import { TaskTokens } from './execution/task-tokens';
import { Integrations } from './integrations/integrations';
import { Activities } from './machines/activities';
import { chooseVersion, findAlias } from './machines/aliases';
import { StateMachines } from './machines/state-machines';
import { readName } from './read-name';

export type Client = typeof import('@aws-sdk/client-sfn');

/** One of the operations of Step Functions. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SfnState, Name>;

/** What Step Functions looks up in IAM: who may assume a role; and the sessions of the roles that its executions act as. */
export type Roles = Pick<IamPort, 'issue' | 'principalOf' | 'role'>;

/** How an execution is begun. */
export interface StartRequest {
  /** Of a state machine, of a version or of an alias. */
  readonly stateMachineArn: string;
  readonly name?: string;
  /** JSON text; none is `{}`. */
  readonly input?: string;
  readonly traceHeader?: string;
}

/** Step Functions of one region. */
export class SfnState {
  readonly stateMachines = new StateMachines();
  readonly executions: Executions;
  readonly tokens: TaskTokens;
  readonly activities: Activities;
  /** What Step Functions is called where roles trust it: anywhere, and in this region. */
  readonly principals: readonly string[];
  private readonly listeners = new Set<(execution: Execution) => void>();

  constructor(
    readonly context: Context,
    readonly iam: Roles,
  ) {
    this.principals = ['states.amazonaws.com', `states.${context.region}.amazonaws.com`];
    const integrations = new Integrations(context, new RoleSessions(iam, context.clock, this.principals));
    this.tokens = new TaskTokens(context.clock);
    this.activities = new Activities(context.clock);
    const parts = {
      context,
      tokens: this.tokens,
      activities: this.activities,
      call: integrations.call.bind(integrations),
    };
    this.executions = new Executions(context, parts, (execution) => {
      for (const listener of this.listeners) listener(execution);
      announce(context, execution);
    });
  }

  /** @throws AwsError what StartExecution throws */
  start(request: StartRequest): Execution {
    const alias = findAlias(this.stateMachines, request.stateMachineArn);
    const stateMachine = alias
      ? chooseVersion(this.stateMachines, alias)
      : this.stateMachines.get(request.stateMachineArn);
    return this.executions.start(stateMachine, {
      name: readName(request.name ?? uuid()),
      input: readInput(request.input),
      traceHeader: request.traceHeader,
      aliasArn: alias?.arn,
    });
  }

  /** Calls back at the start and at the end of every execution. Returns how to end it. */
  onExecution(listener: (execution: Execution) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  dispose(): void {
    this.listeners.clear();
    this.executions.abortAll();
  }
}
