import { clientOf } from '../../../../core/client';
import { rootCall } from '../../../../testing/api';
import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
afterEach(() => region.stop());

function launch(more: object = {}) {
  return region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
}

function idOf(reservation: Awaited<ReturnType<typeof launch>>): string {
  return reservation.Instances?.[0]?.InstanceId ?? '';
}

function stateOf(id: string): string | undefined {
  return region.state.instance(id)?.State?.Name;
}

test('the same client token launches once, and with other parameters it is refused', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const first = await launch({ ClientToken: 'once' });
  expect(idOf(await launch({ ClientToken: 'once' }))).toBe(idOf(first));
  expect(await codeOf(() => launch({ ClientToken: 'once', InstanceType: 't3.small' }))).toBe(
    'IdempotentParameterMismatch',
  );
});

test.each([
  ['an image that does not exist', { ImageId: 'ami-00000000000000000' }, 'InvalidAMIID.NotFound'],
  ['an image id of another form', { ImageId: 'image' }, 'InvalidAMIID.Malformed'],
  ['an arm64 type for an x86_64 image', { InstanceType: 't4g.micro' }, 'InvalidParameterValue'],
  ['a type that does not exist', { InstanceType: 'z9.huge' }, 'InvalidParameterValue'],
  ['a key pair that does not exist', { KeyName: 'nobody' }, 'InvalidKeyPair.NotFound'],
  ['a profile that does not exist', { IamInstanceProfile: { Name: 'nobody' } }, 'InvalidParameterValue'],
  ['a group that does not exist', { SecurityGroupIds: ['sg-00000000000000000'] }, 'InvalidGroup.NotFound'],
  ['user data that is not base64', { UserData: '#!/bin/bash' }, 'InvalidUserData.Malformed'],
  ['user data over 16 KB', { UserData: Buffer.alloc(16385).toString('base64') }, 'InvalidParameterValue'],
  [
    'a volume smaller than the snapshot',
    { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
    'InvalidBlockDeviceMapping',
  ],
  [
    'a group by name in a subnet by id',
    { SecurityGroups: ['default'], SubnetId: 'subnet-00000000000000000' },
    'InvalidParameterCombination',
  ],
  ['metadata options that are none', { MetadataOptions: { HttpTokens: 'maybe' } }, 'InvalidParameterValue'],
  ['too many hops', { MetadataOptions: { HttpPutResponseHopLimit: 65 } }, 'InvalidParameterValue'],
  [
    'a shutdown behavior that is none',
    { InstanceInitiatedShutdownBehavior: 'hibernate' },
    'InvalidParameterValue',
  ],
  ['a tenancy that is none', { Placement: { Tenancy: 'shared' } }, 'InvalidParameterValue'],
  [
    "a placement group that is nobody's",
    { Placement: { GroupName: 'near' } },
    'InvalidPlacementGroup.Unknown',
  ],
  ['hibernation', { HibernationOptions: { Configured: true } }, 'UnsupportedHibernationConfiguration'],
  ['an address that is not in the subnet', { PrivateIpAddress: '10.0.0.1' }, 'InvalidParameterValue'],
  ['more at least than at most', { MinCount: 2, MaxCount: 1 }, 'InvalidParameterValue'],
  [
    'a reserved tag',
    { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x' }] }] },
    'InvalidParameterValue',
  ],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('a launch with %s is refused and leaves nothing', async (_what, change, code) => {
  region = await newEc2Region({ timeScale: 1 });
  expect(await codeOf(() => launch(change))).toBe(code);
  expect((await region.ec2.DescribeInstances({})).Reservations).toEqual([]);
  expect((await region.ec2.DescribeNetworkInterfaces({})).NetworkInterfaces).toEqual([]);
});

test('as many instances are launched as the smallest of their subnets has addresses for', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const VpcId = (await region.ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId;
  const subnet = async (CidrBlock: string) =>
    (await region.ec2.CreateSubnet({ VpcId, CidrBlock })).Subnet?.SubnetId;
  const NetworkInterfaces = [
    { DeviceIndex: 0, SubnetId: await subnet('10.0.0.0/24') },
    { DeviceIndex: 1, SubnetId: await subnet('10.0.1.0/28') },
  ];
  expect(await codeOf(() => launch({ NetworkInterfaces, MinCount: 12, MaxCount: 12 }))).toBe(
    'InsufficientFreeAddressesInSubnet',
  );
  expect((await launch({ NetworkInterfaces, MaxCount: 20 })).Instances).toHaveLength(11);
});

test('a launch that fails late ends as terminated with the reason', async () => {
  region = await newEc2Region();
  region.context.faults.add({
    service: 'ec2',
    operation: 'RunInstances',
    kind: 'lateFailure',
    message: 'Server.InsufficientInstanceCapacity: no capacity',
    times: 1,
  });
  const id = idOf(await launch());
  await until(() => stateOf(id) === 'terminated');
  expect(region.state.instance(id)?.StateReason?.Code).toBe('Server.InsufficientInstanceCapacity');
});

test('a launch takes from its template what it does not say itself', async () => {
  region = await newEc2Region({ timeScale: 1 });
  await region.ec2.CreateLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      InstanceType: 't3.small',
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'a', Value: 'template' },
            { Key: 'b', Value: 'template' },
          ],
        },
      ],
    },
  });
  const { Instances } = await region.ec2.RunInstances({
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'b', Value: 'call' }] }],
  });
  expect(Instances?.[0]).toMatchObject({
    ImageId: region.amazonImage,
    InstanceType: 't3.small',
    Tags: expect.arrayContaining([
      { Key: 'a', Value: 'template' },
      { Key: 'b', Value: 'call' },
    ]),
  });
});

