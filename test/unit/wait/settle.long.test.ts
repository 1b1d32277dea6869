import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import amiEvent from '../../../events/ami-state-change.json';
import refreshEvent from '../../../events/instance-refresh.json';
import { getRecord } from '../../../src/build/record';
import { awaitImage } from '../../../src/wait/await';
import { ResourceEvent, resolveWait, sweepWaits } from '../../../src/wait/resolve';
import { listWaits, storeWait } from '../../../src/wait/store';
import type { Wait } from '../../../src/wait/wait';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const sfn = mockClient(SFNClient);
useTable();

beforeEach(async () => {
  for (const client of [ec2, autoScaling, balancing, sfn]) client.reset();
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn.on(SendTaskFailureCommand).resolves({});
  sfn.on(ListExecutionsCommand).resolves({ executions: [{ name: BUILD } as never] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  await openRecord();
});

const makeWait = (more: Partial<Wait>): Wait => ({
  kind: 'image',
  resource: 'ami-1',
  region: 'us-east-1',
  build: BUILD,
  stage: 'AwaitImage',
  token: 'token-1',
  since: Date.now() - 60_000,
  ...more,
});

const imageInput = {
  build: { id: BUILD, pipeline: 'web' },
  stage: 'AwaitImage',
  token: 'token-1',
  imageId: 'ami-0abcdef1234567890',
};
const images = (State: 'available' | 'pending' | 'failed', more = {}) => ({
  Images: [{ ImageId: 'ami-0abcdef1234567890', State, ...more }],
});
const answers = () => sfn.commandCalls(SendTaskSuccessCommand).map((call) => call.args[0].input);
const failures = () => sfn.commandCalls(SendTaskFailureCommand).map((call) => call.args[0].input);

test('an image that is available already is answered at once, and its token is forgotten', async () => {
  ec2.on(DescribeImagesCommand).resolves(images('available'));
  await awaitImage(imageInput);
  expect(answers()).toEqual([
    { taskToken: 'token-1', output: expect.stringContaining('ami-0abcdef1234567890') },
  ]);
  expect(await listWaits()).toEqual([]);
  expect((await getRecord(BUILD)).stages.AwaitImage).toMatchObject({ outcome: 'succeeded' });
});

test('an image that is not ready parks its token until the event comes', async () => {
  ec2.on(DescribeImagesCommand).resolvesOnce(images('pending')).resolves(images('available'));
  await awaitImage(imageInput);
  expect(answers()).toEqual([]);
  await resolveWait(ResourceEvent.parse(amiEvent));
  expect(answers()).toHaveLength(1);
});

test('an event that AWS lost is made good by the sweep', async () => {
  ec2.on(DescribeImagesCommand).resolvesOnce(images('pending')).resolves(images('available'));
  await awaitImage(imageInput);
  await sweepWaits();
  expect(answers()).toHaveLength(1);
});

test('an event that comes twice answers once', async () => {
  ec2.on(DescribeImagesCommand).resolvesOnce(images('pending')).resolves(images('available'));
  await awaitImage(imageInput);
  await resolveWait(ResourceEvent.parse(amiEvent));
  await resolveWait(ResourceEvent.parse(amiEvent));
  expect(answers()).toHaveLength(1);
});

test.each([
  ['is available', 'available'],
  ['has failed', 'failed'],
  ['was deregistered', 'deregistered'],
])('an event that says that an image %s, which EC2 says is pending, answers nobody', async (_what, State) => {
  ec2.on(DescribeImagesCommand).resolves(images('pending'));
  await awaitImage(imageInput);
  await resolveWait(ResourceEvent.parse({ ...amiEvent, detail: { ...amiEvent.detail, State } }));
  expect([...answers(), ...failures()]).toEqual([]);
  expect(await listWaits()).toHaveLength(1);
});

test('an event for what nobody waits for asks AWS nothing', async () => {
  await resolveWait(ResourceEvent.parse(amiEvent));
  expect(ec2.calls()).toEqual([]);
});

test('an image that AWS could not make fails the state with the reason that AWS gives', async () => {
  ec2
    .on(DescribeImagesCommand)
    .resolves(images('failed', { StateReason: { Message: 'Client.InternalError' } }));
  await awaitImage(imageInput);
  expect(failures()).toEqual([
    { taskToken: 'token-1', error: 'ImageFailed', cause: expect.stringContaining('Client.InternalError') },
  ]);
});

test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
  'a token that nobody waits for any more (%s) is forgotten without an error',
  async (name) => {
    ec2.on(DescribeImagesCommand).resolves(images('available'));
    sfn.on(SendTaskSuccessCommand).rejects(Object.assign(new Error(name), { name }));
    await awaitImage(imageInput);
    expect(await listWaits()).toEqual([]);
  },
);

test('a token is kept when Step Functions could not be told', async () => {
  ec2.on(DescribeImagesCommand).resolves(images('available'));
  sfn
    .on(SendTaskSuccessCommand)
    .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
  await expect(awaitImage(imageInput)).rejects.toThrow('slow down');
  expect(await listWaits()).toHaveLength(1);
});

test('the token of a later attempt takes the place of that of an earlier one', async () => {
  ec2.on(DescribeImagesCommand).resolvesOnce(images('pending')).resolves(images('available'));
  await awaitImage(imageInput);
  await awaitImage({ ...imageInput, token: 'token-2' });
  expect(answers().map(({ taskToken }) => taskToken)).toEqual(['token-2']);
});

test('the sweep looks at 500 images in three calls', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  for (let at = 0; at < 500; at++) await storeWait(makeWait({ resource: `ami-${at}`, token: `token-${at}` }));
  await sweepWaits();
  expect(ec2.commandCalls(DescribeImagesCommand)).toHaveLength(3);
});

