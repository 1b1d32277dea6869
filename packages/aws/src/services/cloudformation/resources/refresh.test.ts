import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

/** A group of two servers of the newest version of a template, which a stack updates by an instance refresh. */
const refreshed = (InstanceType: string, more = '') => `
Resources:
  T: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: ${InstanceType}, ImageId: "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}" } } }
  A:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { AutoScalingGroupName: fleet, AvailabilityZones: !GetAZs "", MinSize: "2", MaxSize: "4", DefaultInstanceWarmup: 0, LaunchTemplate: { LaunchTemplateId: !Ref T, Version: !GetAtt T.LatestVersionNumber }${more} }
    UpdatePolicy: { AutoScalingInstanceRefresh: { Strategy: Rolling, Preferences: { MinHealthyPercentage: "50" } } }`;

async function describeFleet() {
  const autoScaling = region.api('auto-scaling');
  const { AutoScalingGroups: [group] = [] } = await autoScaling.DescribeAutoScalingGroups({});
  const { InstanceRefreshes = [] } = await autoScaling.DescribeInstanceRefreshes({
    AutoScalingGroupName: 'fleet',
  });
  const versions = group?.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.Version);
  return {
    versions,
    refreshes: InstanceRefreshes.map(({ Status, Preferences }) => ({ Status, Preferences })),
  };
}

test('a group with the update policy for it is refreshed when its launch template changes, and the update waits', async () => {
  await cfn.create('s', refreshed('t3.micro'));
  expect((await cfn.state('s')).failures).toEqual([]);
  await until(async () => (await describeFleet()).versions?.length === 2);
  await cfn.update('s', refreshed('t3.small'));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  expect(await describeFleet()).toMatchObject({
    versions: ['2', '2'],
    refreshes: [
      {
        Status: 'Successful',
        Preferences: {
          MinHealthyPercentage: 50,
          SkipMatching: true,
          ScaleInProtectedInstances: 'Wait',
          StandbyInstances: 'Wait',
        },
      },
    ],
  });
});

test('an update policy that comes with a change bears on that change', async () => {
  const without = refreshed('t3.micro').replace(/\n {4}UpdatePolicy:.*$/, '');
  await cfn.create('s', without);
  await until(async () => (await describeFleet()).versions?.length === 2);
  await cfn.update('s', refreshed('t3.small'));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  expect(await describeFleet()).toMatchObject({
    versions: ['2', '2'],
    refreshes: [{ Status: 'Successful' }],
  });
});

test('a change that needs no other servers refreshes none', async () => {
  await cfn.create('s', refreshed('t3.micro'));
  await cfn.update('s', refreshed('t3.micro', ', Cooldown: "60"'));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  expect((await describeFleet()).refreshes).toEqual([]);
});

test('a refresh that does not succeed fails the update, and another one takes the group back', async () => {
  await cfn.create('s', refreshed('t3.micro'));
  await until(async () => (await describeFleet()).versions?.length === 2);
  const autoScaling = region.api('auto-scaling');
  await cfn.aws.UpdateStack({ StackName: 's', TemplateBody: refreshed('t3.small') });
  await until(async () => (await describeFleet()).refreshes.length === 1);
  await autoScaling.CancelInstanceRefresh({ AutoScalingGroupName: 'fleet' });
  await cfn.settled('s');
  const { status, failures } = await cfn.state('s');
  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(failures).toEqual([expect.stringMatching(/^A: .*ended as Cancelled: /)]);
  const { versions, refreshes } = await describeFleet();
  expect(versions).toEqual(['1', '1']);
  expect(refreshes.map(({ Status }) => Status)).toEqual(['Successful', 'Cancelled']);
});
