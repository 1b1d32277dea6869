import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { parseDefinition } from '../../../src/pipeline/parse';
import { run, useKeys } from './kit';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
const balancers = mockClient(ElasticLoadBalancingV2Client);
useKeys();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-adopt-'));
  for (const client of [autoScaling, ec2, balancers]) client.reset();
  useGroup({});
});
afterEach(() => rm(folder, { recursive: true }));

const SCRIPT = '#!/bin/bash\ndnf install -y nginx\n';

/** A group of people's own, with what a test has otherwise. */
function useGroup({
  group = {},
  tags = [{ Key: 'kiln:fleet', Value: 'yes' }],
  data = {},
}: {
  group?: object;
  tags?: object[];
  data?: object;
}) {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'Shop_ASG',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
        DesiredCapacity: 3,
        HealthCheckGracePeriod: 90,
        TargetGroupARNs: ['arn:tg'],
        Tags: [{ Key: 'kiln:fleet', Value: 'yes' }],
        ...group,
      } as never,
    ],
  });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [
      {
        LaunchTemplateId: 'lt-1',
        VersionNumber: 4,
        LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm7g.large', ...data } as never,
      },
    ],
  });
  ec2.on(DescribeLaunchTemplatesCommand).resolves({ LaunchTemplates: [{ Tags: tags }] });
  ec2.on(DescribeImagesCommand).resolves({
    Images: [
      {
        ImageId: 'ami-0123456789abcdef0',
        Name: 'shop-v1',
        OwnerId: '123456789012',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }],
      },
    ],
  });
  balancers.on(DescribeTargetGroupsCommand).resolves({
    TargetGroups: [{ Port: 8080, HealthCheckPath: '/up', Matcher: { HttpCode: '204' } }],
  });
}

const adopt = (...args: string[]) => run(['adopt', 'Shop_ASG', '--region', 'eu-north-1', ...args]);

test('writes a pipeline file that is valid, of what AWS tells of the group', async () => {
  const { code, output } = await adopt('--json');
  const { pipeline, file, obstacles } = JSON.parse(output);
  expect([code, pipeline, obstacles]).toEqual([0, 'shop-asg', []]);
  expect(parseDefinition(file)).toMatchObject({
    problems: [],
    definition: {
      base: { image: 'ami-0123456789abcdef0', instanceType: 'm7g.large', volumeSize: 20 },
      healthy: { port: 8080, path: '/up', status: 204 },
      rollout: [{ autoScalingGroup: 'Shop_ASG', warmup: 90 }],
    },
  });
});

test('prints the file as it would be written', async () => {
  const { file } = JSON.parse((await adopt('--json')).output);
  const { output } = await adopt();
  expect(output.startsWith(`${file.trimEnd()}\n? `)).toBe(true);
});

test('writes the folder, with the script that the template has, and overwrites nothing', async () => {
  useGroup({ data: { UserData: Buffer.from(SCRIPT).toString('base64') } });
  const write = () => adopt('--pipeline', 'shop', '--write', '--folder', folder);
  expect((await write()).output).toMatch(
    /✔ .*shop\n\? Its launch template carries user data\..*\n\? .*\nnext: kiln validate shop/,
  );
  expect(await readFile(join(folder, 'shop/user-data.sh'), 'utf8')).toBe(SCRIPT);
  expect(await write()).toMatchObject({ code: 1, errors: expect.stringContaining('is there already') });
});

test.each([
  [
    'uses no numbered version',
    { group: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Latest' } } },
    /--launch-template LaunchTemplateId=lt-1,Version=4/,
  ],
  ['has no tag', { group: { Tags: [] } }, /create-or-update-tags --tags ResourceId=Shop_ASG/],
  ['has a template without the tag', { tags: [] }, /create-tags --resources lt-1/],
  [
    'has a launch configuration',
    { group: { LaunchTemplate: undefined, LaunchConfigurationName: 'lc' } },
    /launch configuration \(lc\)/,
  ],
  [
    'is of another deployment',
    { group: { Tags: [{ Key: 'kiln:service', Value: 'kiln-test@eu-north-1' }] } },
    /kiln-test@eu-north-1/,
  ],
  [
    'names its image by a parameter',
    { data: { ImageId: 'resolve:ssm:/image' } },
    /SSM parameter \(resolve:ssm:\/image\)/,
  ],
])('says what to change first of a group that %s', async (_what, more, words) => {
  useGroup(more);
  const { code, output } = await adopt();
  expect([code, output]).toEqual([1, expect.stringMatching(words)]);
});

test('of a group that is not there is exit code 3', async () => {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
  expect(await adopt()).toMatchObject({
    code: 3,
    errors: expect.stringContaining('no Auto Scaling group Shop_ASG'),
  });
});
