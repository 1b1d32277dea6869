import type { SendCommandRequest } from '@aws-sdk/client-ssm';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { addInstanceProfile, isOver, launchManaged } from '../testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  await addInstanceProfile(region, 'web');
});
afterEach(() => region.aws.stop());

const ssm = () => region.api('ssm');
const send = async (InstanceIds: string[], commands: string[], input: Partial<SendCommandRequest> = {}) => {
  const { Command } = await ssm().SendCommand({
    DocumentName: 'AWS-RunShellScript',
    InstanceIds,
    Parameters: { commands, executionTimeout: ['300'] },
    TimeoutSeconds: 60,
    ...input,
  });
  return Command?.CommandId ?? '';
};
const look = (CommandId: string, InstanceId: string) => ssm().GetCommandInvocation({ CommandId, InstanceId });
const ended = async (CommandId: string, id: string) => {
  await until(async () => isOver(await look(CommandId, id)));
  return look(CommandId, id);
};
const commandOf = async (CommandId: string) => {
  const list = async () => (await ssm().ListCommands({ CommandId })).Commands?.[0];
  await until(async () => isOver((await list()) ?? {}));
  return list();
};

test('Nobody tells of a command whose instance stops: it times out when it would have had to end', async () => {
  const id = await launchManaged(region, 'web');
  const command = await send([id], ['sleep 200']);
  await until(async () => (await look(command, id)).Status === 'InProgress');
  const begun = region.context.clock.millis();
  await region.api('ec2').StopInstances({ InstanceIds: [id] });
  expect(await ended(command, id)).toMatchObject({
    ...{ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', ResponseCode: -1 },
  });
  expect(region.context.clock.millis() - begun).toBeGreaterThan(300_000);
  expect(await commandOf(command)).toMatchObject({
    ...{ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', DeliveryTimedOutCount: 1, ErrorCount: 0 },
  });
});

test('A stopped instance gets what was sent to it when its agent is there again in time', async () => {
  const id = await launchManaged(region, 'web');
  const ec2 = region.api('ec2');
  await ec2.StopInstances({ InstanceIds: [id] });
  await until(async () => {
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
    return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'stopped';
  });
  const late = await send([id], ['echo late']);
  expect(await ended(late, id)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
  const early = await send([id], ['echo early'], { TimeoutSeconds: 600 });
  await until(async () => (await look(early, id)).Status === 'Delayed');
  await ec2.StartInstances({ InstanceIds: [id] });
  expect(await ended(early, id)).toMatchObject({ Status: 'Success', StandardOutputContent: 'early\n' });
});

test('What cannot be delivered to an instance that is no more is undeliverable', async () => {
  const id = await launchManaged(region, 'web');
  const command = await send([id], ['true']);
  await region.api('ec2').TerminateInstances({ InstanceIds: [id] });
  expect(await ended(command, id)).toMatchObject({ Status: 'Failed', StatusDetails: 'Undeliverable' });
});

test('A script that exits with 194 is run again after a reboot', async () => {
  const id = await launchManaged(region, 'web');
  const command = await send(
    [id],
    ['if [ -e /var/tmp/booted ]; then echo again; exit 0; fi', 'touch /var/tmp/booted', 'exit 194'],
  );
  expect(await ended(command, id)).toMatchObject({
    ...{ Status: 'Success', ResponseCode: 0, StandardOutputContent: 'again\n' },
  });
});

test('No more than so many run at once, and none after too many have failed', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 3; at += 1) ids.push(await launchManaged(region, 'web'));
  const command = await send(ids, ['exit 1'], { MaxConcurrency: '1', MaxErrors: '1' });
  await commandOf(command);
  const { CommandInvocations = [] } = await ssm().ListCommandInvocations({ CommandId: command });
  expect(CommandInvocations.map(({ StatusDetails }) => StatusDetails)).toEqual([
    'Failed',
    'Failed',
    'Terminated',
  ]);
  const lenient = await send(ids, ['exit 1'], { MaxErrors: '100%' });
  expect(await commandOf(lenient)).toMatchObject({
    Status: 'Failed',
    StatusDetails: 'Incomplete',
    ErrorCount: 3,
  });
});

test('A topic is told of the statuses that were asked for, with the rights of the role that was given', async () => {
  const id = await launchManaged(region, 'web');
  const { TopicArn = '' } = await region.api('sns').CreateTopic({ Name: 'commands' });
  const iam = region.api('iam');
  const { Role } = await iam.CreateRole({
    RoleName: 'teller',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
  });
  await iam.PutRolePolicy({
    RoleName: 'teller',
    PolicyName: 'tell',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn }],
    }),
  });
  const told = { NotificationArn: TopicArn, NotificationEvents: ['Success' as const] };
  const command = await send([id], ['true'], {
    ServiceRoleArn: Role?.Arn,
    NotificationConfig: { ...told, NotificationType: 'Invocation' },
  });
  await ended(command, id);
  const messages = await until(() => {
    const found = region.state('sns').messages();
    return found.length > 0 ? found : undefined;
  });
  expect(messages?.map(({ body }) => JSON.parse(String(body)))).toMatchObject([
    { commandId: command, documentName: 'AWS-RunShellScript', instanceId: id, status: 'Success' },
  ]);
  await expect(send([id], ['true'], { NotificationConfig: told })).rejects.toMatchObject({
    name: 'InvalidRole',
  });
});
