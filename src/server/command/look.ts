import { type CommandInvocation, paginateListCommandInvocations } from '@aws-sdk/client-ssm';
import { isAwsError } from '../../aws/error';
import { ssm } from '../../aws/ssm';
import { findInstance } from '../../image/instances';
import { lookAtEach, type Seen } from '../../wait/look';
import type { Outcome, Said, Wait } from '../../wait/wait';
import type { EndedCommand } from './ended';

const RUNNING = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

/** EC2 may not list an instance at once; SSM lists the invocation of a command a moment after that. Milliseconds. */
const LISTED_WITHIN = 5 * 60_000;

/** Looks at commands that are waited for. SSM describes the invocations of one a call. One whose instance is lost has ended. */
export function lookAtCommands(waits: Wait[]): Promise<Seen> {
  return lookAtEach(waits, lookAtCommand);
}

async function lookAtCommand(wait: Wait): Promise<Outcome | Said> {
  const invocation = await findInvocation(wait.resource);
  if (invocation && !RUNNING.includes(invocation.Status ?? ''))
    return { output: readEnd(invocation), isOpen: true };
  // SSM says of a server that is gone for an hour that the command is in progress.
  const lost = await findLoss(wait.instanceId, 'while it was to run a script');
  if (lost) return { error: 'InstanceFailed', cause: lost };
  if (!invocation && Date.now() - wait.since > LISTED_WITHIN)
    return { error: 'PreparationFailed', cause: `SSM does not know the command ${wait.resource} any more.` };
  return {
    says: invocation ? `the command is ${invocation.StatusDetails}` : 'SSM does not list the command yet',
  };
}

/** Undefined while SSM does not know the command, which it may say either way. */
async function findInvocation(CommandId: string): Promise<CommandInvocation | undefined> {
  try {
    const pages = paginateListCommandInvocations({ client: ssm() }, { CommandId, Details: true });
    // AWS may answer with an empty page, and go on.
    for await (const { CommandInvocations = [] } of pages)
      if (CommandInvocations[0]) return CommandInvocations[0];
    return undefined;
  } catch (error) {
    if (isAwsError(error, 'InvalidCommandId')) return undefined;
    throw error;
  }
}

function readEnd({
  CommandId = '',
  StatusDetails,
  Status,
  CommandPlugins = [],
}: CommandInvocation): EndedCommand {
  const [plugin] = CommandPlugins;
  return {
    id: CommandId,
    // Its reference writes them with spaces, its answers without.
    status: (StatusDetails ?? Status ?? 'unknown').replaceAll(' ', ''),
    exit: plugin?.ResponseCode ?? -1,
    endedAt: (plugin?.ResponseFinishDateTime ?? new Date()).getTime(),
  };
}

/**
 * What became of an instance that is not there any more, in words; undefined while it is there.
 *
 * @param when what it was for: `while it was to run a script`
 */
export async function findLoss(instanceId = '', when: string): Promise<string | undefined> {
  const instance = await findInstance(instanceId);
  const state = instance?.State?.Name ?? 'gone';
  if (state === 'pending' || state === 'running') return undefined;
  return `The instance ${instanceId} is ${state} ${when}: ${instance?.StateReason?.Message ?? 'AWS gives no reason'}. Kiln did not do that.`;
}
