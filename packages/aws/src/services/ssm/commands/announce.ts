import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import { uuid } from '../../../core/ids';
import type { SsmState } from '../state';
import type { Command, Invocation } from './command';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export function announceInvocation(ssm: SsmState, command: Command, invocation: Invocation): void {
  const { id, documentName, requestedAt } = command;
  const { instanceId, status } = invocation;
  ssm.context.bus.announce({
    source: 'aws.ssm',
    detailType: 'EC2 Command Invocation Status-change Notification',
    resources: [ssm.instanceArn(instanceId)],
    detail: {
      'command-id': id,
      'document-name': documentName,
      'instance-id': instanceId,
      'requested-date-time': requestedAt.toISOString(),
      status,
    },
  });
  notify(ssm, command, 'Invocation', status, { instanceId });
}

/** As `announceInvocation`, of the whole command. */
export function announceCommand(ssm: SsmState, command: Command): void {
  const { id, documentName, parameters, requestedAt, expiresAt, status, invocations } = command;
  ssm.context.bus.announce({
    source: 'aws.ssm',
    detailType: 'EC2 Command Status-change Notification',
    resources: invocations.map(({ instanceId }) => ssm.instanceArn(instanceId)),
    detail: {
      'command-id': id,
      'document-name': documentName,
      'expire-after': expiresAt.toISOString(),
      parameters,
      'requested-date-time': requestedAt.toISOString(),
      status,
    },
  });
  notify(ssm, command, 'Command', status, {
    instanceIds: invocations.map(({ instanceId }) => instanceId),
    expiresAfter: expiresAt.toISOString(),
  });
}

/**
 * Publishes a change of status to the command's topic, with the rights of the role that it was given.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-examples.html
 */
function notify(
  ssm: SsmState,
  command: Command,
  type: 'Command' | 'Invocation',
  status: string,
  about: object,
): void {
  const { NotificationArn, NotificationEvents = [], NotificationType = 'Command' } = command.notification;
  const isWanted = NotificationEvents.some((one) => one === 'All' || one === status);
  if (!NotificationArn || NotificationType !== type || !isWanted) return;
  const { region, accountId, clock } = ssm.context;
  const message = {
    commandId: command.id,
    documentName: command.documentName,
    ...about,
    requestedDateTime: command.requestedAt.toISOString(),
    ...(command.outputBucket !== '' && {
      outputS3BucketName: command.outputBucket,
      outputS3KeyPrefix: command.outputPrefix,
    }),
    status,
    eventTime: clock.now().toISOString(),
  };
  const publish = async () => {
    const principal = ssm.roles.principalOf(command.serviceRole, ssm.documentArn(command.documentName));
    const call = { region, accountId, requestId: uuid(), principal };
    const sns = clientOf<typeof import('@aws-sdk/client-sns')>(ssm.context, 'sns', () => call);
    await sns.Publish({
      TopicArn: NotificationArn,
      Subject: `EC2 Run Command Notification ${region}`,
      Message: JSON.stringify(message),
    });
  };
  publish().catch((error: unknown) => {
    // Nobody hears of a notification that could not be sent.
    if (!(error instanceof AwsError)) throw error;
  });
}
