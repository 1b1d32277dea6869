import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from '../clock';
import type { ClientSettings } from '../deploy';

const POLL_SECONDS = 10;
/** Lambda may keep its network interfaces, and so a security group, for forty minutes. */
const ATTEMPTS = 8;
const PAUSE_SECONDS = 300;
const PATIENCE_SECONDS = 5400;

/**
 * Deletes a stack, whatever it is just doing, and waits until it is gone. One that is not there is gone.
 *
 * @throws Error with what CloudFormation could not delete, after several attempts
 */
export async function deleteStack(settings: ClientSettings, name: string, clock: Clock): Promise<void> {
  const client = new CloudFormationClient(settings);
  let attempts = 0;
  for (let waited = 0; waited < PATIENCE_SECONDS; waited += POLL_SECONDS) {
    const status = await statusOf(client, name);
    if (!status) return;
    if (status === 'DELETE_FAILED') {
      if (attempts >= ATTEMPTS)
        throw new Error(`the stack ${name} cannot be deleted: ${await reasonsOf(client, name)}`);
      if (attempts > 0) await clock.sleep(PAUSE_SECONDS);
    }
    if (status !== 'DELETE_IN_PROGRESS') {
      // While it is made or updated CloudFormation may refuse.
      if (await begunToDelete(client, name)) attempts += 1;
    }
    await clock.sleep(POLL_SECONDS);
  }
  throw new Error(`the stack ${name} is not gone after ${PATIENCE_SECONDS / 60} minutes`);
}

async function begunToDelete(client: CloudFormationClient, StackName: string): Promise<boolean> {
  try {
    await client.send(new DeleteStackCommand({ StackName }));
    return true;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && message.includes('_IN_PROGRESS')) return false;
    throw error;
  }
}

/** The physical id of a resource of a stack; undefined where stack or resource are not there. */
export async function resourceOf(
  settings: ClientSettings,
  StackName: string,
  LogicalResourceId: string,
): Promise<string | undefined> {
  try {
    const { StackResourceDetail } = await new CloudFormationClient(settings).send(
      new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
    );
    return StackResourceDetail?.PhysicalResourceId || undefined;
  } catch (error) {
    if ((error as Error).name === 'ValidationError') return undefined;
    throw error;
  }
}

async function statusOf(client: CloudFormationClient, StackName: string): Promise<string | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && message.includes('does not exist')) return undefined;
    throw error;
  }
}

async function reasonsOf(client: CloudFormationClient, StackName: string): Promise<string> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED')
    .slice(0, 5)
    .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
    .join('; ');
}
