import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { isAwsError, sfn } from '../aws';
import { env } from '../env';
import type { Trigger } from './record';

/** What a build is asked to be: the input of its execution. */
export interface BuildRequest {
  pipeline: string;
  parameters: Record<string, string>;
  trigger: Trigger;
}

/** Starts the execution of a build. An execution of that name is the same build's: it was started before. */
export async function startExecution(build: string, request: BuildRequest): Promise<void> {
  const { pipeline, parameters, trigger } = request;
  const input = JSON.stringify({ pipeline, parameters, trigger });
  try {
    await sfn().send(
      new StartExecutionCommand({ stateMachineArn: env('KILN_STATE_MACHINE'), name: build, input }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
  }
}

/**
 * Asks how the execution of a build is.
 *
 * @returns `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`; undefined if there is none
 */
export async function findExecutionStatus(build: string): Promise<string | undefined> {
  const executionArn = `${env('KILN_STATE_MACHINE').replace(':stateMachine:', ':execution:')}:${build}`;
  try {
    const { status } = await sfn().send(new DescribeExecutionCommand({ executionArn }));
    return status;
  } catch (error) {
    if (isAwsError(error, 'ExecutionDoesNotExist')) return undefined;
    throw error;
  }
}
