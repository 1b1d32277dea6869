import { readArn, splitResource } from 'aws-languages/arn';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { executionExists, expressArn, invalidArn, noExecution } from '../errors';
import type { StateMachine } from '../machines/state-machines';
import { Execution, type ExecutionParts, type ExecutionStart } from './execution';

/** Milliseconds for which AWS remembers a closed execution: 90 days. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const CLOSED_MILLIS = 90 * 86_400_000;
/** Executions that are remembered, and the characters in the histories of those that are closed; AWS remembers all of 90 days. */
const MOST_EXECUTIONS = 5_000;
const MOST_CHARACTERS = 128_000_000;

/** The executions of one region. */
export class Executions {
  private readonly byArn = new Map<string, Execution>();

  constructor(
    private readonly context: Context,
    private readonly parts: ExecutionParts,
    private readonly onStatus: (execution: Execution) => void,
  ) {}

  /** Oldest first. */
  list(): readonly Execution[] {
    return [...this.byArn.values()];
  }

  /** @throws AwsError InvalidArn, ExecutionDoesNotExist */
  get(arn: string | undefined): Execution {
    const { type } = splitResource(readArn(arn, { service: 'states' })?.resource ?? '');
    if (type === 'express') throw expressArn();
    if (type !== 'execution') throw invalidArn(arn);
    const execution = this.byArn.get(arn ?? '');
    if (execution) return execution;
    throw noExecution(arn);
  }

  /**
   * Starts an execution; the same name with the same input gives the one that runs. Express executions may share a name.
   * @param start its name and its input, both checked
   * @throws AwsError ExecutionAlreadyExists
   */
  start(stateMachine: StateMachine, start: Omit<ExecutionStart, 'arn'>): Execution {
    const { region, accountId } = this.context;
    const prefix = `arn:aws:states:${region}:${accountId}`;
    const { type } = stateMachine;
    const arn =
      type === 'EXPRESS'
        ? `${prefix}:express:${stateMachine.name}:${start.name}:${uuid()}`
        : `${prefix}:execution:${stateMachine.name}:${start.name}`;
    const old = this.byArn.get(arn);
    if (old) {
      if (old.status === 'RUNNING' && old.input === start.input) return old;
      throw executionExists(arn);
    }
    const execution = new Execution({ ...start, arn }, stateMachine, this.parts, this.onStatus);
    this.byArn.set(arn, execution);
    this.forgetOldest();
    return execution;
  }

  /** Ends what still runs, of one state machine or of all. */
  abortAll(stateMachine?: StateMachine): void {
    for (const execution of this.byArn.values())
      if (!stateMachine || execution.stateMachine.arn === stateMachine.arn) execution.abort();
  }

  private forgetOldest(): void {
    const oldest = this.context.clock.millis() - CLOSED_MILLIS;
    let characters = 0;
    for (const execution of this.byArn.values())
      if (execution.status !== 'RUNNING') characters += execution.characters;
    for (const [arn, execution] of this.byArn) {
      const { status, stopDate } = execution;
      if (status === 'RUNNING') continue;
      const isOld = (stopDate?.getTime() ?? oldest) < oldest;
      if (!isOld && this.byArn.size <= MOST_EXECUTIONS && characters <= MOST_CHARACTERS) return;
      this.byArn.delete(arn);
      characters -= execution.characters;
    }
  }
}
