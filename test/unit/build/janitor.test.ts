import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { tidyUp } from '../../../src/build/janitor';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { moveStatus } from '../../../src/build/record';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
useTable();

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
});

test('a lock that a build has kept beyond its end is given back at night', async () => {
  await openRecord({ targets: [] });
  await takeLock('web', BUILD, 'build');
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  await tidyUp();
  expect(await findLockHolder('web')).toBeUndefined();
});