test('the image that a parameter names is asked of the Parameter Store as its caller, where faults strike', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const alias = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  expect((await launch({ ImageId: alias })).Instances).toMatchObject([{ ImageId: region.amazonImage }]);
  expect(region.aws.account.calls.list().slice(-2)).toMatchObject([
    { service: 'ssm', operation: 'GetParameters', caller: 'arn:aws:iam::000000000000:root' },
    { service: 'ec2', operation: 'RunInstances' },
  ]);
  const code = 'AccessDeniedException';
  region.context.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'refuse', code, times: 1 });
  expect(await codeOf(() => launch({ ImageId: alias }))).toBe('InvalidParameterValue');
});

test.each([
  [{ kind: 'refuse', code: 'ThrottlingException', message: 'Rate exceeded' }, 'RequestLimitExceeded'],
  [{ kind: 'refuse', code: 'InternalServerError', status: 500 }, 'ServiceUnavailable'],
  [{ kind: 'lost' }, 'ServiceUnavailable'],
] as const)(
  'where the Parameter Store cannot be asked now (%j), EC2 says so and not that the parameter is wrong',
  async (fault, code) => {
    region = await newEc2Region({ timeScale: 1 });
    const alias = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
    const LaunchTemplateName = 'web';
    await region.ec2.CreateLaunchTemplate({ LaunchTemplateName, LaunchTemplateData: { ImageId: alias } });
    const strike = () => region.context.faults.add({ service: 'ssm', operation: 'GetParameters', ...fault });
    for (const call of [
      () => launch({ ImageId: alias }),
      () => launch({ ImageId: alias, DryRun: true }),
      () => region.ec2.DescribeLaunchTemplateVersions({ LaunchTemplateName, ResolveAlias: true }),
    ]) {
      strike();
      await expect(call()).rejects.toMatchObject({ code, status: 503 });
    }
    expect((await launch({ ImageId: alias })).Instances).toMatchObject([{ ImageId: region.amazonImage }]);
  },
);

test('what was refused is tried again with the same client token', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const named = { ClientToken: 'once', ImageId: 'resolve:ssm:/site/image' };
  expect(await codeOf(() => launch(named))).toBe('InvalidParameterValue');
  const ssm = clientOf<typeof import('@aws-sdk/client-ssm')>(region.context, 'ssm', () => rootCall());
  await ssm.PutParameter({ Name: '/site/image', Type: 'String', Value: region.amazonImage });
  const first = idOf(await launch(named));
  expect(idOf(await launch(named))).toBe(first);
});
