import type {
  CommandInvocation,
  CommandPlugin,
  GetCommandInvocationResult,
  Command as ShownCommand,
} from '@aws-sdk/client-ssm';
import type { SsmState } from '../state';
import { type Command, hasEnded, type Invocation, isError } from './command';
import { outputUrl, shownErrors, shownOutput, shownTogether } from './output';

export const PLUGIN = 'aws:runShellScript';

/** A command as ListCommands and SendCommand show it. */
export function showCommand({ context: { region } }: SsmState, command: Command): ShownCommand {
  const { invocations } = command;
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    ExpiresAfter: command.expiresAt,
    Parameters: mutable(command.parameters),
    InstanceIds: command.targets.length > 0 ? [] : [...command.instanceIds],
    Targets: [...command.targets],
    RequestedDateTime: command.requestedAt,
    Status: command.status,
    StatusDetails: command.statusDetails,
    OutputS3Region: region,
    OutputS3BucketName: command.outputBucket,
    OutputS3KeyPrefix: command.outputPrefix,
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: invocations.length,
    CompletedCount: invocations.filter(hasEnded).length,
    ErrorCount: invocations.filter(isError).length,
    DeliveryTimedOutCount: invocations.filter((one) => one.statusDetails === 'DeliveryTimedOut').length,
    ServiceRole: command.serviceRole,
    NotificationConfig: showNotification(command),
    CloudWatchOutputConfig: command.cloudWatch,
    TimeoutSeconds: command.timeoutSeconds,
  };
}

/** An invocation as GetCommandInvocation shows it. */
export function showResult(
  ssm: SsmState,
  command: Command,
  invocation: Invocation,
): GetCommandInvocationResult {
  const { startedAt, endedAt } = invocation;
  const isOver = hasEnded(invocation);
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: PLUGIN,
    ResponseCode: invocation.responseCode,
    ExecutionStartDateTime: startedAt?.toISOString() ?? '',
    ExecutionElapsedTime: startedAt && endedAt && isOver ? elapsed(startedAt, endedAt) : '',
    ExecutionEndDateTime: isOver ? (endedAt?.toISOString() ?? '') : '',
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    StandardOutputContent: isOver ? shownOutput(invocation) : '',
    StandardOutputUrl: outputUrl(ssm, command, invocation, 'stdout'),
    StandardErrorContent: isOver ? shownErrors(invocation) : '',
    StandardErrorUrl: outputUrl(ssm, command, invocation, 'stderr'),
    CloudWatchOutputConfig: command.cloudWatch,
  };
}

/** An invocation as ListCommandInvocations shows it. @param details whether with its plugin, and what that wrote */
export function showInvocation(
  ssm: SsmState,
  command: Command,
  invocation: Invocation,
  details: boolean,
): CommandInvocation {
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    InstanceName: invocation.instanceName,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: command.requestedAt,
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    StandardOutputUrl: outputUrl(ssm, command, invocation, 'stdout'),
    StandardErrorUrl: outputUrl(ssm, command, invocation, 'stderr'),
    CommandPlugins: details ? [showPlugin(ssm, command, invocation)] : [],
    ServiceRole: command.serviceRole,
    NotificationConfig: showNotification(command),
    CloudWatchOutputConfig: command.cloudWatch,
  };
}

function showPlugin(ssm: SsmState, command: Command, invocation: Invocation): CommandPlugin {
  const { startedAt, endedAt } = invocation;
  const isOver = hasEnded(invocation);
  return {
    Name: PLUGIN,
    // A plugin knows no delay.
    Status: invocation.status === 'Delayed' ? 'Pending' : (invocation.status as CommandPlugin['Status']),
    StatusDetails: invocation.statusDetails,
    ResponseCode: invocation.responseCode,
    ...(startedAt && { ResponseStartDateTime: startedAt }),
    ...(isOver && endedAt && { ResponseFinishDateTime: endedAt }),
    Output: isOver ? shownTogether(invocation) : '',
    StandardOutputUrl: outputUrl(ssm, command, invocation, 'stdout'),
    StandardErrorUrl: outputUrl(ssm, command, invocation, 'stderr'),
    OutputS3Region: ssm.context.region,
    OutputS3BucketName: command.outputBucket,
    OutputS3KeyPrefix: command.outputPrefix,
  };
}

function showNotification({ notification }: Command) {
  return { NotificationArn: '', NotificationEvents: [], NotificationType: undefined, ...notification };
}

/** `PT1M2.5S` */
function elapsed(from: Date, to: Date): string {
  const seconds = (to.getTime() - from.getTime()) / 1000;
  const parts: [string, number][] = [
    ['H', Math.floor(seconds / 3600)],
    ['M', Math.floor((seconds % 3600) / 60)],
  ];
  const rest = Math.round((seconds % 60) * 1000) / 1000;
  const larger = parts.filter(([, count]) => count > 0).map(([unit, count]) => `${count}${unit}`);
  return `PT${larger.join('')}${rest > 0 || larger.length === 0 ? `${rest}S` : ''}`;
}

function mutable(parameters: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]));
}
