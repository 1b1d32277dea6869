import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { checkTargets } from '../../../src/rollout/targets';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
process.env.AWS_REGION = 'us-east-1';

const item = {
  autoScalingGroup: 'fleet',
  minHealthy: 100,
  maxHealthy: 200,
  bake: 0,
  autoRollback: true,
  initialCapacity: 3,
};

function useGroup(group: object | undefined, version: object = {}): void {
  autoScaling.reset();
  ec2.reset();
  const AutoScalingGroups = group ? [{ AutoScalingGroupName: 'fleet', ...group } as never] : [];
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-1', VersionNumber: 4, ...version }],
  });
}

const template = (Version?: string) => ({ LaunchTemplateId: 'lt-1', ...(Version && { Version }) });

test('a group with a numbered version can be refreshed and rolled back', async () => {
  useGroup({ DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([item])).resolves.toEqual([
    { ...item, launchTemplateId: 'lt-1', currentVersion: '4', canRollBack: true, isFirstImage: false },
  ]);
});

test('an empty group that never had an image of Kiln gets its first one', async () => {
  useGroup({ DesiredCapacity: 0, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([item])).resolves.toEqual([expect.objectContaining({ isFirstImage: true })]);
});

test('a group that was scaled to zero by hand stays there', async () => {
  useGroup(
    { DesiredCapacity: 0, MaxSize: 6, LaunchTemplate: template('4') },
    { VersionDescription: 'Kiln build web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6' },
  );
  await expect(checkTargets([item])).resolves.toEqual([expect.objectContaining({ isFirstImage: false })]);
});

test('a group that uses $Latest is refreshed all the same where the pipeline gives up the rollback', async () => {
  useGroup({ DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('$Latest') });
  await expect(checkTargets([{ ...item, autoRollback: false }])).resolves.toEqual([
    expect.objectContaining({ currentVersion: '4', canRollBack: false }),
  ]);
});

test.each(['drop', 'keep'] as const)(
  'a template with user data is fine where the target says %s',
  async (userData) => {
    useGroup(
      { DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') },
      { LaunchTemplateData: { UserData: 'IyEvYmluL3No' } },
    );
    await expect(checkTargets([{ ...item, userData }])).resolves.toEqual([
      expect.objectContaining({ userData }),
    ]);
  },
);

const many = { DesiredCapacity: 3, MaxSize: 6 };
test.each<[string, object | undefined, object, RegExp]>([
  ['that does not exist', undefined, {}, /fleet does not exist/],
  [
    'with $Latest',
    { ...many, LaunchTemplate: template('$Latest') },
    {},
    /version \$Latest.*now 4.*autoRollback: false/,
  ],
  ['with no version', { ...many, LaunchTemplate: template() }, {}, /version \$Default.*autoRollback: false/],
  ['with a mixed instances policy', { ...many, MixedInstancesPolicy: {} }, {}, /mixed instances policy/],
  [
    'whose template carries user data that the target says nothing of',
    { ...many, LaunchTemplate: template('4') },
    { LaunchTemplateData: { UserData: 'IyEvYmluL3No' } },
    /version 4 .* carries user data.*userData: drop.*userData: keep/,
  ],
  ['with a launch configuration', { ...many, LaunchConfigurationName: 'old' }, {}, /launch template instead/],
  [
    'that is being deleted',
    { ...many, LaunchTemplate: template('4'), Status: 'Delete in progress' },
    {},
    /being deleted/,
  ],
  [
    'whose image is an SSM parameter',
    { ...many, LaunchTemplate: template('4') },
    { LaunchTemplateData: { ImageId: 'resolve:ssm:/my/image' } },
    /SSM parameter resolve:ssm:\/my\/image.*AMI id/,
  ],
  [
    'that has no room for the first servers',
    { DesiredCapacity: 0, MaxSize: 2, LaunchTemplate: template('4') },
    {},
    /MaxSize of 2, but initialCapacity is 3/,
  ],
])('a group %s is refused with what to change', async (_what, group, version, words) => {
  useGroup(group, version);
  await expect(checkTargets([item])).rejects.toMatchObject({
    name: 'TargetNotRefreshable',
    message: expect.stringMatching(words),
  });
});

test.each(['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.VersionNotFound'])(
  'a group whose template version was deleted is refused with what to change (%s)',
  async (name) => {
    useGroup({ ...many, LaunchTemplate: template('4') });
    ec2.on(DescribeLaunchTemplateVersionsCommand).rejects(Object.assign(new Error('gone'), { name }));
    await expect(checkTargets([item])).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringMatching(
        /fleet uses version 4 of the launch template lt-1, which does not exist/,
      ),
    });
  },
);
