import {
  AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord } from '../../../src/build/record';
import { startRefresh } from '../../../src/rollout/refresh';
import { BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const autoScaling = mockClient(AutoScalingClient);
useTable();

const input = {
  build: { id: BUILD, pipeline: 'web' },
  stage: 'StartRefresh',
  target: makeTarget({ warmup: 30, bake: 60 }),
  version: '5',
};
const inProgress = Object.assign(new Error('busy'), { name: 'InstanceRefreshInProgress' });

function useActive(version: string): void {
  autoScaling.on(StartInstanceRefreshCommand).rejects(inProgress);
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [
      {
        InstanceRefreshId: 'r-1',
        Status: 'Pending',
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: version } },
      },
    ],
  });
}

beforeEach(async () => {
  autoScaling.reset();
  await openRecord();
});

test('a refresh has the numbered version and the preferences of the pipeline, and can be rolled back', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
  await expect(startRefresh(input)).resolves.toEqual({ refreshId: 'r-1' });
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]?.args[0].input).toEqual({
    AutoScalingGroupName: 'fleet',
    Strategy: 'Rolling',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 200,
      InstanceWarmup: 30,
      BakeTime: 60,
      SkipMatching: true,
      AutoRollback: true,
    },
  });
  expect((await getRecord(BUILD)).rollouts.fleet).toMatchObject({ version: '5', refreshId: 'r-1' });
});

test('a repeated call finds the refresh that the first one started', async () => {
  useActive('5');
  await expect(startRefresh(input)).resolves.toEqual({ refreshId: 'r-1' });
});

test('while a refresh of someone else runs, the target is busy', async () => {
  useActive('9');
  await expect(startRefresh(input)).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining('r-1'),
  });
});