test('an image that is not listed yet is waited for; one that stays away was deregistered', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await storeWait(makeWait({ resource: 'ami-new', token: 'new' }));
  await storeWait(makeWait({ resource: 'ami-gone', token: 'gone', since: Date.now() - 6 * 60_000 }));
  await sweepWaits();
  expect(failures()).toEqual([
    { taskToken: 'gone', error: 'ImageFailed', cause: expect.stringContaining('deregistered') },
  ]);
});

test('a look that fails does not keep other waits from being answered', async () => {
  ec2.on(DescribeImagesCommand).rejects(Object.assign(new Error('no'), { name: 'RequestLimitExceeded' }));
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [{ InstanceRefreshId: 'r-1', Status: 'Successful' }],
  });
  await storeWait(makeWait({}));
  await storeWait(makeWait({ kind: 'refresh', resource: 'r-1', group: 'fleet', token: 'refresh' }));
  await expect(sweepWaits()).rejects.toThrow('no');
  expect(answers().map(({ taskToken }) => taskToken)).toEqual(['refresh']);
});

describe('a refresh', () => {
  const wait = makeWait({
    kind: 'refresh',
    resource: refreshEvent.detail.InstanceRefreshId,
    group: 'kiln-fleet-web',
    stage: 'AwaitRefresh/kiln-fleet-web',
  });
  const refreshes = (Status: 'RollbackSuccessful' | 'RollbackInProgress' | 'Successful' | 'Baking') =>
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        {
          InstanceRefreshId: wait.resource,
          Status,
          RollbackDetails: { RollbackReason: 'Instances did not become healthy.' },
        },
      ],
    });

  beforeEach(() => storeWait(wait));

  test.each(['RollbackInProgress', 'Baking'] as const)('that is %s has not ended', async (status) => {
    refreshes(status);
    await resolveWait(ResourceEvent.parse(refreshEvent));
    expect([...answers(), ...failures()]).toEqual([]);
  });

  test('that succeeded lets the build go on', async () => {
    refreshes('Successful');
    await resolveWait(ResourceEvent.parse(refreshEvent));
    expect(answers()).toHaveLength(1);
  });

  test('that was rolled back fails the build, with the reason', async () => {
    refreshes('RollbackSuccessful');
    await resolveWait(ResourceEvent.parse(refreshEvent));
    expect(failures()).toEqual([
      expect.objectContaining({
        error: 'RefreshFailed',
        cause: expect.stringContaining('Instances did not become healthy.'),
      }),
    ]);
  });
});

