import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { launchInstance } from '../../../src/image/launch';
import { BUILD } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
useTable();

beforeEach(() => {
  ec2.reset();
  ec2.on(RunInstancesCommand).resolves({
    Instances: [{ InstanceId: 'i-1', PrivateIpAddress: '10.0.0.9', LaunchTime: new Date(5000) }],
  });
  process.env.AWS_REGION = 'us-east-1';
  process.env.LAMBDA_TASK_ROOT = process.cwd();
  process.env.KILN_SUBNETS = 'subnet-a,subnet-b';
  process.env.KILN_BASE_SECURITY_GROUP = 'sg-1';
  process.env.KILN_INSTANCE_PROFILE = 'base';
});

const input = {
  build: { id: BUILD, pipeline: 'web' },
  stage: 'LaunchInstance',
  purpose: 'base' as const,
  plan: {
    baseImage: { id: 'ami-base', rootDeviceName: '/dev/xvda' },
    instanceType: 't3.micro',
    volumeSize: 8,
    parameters: { SITE: "s3://b/k'; reboot; '" },
    secrets: [],
    prepare: { by: 'none' as const, within: 0 },
    fingerprint: 'f',
    description: '',
    healthy: { port: 80, path: '/', status: 200, times: 3, within: 600 },
    image: {
      test: true,
      testWithin: 60,
      skipChecks: {},
      keep: 5,
      deprecateAfter: 1,
      copyTo: [],
      shareWith: [],
    },
    targets: [],
  },
};
const noCapacity = Object.assign(new Error('none left'), { name: 'InsufficientInstanceCapacity' });
const runs = () => ec2.commandCalls(RunInstancesCommand).map((call) => call.args[0].input);

test('the base instance has IMDSv2 only, an encrypted disk, tags and its user data', async () => {
  await expect(launchInstance(input)).resolves.toEqual({
    instanceId: 'i-1',
    privateIp: '10.0.0.9',
    launchedAt: 5000,
  });
  const [run] = runs();
  expect(run?.MetadataOptions?.HttpTokens).toBe('required');
  expect(run?.BlockDeviceMappings?.[0]?.Ebs).toMatchObject({
    Encrypted: true,
    VolumeSize: 8,
    VolumeType: 'gp3',
  });
  expect(run?.TagSpecifications?.map(({ ResourceType }) => ResourceType)).toEqual([
    'instance',
    'volume',
    'network-interface',
  ]);
  expect(run?.TagSpecifications?.map(({ ResourceType }) => ResourceType)).toEqual([
    ...['instance', 'volume', 'network-interface'],
  ]);
  for (const { Tags } of run?.TagSpecifications ?? []) {
    expect(Tags).toContainEqual({ Key: 'kiln:build', Value: BUILD });
    expect(Tags).toContainEqual({ Key: 'kiln:service', Value: 'kiln-test@us-east-1' });
  }
  expect(Buffer.from(run?.UserData ?? '', 'base64').toString()).toContain("SITE='s3://b/k'\\''; reboot;");
});

test('the test of an image boots it with no user data', async () => {
  await launchInstance({ ...input, purpose: 'test', imageId: 'ami-new' });
  expect(runs()[0]).toMatchObject({ ImageId: 'ami-new' });
  expect(runs()[0]?.UserData).toBeUndefined();
});

test('a repeated launch has the same client token, and the test another', async () => {
  await launchInstance(input);
  await launchInstance(input);
  await launchInstance({ ...input, purpose: 'test', imageId: 'ami-new' });
  const [first, second, third] = runs().map((run) => run.ClientToken);
  expect(first).toBe(second);
  expect(first).not.toBe(third);
  expect(first?.length).toBeLessThanOrEqual(64);
});

test('where one subnet has no capacity the next is tried', async () => {
  ec2
    .on(RunInstancesCommand)
    .rejectsOnce(noCapacity)
    .resolves({
      Instances: [{ InstanceId: 'i-2', PrivateIpAddress: '10.0.1.9', LaunchTime: new Date() }],
    });
  await expect(launchInstance(input)).resolves.toMatchObject({ instanceId: 'i-2' });
  expect(runs().map((run) => run.NetworkInterfaces?.[0]?.SubnetId)).toEqual(['subnet-a', 'subnet-b']);
});

test('where no subnet has capacity the error says so, with what AWS said of each', async () => {
  ec2.on(RunInstancesCommand).rejects(noCapacity);
  await expect(launchInstance(input)).rejects.toMatchObject({
    name: 'CapacityUnavailable',
    message: expect.stringMatching(/t3.micro.*subnet-a: none left.*subnet-b: none left/),
  });
});

test('another refusal of AWS is not taken for a lack of capacity', async () => {
  ec2.on(RunInstancesCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidKeyPair.NotFound' }));
  await expect(launchInstance(input)).rejects.toMatchObject({ name: 'InvalidKeyPair.NotFound' });
  expect(runs()).toHaveLength(1);
});
