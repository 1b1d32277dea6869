import type { CommandInvocationStatus, CommandStatus } from '@aws-sdk/client-ssm';
import { durations } from '../../../core/durations';
import type { Ec2Port, InstanceMachine } from '../../../core/ports';
import type { SsmState } from '../state';
import { announceCommand, announceInvocation } from './announce';
import { type Command, type Invocation, isError, readLimit } from './command';
import { PLUGIN_PATH, uploadOutput } from './output';

/** A script that ends so wants its machine to reboot, and to be run again then. */
const REBOOT = 194;

/** Of a script that the agent killed. */
const KILLED = 137;

/**
 * Runs a command on all its instances, as many at once as it says, until too many have failed.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
export async function runCommand(ssm: SsmState, ec2: Ec2Port, command: Command): Promise<void> {
  const { invocations } = command;
  const most = Math.max(1, readLimit(command.maxConcurrency, invocations.length));
  const waiting = [...invocations];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (hasTooManyErrors(command)) end(ssm, command, next, 'Cancelled', 'Terminated');
      else await runInvocation(ssm, ec2, command, next);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, invocations.length) }, work));
  conclude(ssm, command);
}

async function runInvocation(
  ssm: SsmState,
  ec2: Ec2Port,
  command: Command,
  invocation: Invocation,
): Promise<void> {
  const { signal } = invocation.cancel;
  try {
    await ssm.context.clock.sleep(durations.commandDelivered.seconds, signal);
    for (;;) {
      const machine = await deliver(ssm, ec2, command, invocation);
      if (!machine) return;
      const again = await runScript(ssm, ec2, command, invocation, machine);
      if (!again) return;
      ec2.reboot(invocation.instanceId);
      // Until the agent of the next boot is there.
      await ssm.context.clock.sleep(durations.instanceReboot.seconds, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    end(ssm, command, invocation, 'Cancelled', 'Cancelled');
  }
}

/** Waits for an agent to take the command; ends it where none does in time. */
async function deliver(
  ssm: SsmState,
  ec2: Ec2Port,
  command: Command,
  invocation: Invocation,
): Promise<InstanceMachine | undefined> {
  const { clock } = ssm.context;
  const { instanceId, cancel } = invocation;
  const latest = command.requestedAt.getTime() + command.timeoutSeconds * 1000;
  const hasBegun = invocation.startedAt !== undefined;
  for (;;) {
    const state = ec2.instance(instanceId)?.State?.Name;
    if (state === undefined || state === 'shutting-down' || state === 'terminated') {
      end(ssm, command, invocation, 'Failed', 'Undeliverable');
      return undefined;
    }
    const isLate = clock.millis() > (hasBegun ? command.expiresAt.getTime() : latest);
    const machine = isLate ? undefined : await ssm.agents.findOnline(instanceId);
    if (machine) return machine;
    if (isLate) {
      await expire(ssm, command, invocation);
      return undefined;
    }
    if (!hasBegun) setStatus(ssm, command, invocation, 'Delayed');
    await clock.sleep(durations.commandDeliveryRetry.seconds, cancel.signal);
  }
}