describe('what was deleted while it was waited for', () => {
  const refreshOf = (group: string): Wait =>
    makeWait({
      kind: 'refresh',
      resource: `r-${group}`,
      group,
      token: group,
      stage: `AwaitRefresh/${group}`,
    });
  const fleetOf = (group: string): Wait =>
    makeWait({ kind: 'fleet', resource: group, version: '5', token: group, stage: `AwaitFleet/${group}` });
  const gone = Object.assign(new Error('AutoScalingGroup name not found'), { name: 'ValidationError' });

  test('ends the wait for the refresh of a group, and holds up no other', async () => {
    for (const group of ['gone', 'there']) await storeWait(refreshOf(group));
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(({ AutoScalingGroupName }) => {
      if (AutoScalingGroupName === 'gone') throw gone;
      return { InstanceRefreshes: [{ InstanceRefreshId: 'r-there', Status: 'Successful' }] };
    });
    await sweepWaits();
    expect(failures()).toEqual([
      expect.objectContaining({
        taskToken: 'gone',
        error: 'RefreshFailed',
        cause: expect.stringMatching(/gone/),
      }),
    ]);
    expect(answers()).toEqual([expect.objectContaining({ taskToken: 'there' })]);
  });

  test('waits on for a refresh that Auto Scaling does not list yet, but not for long', async () => {
    await storeWait({ ...refreshOf('new'), since: Date.now() - 60_000 });
    await storeWait({ ...refreshOf('lost'), since: Date.now() - 3 * 60_000 });
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
    await sweepWaits();
    expect(failures()).toEqual([expect.objectContaining({ taskToken: 'lost', error: 'RefreshFailed' })]);
    expect((await listWaits()).map(({ token }) => token)).toEqual(['new']);
  });

  test('ends the wait for the fleet of a group, and holds up no other', async () => {
    for (const group of ['gone', 'going', 'there']) await storeWait({ ...fleetOf(group), mayBeEmpty: true });
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        { AutoScalingGroupName: 'there', DesiredCapacity: 0 } as never,
        { AutoScalingGroupName: 'going', DesiredCapacity: 2, Status: 'Delete in progress' } as never,
      ],
    });
    await sweepWaits();
    expect(failures()).toEqual([
      expect.objectContaining({ taskToken: 'going', error: 'FleetNotHealthy' }),
      expect.objectContaining({ taskToken: 'gone', error: 'FleetNotHealthy' }),
    ]);
    expect(answers()).toEqual([expect.objectContaining({ taskToken: 'there' })]);
  });

  test('is said of a target group, while other fleets are answered', async () => {
    for (const group of ['first', 'second']) await storeWait(fleetOf(group));
    const group = (AutoScalingGroupName: string, arn: string) =>
      ({
        AutoScalingGroupName,
        DesiredCapacity: 1,
        TargetGroupARNs: [`arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/${arn}/1`],
        Instances: [
          {
            InstanceId: `i-${AutoScalingGroupName}`,
            LifecycleState: 'InService',
            HealthStatus: 'Healthy',
            LaunchTemplate: { Version: '5' },
          },
        ],
      }) as never;
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves({ AutoScalingGroups: [group('first', 'gone'), group('second', 'there')] });
    balancing.on(DescribeTargetHealthCommand).callsFake(({ TargetGroupArn }) => {
      if (TargetGroupArn.includes('/gone/'))
        throw Object.assign(new Error('not found'), { name: 'TargetGroupNotFoundException' });
      return {
        TargetHealthDescriptions: [{ Target: { Id: 'i-second' }, TargetHealth: { State: 'healthy' } }],
      };
    });
    await sweepWaits();
    expect(answers()).toEqual([expect.objectContaining({ taskToken: 'second' })]);
    expect((await listWaits()).map(({ resource }) => resource)).toEqual(['first']);
  });

  test('or refused is told, when all others are answered', async () => {
    for (const group of ['denied', 'there']) await storeWait(refreshOf(group));
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(({ AutoScalingGroupName }) => {
      if (AutoScalingGroupName === 'denied') throw new Error('denied');
      return { InstanceRefreshes: [{ InstanceRefreshId: 'r-there', Status: 'Successful' }] };
    });
    await expect(sweepWaits()).rejects.toThrow('denied');
    expect(answers()).toEqual([expect.objectContaining({ taskToken: 'there' })]);
  });
});
