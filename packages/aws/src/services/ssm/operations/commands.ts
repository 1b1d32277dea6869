import type { CommandFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { type Command, hasEnded, type Invocation } from '../commands/command';
import { runCommand } from '../commands/course';
import { readOrder } from '../commands/read-order';
import { PLUGIN, showCommand, showInvocation, showResult } from '../commands/show';
import { badToken, invalidCommandId, invalidFilterKey, invocationDoesNotExist } from '../errors';
import type { Op, SsmState } from '../state';

const PAGE_SIZE = 50;

export const SendCommand: Op<'SendCommand'> = async (ssm, input, call) => {
  const order = await readOrder(ssm, input, call);
  const requestedAt = ssm.context.clock.now();
  const seconds = order.timeoutSeconds + order.script.executionTimeout;
  const command: Command = {
    ...order,
    id: uuid(),
    requestedAt,
    expiresAt: new Date(requestedAt.getTime() + seconds * 1000),
    invocations: order.instanceIds.map((instanceId) => newInvocation(ssm, instanceId)),
    status: 'Pending',
    statusDetails: 'Pending',
  };
  const shown = showCommand(ssm, command);
  ssm.remember(command);
  ssm.follow(runCommand(ssm, ssm.needs.ec2, command));
  return { Command: shown };
};

export const CancelCommand: Op<'CancelCommand'> = (ssm, { CommandId = '', InstanceIds = [] }) => {
  const command = requireCommand(ssm, CommandId);
  const unknown = InstanceIds.filter((id) => !command.instanceIds.includes(id));
  if (unknown.length > 0) throw new AwsError('InvalidInstanceId', '');
  for (const invocation of command.invocations) {
    if (hasEnded(invocation)) continue;
    if (InstanceIds.length > 0 && !InstanceIds.includes(invocation.instanceId)) continue;
    invocation.status = 'Cancelling';
    invocation.statusDetails = 'Cancelling';
    invocation.cancel.abort(new Error('the command was cancelled'));
  }
  if (command.invocations.some(({ status }) => status === 'Cancelling')) {
    command.status = 'Cancelling';
    command.statusDetails = 'Cancelling';
  }
  return {};
};

export const GetCommandInvocation: Op<'GetCommandInvocation'> = (ssm, input) => {
  const command = ssm.commands.get(input.CommandId ?? '');
  const invocation = command?.invocations.find(({ instanceId }) => instanceId === input.InstanceId);
  if (!command || !invocation) throw invocationDoesNotExist();
  if (input.PluginName !== undefined && input.PluginName !== PLUGIN)
    throw new AwsError('InvalidPluginName', '');
  return showResult(ssm, command, invocation);
};

export const ListCommands: Op<'ListCommands'> = (ssm, input) => {
  if (input.CommandId !== undefined) requireCommand(ssm, input.CommandId);
  const { Filters = [], MaxResults, NextToken, ...question } = input;
  const fits = Filters.map(readFilter);
  const all = newestFirst(ssm).filter(
    (command) =>
      (input.CommandId === undefined || command.id === input.CommandId) &&
      (input.InstanceId === undefined || command.instanceIds.includes(input.InstanceId)) &&
      fits.every((matches) => matches(command, command)),
  );
  const { items, next } = takePage(all, {
    token: NextToken,
    size: MaxResults ?? PAGE_SIZE,
    idOf: ({ id }) => id,
    refuse: badToken,
    question: { ...question, Filters },
  });
  return { Commands: items.map((command) => showCommand(ssm, command)), ...(next && { NextToken: next }) };
};

export const ListCommandInvocations: Op<'ListCommandInvocations'> = (ssm, input) => {
  if (input.CommandId !== undefined) requireCommand(ssm, input.CommandId);
  const { Filters = [], MaxResults, NextToken, Details = false, ...question } = input;
  const fits = Filters.map(readFilter);
  const all = newestFirst(ssm)
    .filter(({ id }) => input.CommandId === undefined || id === input.CommandId)
    .flatMap((command) => command.invocations.map((invocation) => ({ command, invocation })))
    .filter(
      ({ command, invocation }) =>
        (input.InstanceId === undefined || invocation.instanceId === input.InstanceId) &&
        fits.every((matches) => matches(command, invocation)),
    );
  const { items, next } = takePage(all, {
    token: NextToken,
    size: MaxResults ?? PAGE_SIZE,
    idOf: ({ command, invocation }) => `${command.id} ${invocation.instanceId}`,
    refuse: badToken,
    question: { ...question, Filters },
  });
  return {
    CommandInvocations: items.map(({ command, invocation }) =>
      showInvocation(ssm, command, invocation, Details),
    ),
    ...(next && { NextToken: next }),
  };
};

function newInvocation(ssm: SsmState, instanceId: string): Invocation {
  const tags = ssm.needs.ec2.instance(instanceId)?.Tags ?? [];
  return {
    instanceId,
    instanceName: tags.find(({ Key }) => Key === 'Name')?.Value ?? '',
    status: 'Pending',
    statusDetails: 'Pending',
    responseCode: -1,
    stdout: '',
    stderr: '',
    cancel: new AbortController(),
  };
}

function requireCommand(ssm: SsmState, id: string): Command {
  const command = ssm.commands.get(id);
  if (!command) throw invalidCommandId();
  return command;
}

function newestFirst(ssm: SsmState): Command[] {
  return [...ssm.commands.values()].reverse();
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html */
function readFilter({
  key,
  value = '',
}: CommandFilter): (command: Command, of: Pick<Command | Invocation, 'status' | 'statusDetails'>) => boolean {
  switch (key) {
    case 'InvokedAfter':
      return ({ requestedAt }) => requestedAt.getTime() > Date.parse(value);
    case 'InvokedBefore':
      return ({ requestedAt }) => requestedAt.getTime() < Date.parse(value);
    case 'Status':
      return (_command, { status, statusDetails }) => status === value || statusDetails === value;
    case 'DocumentName':
      return ({ documentName }) => documentName === value;
    case 'ExecutionStage':
      return ({ invocations }) =>
        invocations.every(hasEnded) === (value === 'Complete') &&
        (value === 'Complete' || value === 'Executing');
    default:
      throw invalidFilterKey(String(key), [
        'InvokedAfter',
        'InvokedBefore',
        'Status',
        'ExecutionStage',
        'DocumentName',
      ]);
  }
}
