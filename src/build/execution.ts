import {
  DescribeExecutionCommand,
  paginateListExecutions,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { isAwsError } from '../aws/error';
import { sfn } from '../aws/sfn';
import { env } from '../env';
import type { Trigger } from './record';
import type { Options } from './state';

/** What a build is asked to be: the input of its execution. */
export interface BuildRequest extends Options {
  pipeline: string;
  parameters: Record<string, string>;
  trigger: Trigger;
}

/** What a request, or the record of one, says beside its parameters: only what is said. */
export function optionsOf({ once, force, rollout, hotfix, reason, plan, rollback }: Options): Options {
  return {
    ...(once && { once }),
    ...(force && { force }),
    ...(rollout === false && { rollout }),
    ...(hotfix && { hotfix }),
    ...(reason && { reason }),
    ...(plan && { plan }),
    ...(rollback && { rollback }),
  };
}

/** The input of a build's execution. */
export function writeInput(request: BuildRequest): string {
  const { pipeline, parameters, trigger } = request;
  return JSON.stringify({ pipeline, parameters, trigger, ...optionsOf(request) });
}

/** Starts the execution of a build. An execution of that name is the same build's: it was started before. */
export async function startExecution(build: string, request: BuildRequest): Promise<void> {
  const input = writeInput(request);
  try {
    await sfn().send(
      new StartExecutionCommand({ stateMachineArn: env('KILN_STATE_MACHINE'), name: build, input }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
  }
}

/** How an execution is, or how it ended. */
export interface ExecutionState {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';
  error?: string | undefined;
  cause?: string | undefined;
}

function arnOf(build: string): string {
  return `${env('KILN_STATE_MACHINE').replace(':stateMachine:', ':execution:')}:${build}`;
}

/**
 * Stops the execution of a build; of one that has ended nothing changes.
 *
 * @param error the name of the error with which it ends
 * @param cause why, in words: Step Functions takes 32,768 characters
 * @returns false if there is none
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
 */
export async function stopExecution(build: string, error: string, cause: string): Promise<boolean> {
  try {
    await sfn().send(new StopExecutionCommand({ executionArn: arnOf(build), error, cause }));
    return true;
  } catch (thrown) {
    if (isAwsError(thrown, 'ExecutionDoesNotExist')) return false;
    throw thrown;
  }
}

/** Asks how the execution of a build is; undefined if there is none. */
export async function findExecution(build: string): Promise<ExecutionState | undefined> {
  const executionArn = arnOf(build);
  try {
    const { status, error, cause } = await sfn().send(new DescribeExecutionCommand({ executionArn }));
    return status && { status, error, cause };
  } catch (error) {
    if (isAwsError(error, 'ExecutionDoesNotExist')) return undefined;
    throw error;
  }
}

/** The names of the executions that run, as Step Functions lists them: a moment late. */
export async function listRunning(): Promise<Set<string>> {
  const input = { stateMachineArn: env('KILN_STATE_MACHINE'), statusFilter: 'RUNNING' as const };
  const names = new Set<string>();
  for await (const { executions = [] } of paginateListExecutions({ client: sfn(), pageSize: 1000 }, input))
    for (const { name = '' } of executions) names.add(name);
  return names;
}
