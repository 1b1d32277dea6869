import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import type { OperationsOf } from '../../core/service';
import type { Execution } from './execution/execution';
import { Executions, type StartRequest } from './execution/executions';
import { TaskTokens } from './execution/task-tokens';
import { Integrations, type IntegrationTargets } from './integrations/integrations';
import { machineOperations } from './operations/state-machines';
import { tagOperations } from './operations/tags';
import { versionOperations } from './operations/versions';
import { Machines } from './state-machines';

/** What Step Functions stands on. */
export interface StepFunctionsDependencies extends IntegrationTargets {
  readonly iam: Pick<IamPort, 'issue' | 'role'>;
}

/** Step Functions of one region. */
export class StepFunctions {
  readonly operations;
  private readonly machines: Machines;
  private readonly executions: Executions;
  private readonly tokens: TaskTokens;
  private readonly listeners = new Set<(execution: Execution) => void>();

  constructor(
    private readonly context: Context,
    dependencies: StepFunctionsDependencies,
  ) {
    const integrations = new Integrations(context, dependencies);
    this.tokens = new TaskTokens(context.clock);
    this.machines = new Machines(context, dependencies.iam, (machine) => this.executions.abortAll(machine));
    this.executions = new Executions(
      context,
      this.machines,
      { context, tokens: this.tokens, call: (call) => integrations.call(call) },
      (execution) => this.announce(execution),
    );
    this.operations = {
      ...machineOperations(context, this.machines),
      ...versionOperations(context, this.machines),
      ...tagOperations(this.machines),
      ...this.executions.operations(),
      ...this.tokens.operations(),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
  }

  /** Starts an execution as a rule or a schedule does. Throws what StartExecution throws. */
  start(request: StartRequest): Execution {
    return this.executions.start(request);
  }

  /** Throws ExecutionDoesNotExist. */
  execution(arn: string): Execution {
    return this.executions.get(arn);
  }

  /** All executions that are remembered. */
  all(): readonly Execution[] {
    return this.executions.all();
  }

  /** State transitions of an execution so far, as AWS bills them: states entered and retries. */
  transitions(executionArn: string): number {
    return this.executions.get(executionArn).transitions;
  }

  /** How many tasks are parked with a token. */
  get parkedTasks(): number {
    return this.tokens.waiting;
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

  /** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html: standard workflows only */
  private announce(execution: Execution): void {
    for (const listener of this.listeners) listener(execution);
    if (execution.machine.type !== 'STANDARD') return;
    this.context.bus.announce({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [execution.arn],
      detail: {
        executionArn: execution.arn,
        stateMachineArn: execution.machine.arn,
        stateMachineVersionArn: execution.machine.versionArn ?? null,
        stateMachineAliasArn: null,
        name: execution.name,
        status: execution.status,
        startDate: execution.startDate.getTime(),
        stopDate: execution.stopDate?.getTime() ?? null,
        input: execution.input,
        inputDetails: { included: true },
        output: execution.output ?? null,
        outputDetails: execution.output === undefined ? null : { included: true },
        error: execution.error ?? null,
        cause: execution.cause ?? null,
        redriveCount: 0,
        redriveDate: null,
        // Redrive is not there in the embedded AWS, and DescribeExecution says the same.
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: null,
      },
    });
  }
}
