import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { tidyUp } from '../../../src/build/end/janitor';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { moveStatus } from '../../../src/build/record';
import { answerNoUses, makeCopy } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BASE_INSTANCE, BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sfn = mockClient(SFNClient);
useTable();

afterEach(removeFolders);
beforeEach(() => {
  process.env.LAMBDA_TASK_ROOT = process.cwd();
  for (const client of [ec2, autoScaling, sfn]) client.reset();
  answerNoUses(ec2, autoScaling);
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
});

test('a lock that a build has kept beyond its end is given back at night', async () => {
  await openRecord({ targets: [] });
  await takeLock('web', BUILD, 'build');
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  await tidyUp({ removed: [] });
  expect(await findLockHolder('web')).toBeUndefined();
});

test('a copy that a stopped build left in another region is found there at night', async () => {
  const base = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }';
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `${base}\nimage: { copyTo: [eu-north-1] }\n`,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
  const startedAt = new Date().toISOString();
  await openRecord({ targets: [], copyTo: ['eu-north-1'], imageId: 'ami-1', startedAt });
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  const copy = makeCopy('ami-2', 'ami-1');
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => ({
    Images: (await client().config.region()) === 'eu-north-1' ? [copy] : [],
  }));
  await tidyUp({ removed: [] });
  expect(ec2.commandCalls(DeregisterImageCommand).map((call) => call.args[0].input)).toEqual([
    { ImageId: 'ami-2' },
  ]);
});

test('what carries the tags of a build that has no record here is left alone', async () => {
  const Tags = [{ Key: 'kiln:build', Value: BUILD }];
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-1', Tags }] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', Tags }] });
  await tidyUp({ removed: [] });
  expect(ec2.commandCalls(TerminateInstancesCommand)).toEqual([]);
  expect(ec2.commandCalls(DeleteSnapshotCommand)).toEqual([]);
  expect(ec2.commandCalls(DeregisterImageCommand)).toEqual([]);
});

describe.each(['SUCCEEDED', 'FAILED'] as const)('of a build that has %s', (status) => {
  const server = { ...BASE_INSTANCE, InstanceId: 'i-server' };
  const terminated = () =>
    ec2.commandCalls(TerminateInstancesCommand).flatMap((call) => call.args[0].input.InstanceIds);
  beforeEach(async () => {
    await openRecord({ targets: [] });
    await moveStatus(BUILD, ['RUNNING'], status);
    sfn.on(DescribeExecutionCommand).resolves({ status });
    ec2.on(TerminateInstancesCommand).resolves({});
  });

  test('a base instance that was left goes', async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
    await tidyUp({ removed: [] });
    expect(terminated()).toEqual(['i-1']);
  });

  test.each([
    ['a server to which a tool copied the tags', { ClientToken: undefined }],
    ['a server that a group launched with the tags of its image', { ClientToken: 'fleet-4d5e6f' }],
    ['an instance in another subnet than that of the token', { SubnetId: 'subnet-9' }],
  ])('%s stays', async (_what, other) => {
    ec2
      .on(DescribeInstancesCommand)
      .resolves({ Reservations: [{ Instances: [{ ...server, ...other }, BASE_INSTANCE] }] });
    await tidyUp({ removed: [] });
    expect(terminated()).toEqual(['i-1']);
  });
});