/** @returns whether the machine is to reboot, and the script to be run again */
async function runScript(
  ssm: SsmState,
  ec2: Ec2Port,
  command: Command,
  invocation: Invocation,
  machine: InstanceMachine,
): Promise<boolean> {
  const { clock, region } = ssm.context;
  const { instanceId, cancel } = invocation;
  const { text, workingDirectory, executionTimeout } = command.script;
  invocation.startedAt ??= clock.now();
  setStatus(ssm, command, invocation, 'InProgress');
  const timeout = new AbortController();
  const stopTimer = clock.after(executionTimeout, () => timeout.abort());
  const outcome = await machine.runScript({
    path: `/var/lib/amazon/ssm/${instanceId}/document/orchestration/${command.id}/${PLUGIN_PATH}/_script.sh`,
    text,
    workingDirectory,
    environment: {
      LANG: 'C.UTF-8',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
      AWS_SSM_INSTANCE_ID: instanceId,
      AWS_SSM_REGION_NAME: region,
    },
    signal: AbortSignal.any([cancel.signal, timeout.signal]),
  });
  stopTimer();
  if (!outcome) {
    await expire(ssm, command, invocation);
    return false;
  }
  const hasEndedItself = !cancel.signal.aborted && !timeout.signal.aborted;
  if (hasEndedItself && outcome.exitCode === REBOOT) return true;
  invocation.endedAt = clock.now();
  invocation.stdout += outcome.stdout;
  invocation.stderr += outcome.stderr;
  const hasFailed = hasEndedItself && outcome.exitCode !== 0;
  if (hasFailed) invocation.stderr += `failed to run commands: exit status ${outcome.exitCode}`;
  await uploadOutput(ssm, ec2, command, invocation);
  await clock.sleep(durations.commandReported.seconds);
  invocation.responseCode = hasEndedItself ? outcome.exitCode : KILLED;
  if (cancel.signal.aborted) end(ssm, command, invocation, 'Cancelled', 'Cancelled');
  else if (timeout.signal.aborted) end(ssm, command, invocation, 'TimedOut', 'ExecutionTimedOut');
  else if (hasFailed) end(ssm, command, invocation, 'Failed', 'Failed');
  else end(ssm, command, invocation, 'Success', 'Success');
  return false;
}

/** Nobody tells what became of it: it is over when its time is. */
async function expire(ssm: SsmState, command: Command, invocation: Invocation): Promise<void> {
  const { clock } = ssm.context;
  const left = (command.expiresAt.getTime() - clock.millis()) / 1000;
  await clock.sleep(Math.max(0, left), invocation.cancel.signal);
  end(ssm, command, invocation, 'TimedOut', 'DeliveryTimedOut');
}

function setStatus(
  ssm: SsmState,
  command: Command,
  invocation: Invocation,
  status: CommandInvocationStatus,
): void {
  if (invocation.status === status) return;
  invocation.status = status;
  invocation.statusDetails = status;
  announceInvocation(ssm, command, invocation);
  if (command.status === 'Pending') setCommandStatus(ssm, command, 'InProgress');
}

function end(
  ssm: SsmState,
  command: Command,
  invocation: Invocation,
  status: CommandInvocationStatus,
  details: string,
): void {
  invocation.status = status;
  invocation.statusDetails = details;
  announceInvocation(ssm, command, invocation);
}

function hasTooManyErrors({ invocations, maxErrors }: Command): boolean {
  return invocations.filter(isError).length > readLimit(maxErrors, invocations.length);
}

/** What the command as a whole has come to. */
function conclude(ssm: SsmState, command: Command): void {
  const { invocations } = command;
  const details = invocations.map(({ statusDetails }) => statusDetails);
  const limit = readLimit(command.maxErrors, invocations.length);
  const exceeds = (one: string) => details.filter((each) => each === one).length > limit;
  if (invocations.length === 0) setCommandStatus(ssm, command, 'Success', 'NoInstancesInTag');
  else if (details.every((one) => one === 'Success')) setCommandStatus(ssm, command, 'Success');
  else if (details.includes('Cancelled')) setCommandStatus(ssm, command, 'Cancelled');
  else if (exceeds('ExecutionTimedOut')) setCommandStatus(ssm, command, 'TimedOut', 'ExecutionTimedOut');
  else if (hasTooManyErrors(command)) setCommandStatus(ssm, command, 'Failed');
  else if (exceeds('DeliveryTimedOut')) setCommandStatus(ssm, command, 'TimedOut', 'DeliveryTimedOut');
  else setCommandStatus(ssm, command, 'Failed', 'Incomplete');
}

function setCommandStatus(
  ssm: SsmState,
  command: Command,
  status: CommandStatus,
  details: string = status,
): void {
  command.status = status;
  command.statusDetails = details;
  announceCommand(ssm, command);
}
