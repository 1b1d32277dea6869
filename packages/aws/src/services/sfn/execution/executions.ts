import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { readName } from '../operations/read-name';
import { badToken, pageSize } from '../paging';
import type { Machine } from '../state-machine';
import type { Machines } from '../state-machines';
import { Execution, type ExecutionParts } from './execution';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const INPUT_BYTES = 262_144;
/** Closed executions that are remembered; AWS keeps them for 90 days. */
const MOST_CLOSED = 5_000;

const STATUSES: readonly string[] = [
  ...['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'],
];

/** What a caller inside the embedded AWS starts. */
export interface StartRequest {
  readonly stateMachineArn: string;
  readonly name?: string;
  /** JSON text; none is `{}`. */
  readonly input?: string;
  readonly traceHeader?: string;
}

/** The executions of one region. */
export class Executions {
  private readonly executions = new Map<string, Execution>();

  constructor(
    private readonly context: Context,
    private readonly machines: Machines,
    private readonly parts: ExecutionParts,
    private readonly onStatus: (execution: Execution) => void,
  ) {}

  all(): readonly Execution[] {
    return [...this.executions.values()];
  }

  /** @throws AwsError InvalidArn, ExecutionDoesNotExist */
  get(arn: string | undefined): Execution {
    const type = /^arn:aws[\w-]*:states:[\w-]+:\d{12}:(\w+):/.exec(arn ?? '')?.[1];
    if (type === 'express')
      throw new AwsError('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'");
    if (type !== 'execution') throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    const execution = this.executions.get(arn ?? '');
    if (execution) return execution;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  list(): readonly Execution[] {
    return [...this.executions.values()];
  }

  /**
   * Starts an execution; the same name with the same input gives the one that runs. Express executions may share a name.
   * @throws AwsError StateMachineDoesNotExist, InvalidName, InvalidExecutionInput, ExecutionAlreadyExists
   */
  start(request: StartRequest): Execution {
    const machine = this.machines.get(request.stateMachineArn);
    const name = readName(request.name ?? uuid());
    const input = readInput(request.input);
    const prefix = `arn:aws:states:${this.context.region}:${this.context.accountId}`;
    const arn =
      machine.type === 'EXPRESS'
        ? `${prefix}:express:${machine.name}:${name}:${uuid()}`
        : `${prefix}:execution:${machine.name}:${name}`;
    const old = this.executions.get(arn);
    if (old) {
      if (old.status === 'RUNNING' && old.input === input) return old;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution = new Execution(
      { arn, name, input, traceHeader: request.traceHeader },
      machine,
      this.parts,
      this.onStatus,
    );
    this.executions.set(arn, execution);
    this.forgetOldest();
    return execution;
  }

  /** Ends what still runs of a machine that is deleted. */
  abortAll(machine?: Machine): void {
    for (const execution of this.executions.values())
      if (!machine || execution.machine.arn === machine.arn) execution.abort();
  }

  operations() {
    return {
      StartExecution: (input) => {
        const { arn, startDate } = this.start({
          stateMachineArn: input.stateMachineArn ?? '',
          name: input.name,
          input: input.input,
          traceHeader: input.traceHeader,
        });
        return { executionArn: arn, startDate };
      },
      StartSyncExecution: async (input) => {
        const machine = this.machines.get(input.stateMachineArn);
        if (machine.type !== 'EXPRESS') throw wrongType();
        const execution = this.start({
          stateMachineArn: input.stateMachineArn ?? '',
          name: input.name,
          input: input.input,
          traceHeader: input.traceHeader,
        });
        await execution.ended;
        return {
          executionArn: execution.arn,
          stateMachineArn: machine.arn,
          name: execution.name,
          startDate: execution.startDate,
          stopDate: execution.stopDate,
          status: execution.status as 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT',
          error: execution.error,
          cause: execution.cause,
          input: execution.input,
          inputDetails: { included: true },
          output: execution.output,
          outputDetails: execution.output === undefined ? undefined : { included: true },
          traceHeader: input.traceHeader,
          billingDetails: billingOf(execution),
        };
      },
      DescribeExecution: (input) => {
        const execution = this.get(input.executionArn);
        return {
          executionArn: execution.arn,
          stateMachineArn: execution.machine.arn,
          stateMachineVersionArn: execution.machine.versionArn,
          name: execution.name,
          status: execution.status,
          startDate: execution.startDate,
          stopDate: execution.stopDate,
          input: execution.input,
          inputDetails: { included: true },
          output: execution.output,
          outputDetails: execution.output === undefined ? undefined : { included: true },
          traceHeader: execution.traceHeader,
          error: execution.error,
          cause: execution.cause,
          redriveCount: 0,
          redriveStatus: 'NOT_REDRIVABLE' as const,
          redriveStatusReason:
            execution.status === 'RUNNING' || execution.status === 'SUCCEEDED'
              ? `Execution is ${execution.status} and cannot be redriven`
              : 'Redrive is not supported by the embedded AWS',
        };
      },
      StopExecution: (input) => {
        const execution = this.get(input.executionArn);
        execution.abort(input.error, input.cause);
        return { stopDate: execution.stopDate ?? this.context.clock.now() };
      },
      ListExecutions: (input) => {
        const machine = this.machines.get(input.stateMachineArn);
        if (machine.type === 'EXPRESS') throw wrongType();
        if (input.statusFilter !== undefined && !STATUSES.includes(input.statusFilter))
          throw new AwsError(
            'ValidationException',
            `1 validation error detected: Value '${input.statusFilter}' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [${STATUSES.join(', ')}]`,
          );
        const found = this.list()
          .filter((execution) => execution.machine.arn === machine.arn)
          .filter(({ machine: { versionArn } }) => !machine.versionArn || versionArn === machine.versionArn)
          .filter((execution) => input.statusFilter === undefined || execution.status === input.statusFilter)
          .reverse();
        const page = takePage(found, {
          token: input.nextToken,
          size: pageSize(input.maxResults),
          refuse: badToken,
        });
        return { executions: page.items.map(describe), nextToken: page.next };
      },
      GetExecutionHistory: (input) => {
        const { events } = this.get(input.executionArn);
        const ordered = input.reverseOrder ? [...events].reverse() : events;
        const page = takePage(ordered, {
          token: input.nextToken,
          size: pageSize(input.maxResults),
          refuse: badToken,
        });
        return {
          events: input.includeExecutionData === false ? page.items.map(withoutData) : page.items,
          nextToken: page.next,
        };
      },
      DescribeStateMachineForExecution: (input) => {
        const { machine } = this.get(input.executionArn);
        return {
          stateMachineArn: machine.arn,
          name: machine.name,
          definition: machine.definitionText,
          roleArn: machine.roleArn,
          updateDate: machine.updatedAt,
          loggingConfiguration: machine.loggingConfiguration,
          tracingConfiguration: machine.tracingConfiguration,
          revisionId: machine.revisionId,
        };
      },
    } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
  }

  private forgetOldest(): void {
    if (this.executions.size <= MOST_CLOSED) return;
    for (const [arn, execution] of this.executions) {
      if (execution.status === 'RUNNING') continue;
      this.executions.delete(arn);
      return;
    }
  }
}

function readInput(input: string | undefined): string {
  const text = input ?? '{}';
  if (Buffer.byteLength(text) > INPUT_BYTES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${INPUT_BYTES}`,
    );
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${error instanceof Error ? error.message : error}'`,
    );
  }
  return text;
}

function wrongType(): AwsError {
  return new AwsError(
    'StateMachineTypeNotSupported',
    'This operation is not supported by this type of state machine',
  );
}

/** Express executions are billed in steps of 100 ms and 64 MB. */
function billingOf({ startDate, stopDate }: Execution) {
  const millis = (stopDate ?? startDate).getTime() - startDate.getTime();
  return {
    billedDurationInMilliseconds: Math.max(1, Math.ceil(millis / 100)) * 100,
    billedMemoryUsedInMB: 64,
  };
}

function describe(execution: Execution): ExecutionListItem {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    stateMachineVersionArn: execution.machine.versionArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startDate,
    stopDate: execution.stopDate,
    redriveCount: 0,
  };
}

/** Events without inputs, outputs and parameters, as `includeExecutionData: false` asks. */
function withoutData<Event extends object>(event: Event): Event {
  const isData = (key: string) =>
    ['input', 'output', 'parameters', 'inputDetails', 'outputDetails'].includes(key);
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      key.endsWith('EventDetails')
        ? Object.fromEntries(Object.entries(value).filter(([member]) => !isData(member)))
        : value,
    ]),
  ) as Event;
}
