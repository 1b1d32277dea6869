import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
afterEach(() => born.dispose());

function launch(more: object = {}) {
  return born.operations.RunInstances(
    {
      ImageId: born.amazonImage,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    },
    born.call,
  );
}

function idOf(reservation: ReturnType<typeof launch>): string {
  return reservation.Instances?.[0]?.InstanceId ?? '';
}

function stateOf(id: string): string | undefined {
  return born.ec2.instance(id)?.State?.Name;
}

const httpd = Buffer.from(
  '#!/bin/bash\ndnf install -y httpd\necho Welcome > /var/www/html/index.html\nsystemctl enable --now httpd\n',
).toString('base64');

test('an instance serves what its user data installed to those that its security group lets in', async () => {
  born = bearEc2();
  const { operations, call, network } = born;
  const vpc = operations.DescribeVpcs({}, call).Vpcs?.[0]?.VpcId;
  const { GroupId } = operations.CreateSecurityGroup(
    { GroupName: 'web', Description: 'web', VpcId: vpc },
    call,
  );
  operations.AuthorizeSecurityGroupIngress(
    { GroupId, IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '0.0.0.0/0' },
    call,
  );
  const id = idOf(launch({ UserData: httpd, SecurityGroupIds: [GroupId] }));
  await born.until(() =>
    born.context.ledger.list().some((one) => one.kind === 'boot' && one.to !== undefined),
  );
  const address = born.ec2.instance(id)?.PublicIpAddress;
  const answer = await network.fetch('internet', `http://${address}/`);
  expect(await answer.text()).toBe('Welcome\n');
});

test('an instance goes through its states and takes its volumes and interfaces along', async () => {
  born = bearEc2({ scale: 20000 });
  const id = idOf(launch());
  expect(stateOf(id)).toBe('pending');
  await born.until(() => stateOf(id) === 'running');
  born.operations.TerminateInstances({ InstanceIds: [id] }, born.call);
  await born.until(() => stateOf(id) === 'terminated');
  const states = born.events
    .filter((event) => event['detail-type'] === 'EC2 Instance State-change Notification')
    .map((event) => (event.detail as { state: string }).state);
  expect(states).toEqual(['pending', 'running', 'shutting-down', 'terminated']);
  expect(born.operations.DescribeVolumes({}, born.call).Volumes).toEqual([]);
  expect(born.operations.DescribeNetworkInterfaces({}, born.call).NetworkInterfaces).toEqual([]);
});

test('a terminated instance is remembered for an hour, and however fast the clock, for clients that ask every 15 s', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    born = bearEc2({ scale: 20000 });
    const id = idOf(launch());
    born.operations.TerminateInstances({ InstanceIds: [id] }, born.call);
    for (const seconds of [1, 15, 15]) {
      await jest.advanceTimersByTimeAsync(seconds * 1000);
      expect(stateOf(id)).toBe('terminated');
    }
    await jest.advanceTimersByTimeAsync(30_000);
    expect(stateOf(id)).toBeUndefined();
  } finally {
    jest.useRealTimers();
  }
});

test('a stopped instance keeps its disk and private address, and loses its public one', async () => {
  born = bearEc2();
  const script = Buffer.from('#!/bin/bash\necho kept > /root/file; echo booted\n').toString('base64');
  const id = idOf(launch({ UserData: script }));
  await born.until(() => stateOf(id) === 'running');
  const before = born.ec2.instance(id);
  born.operations.StopInstances({ InstanceIds: [id] }, born.call);
  expect(stateOf(id)).toBe('stopping');
  await born.until(() => stateOf(id) === 'stopped');
  expect(born.ec2.instance(id)?.PublicIpAddress).toBeUndefined();
  expect(born.ec2.instance(id)?.PrivateIpAddress).toBe(before?.PrivateIpAddress);
  expect(born.ec2.instance(id)?.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
  born.operations.StartInstances({ InstanceIds: [id] }, born.call);
  await born.until(() => stateOf(id) === 'running');
  expect(born.ec2.instance(id)?.PublicIpAddress).not.toBe(before?.PublicIpAddress);
});

test('a stopped instance cannot be rebooted, and a terminated one not started', async () => {
  born = bearEc2();
  const id = idOf(launch());
  const call = { InstanceIds: [id] };
  expect(await codeOf(() => born.operations.StopInstances(call, born.call))).toBe('IncorrectInstanceState');
  await born.until(() => stateOf(id) === 'running');
  born.operations.StopInstances(call, born.call);
  await born.until(() => stateOf(id) === 'stopped');
  expect(await codeOf(() => born.operations.RebootInstances(call, born.call))).toBe('IncorrectInstanceState');
  born.operations.TerminateInstances(call, born.call);
  expect(await codeOf(() => born.operations.StartInstances(call, born.call))).toBe('IncorrectInstanceState');
});

test('an instance that cannot hibernate is not stopped instead', async () => {
  born = bearEc2();
  const id = idOf(launch());
  await born.until(() => stateOf(id) === 'running');
  const hibernate = () => born.operations.StopInstances({ InstanceIds: [id], Hibernate: true }, born.call);
  expect(await codeOf(hibernate)).toBe('UnsupportedHibernationConfiguration');
  expect(stateOf(id)).toBe('running');
});

test('the same client token launches once, and with other parameters it is refused', async () => {
  born = bearEc2({ scale: 1 });
  const first = launch({ ClientToken: 'once' });
  expect(idOf(launch({ ClientToken: 'once' }))).toBe(idOf(first));
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
  born = bearEc2({ scale: 1 });
  expect(await codeOf(() => launch(change))).toBe(code);
  expect(born.operations.DescribeInstances({}, born.call).Reservations).toEqual([]);
  expect(born.operations.DescribeNetworkInterfaces({}, born.call).NetworkInterfaces).toEqual([]);
});

test('as many instances are launched as the smallest of their subnets has addresses for', async () => {
  born = bearEc2({ scale: 1 });
  const { operations, call } = born;
  const VpcId = operations.CreateVpc({ CidrBlock: '10.0.0.0/16' }, call).Vpc?.VpcId;
  const subnet = (CidrBlock: string) => operations.CreateSubnet({ VpcId, CidrBlock }, call).Subnet?.SubnetId;
  const NetworkInterfaces = [
    { DeviceIndex: 0, SubnetId: subnet('10.0.0.0/24') },
    { DeviceIndex: 1, SubnetId: subnet('10.0.1.0/28') },
  ];
  expect(await codeOf(() => launch({ NetworkInterfaces, MinCount: 12, MaxCount: 12 }))).toBe(
    'InsufficientFreeAddressesInSubnet',
  );
  expect(launch({ NetworkInterfaces, MaxCount: 20 }).Instances).toHaveLength(11);
});

test('a launch that fails late ends as terminated with the reason', async () => {
  born = bearEc2();
  born.context.faults.add({
    service: 'ec2',
    operation: 'RunInstances',
    kind: 'lateFailure',
    message: 'Server.InsufficientInstanceCapacity: no capacity',
    times: 1,
  });
  const id = idOf(launch());
  await born.until(() => stateOf(id) === 'terminated');
  expect(born.ec2.instance(id)?.StateReason?.Code).toBe('Server.InsufficientInstanceCapacity');
});

test('an instance that is protected is not terminated', async () => {
  born = bearEc2({ scale: 1 });
  const id = idOf(launch({ DisableApiTermination: true }));
  const terminate = () => born.operations.TerminateInstances({ InstanceIds: [id] }, born.call);
  expect(await codeOf(terminate)).toBe('OperationNotPermitted');
  born.operations.ModifyInstanceAttribute(
    { InstanceId: id, DisableApiTermination: { Value: false } },
    born.call,
  );
  expect(terminate().TerminatingInstances?.[0]?.CurrentState?.Name).toBe('shutting-down');
});

test('termination protection does not keep Auto Scaling from terminating', async () => {
  born = bearEc2({ scale: 1 });
  const id = idOf(launch({ DisableApiTermination: true }));
  born.operations.TerminateInstances({ InstanceIds: [id] }, born.serviceCall);
  expect(stateOf(id)).toBe('shutting-down');
});

test('instances are found by tags with wildcards, by states and page by page', () => {
  born = bearEc2({ scale: 1 });
  const tagged = (Value: string) => ({
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'kiln:build', Value }] }],
  });
  for (let i = 0; i < 7; i++) launch(tagged(`web-${i}`));
  const api = idOf(launch(tagged('api-1')));
  const find = (filter: { Name: string; Values: string[] }, page: object = {}) => {
    const answer = born.operations.DescribeInstances({ Filters: [filter], ...page }, born.call);
    const ids = answer.Reservations?.flatMap((one) => one.Instances?.map((instance) => instance.InstanceId));
    return { ids: ids ?? [], token: answer.NextToken };
  };
  expect(find({ Name: 'tag:kiln:build', Values: ['api-?'] }).ids).toEqual([api]);
  expect(find({ Name: 'instance-state-name', Values: ['running'] }).ids).toEqual([]);
  const filter = { Name: 'tag:kiln:build', Values: ['web-*'] };
  const first = find(filter, { MaxResults: 5 });
  const second = find(filter, { MaxResults: 5, NextToken: first.token });
  expect(new Set([...first.ids, ...second.ids]).size).toBe(7);
  expect(second.token).toBeUndefined();
});

test('a filter that is unknown, a page too small and a foreign token are refused', async () => {
  born = bearEc2({ scale: 1 });
  const describe = (input: object) => codeOf(() => born.operations.DescribeInstances(input, born.call));
  expect(await describe({ Filters: [{ Name: 'colour', Values: ['red'] }] })).toBe('InvalidParameterValue');
  expect(await describe({ MaxResults: 4 })).toBe('InvalidParameterValue');
  expect(await describe({ NextToken: 'mine' })).toBe('InvalidNextToken');
  expect(await describe({ InstanceIds: ['i-0123456789abcdef0'] })).toBe('InvalidInstanceID.NotFound');
  expect(await describe({ InstanceIds: ['web'] })).toBe('InvalidInstanceID.Malformed');
});

test('status checks are initializing at first and passed after some minutes', async () => {
  born = bearEc2();
  const id = idOf(launch());
  await born.until(() => stateOf(id) === 'running');
  const status = () =>
    born.operations.DescribeInstanceStatus({ InstanceIds: [id] }, born.call).InstanceStatuses?.[0];
  expect(status()?.InstanceStatus?.Status).toBe('initializing');
  await born.until(() => status()?.InstanceStatus?.Status === 'ok');
});

test('what a script writes is in the console output', async () => {
  born = bearEc2();
  const script = Buffer.from('#!/bin/bash\necho hello from the script\n').toString('base64');
  const id = idOf(launch({ UserData: script }));
  const read = () => {
    const { Output } = born.operations.GetConsoleOutput({ InstanceId: id, Latest: true }, born.call);
    return Buffer.from(Output ?? '', 'base64').toString();
  };
  await born.until(() => read().includes('hello from the script'));
  expect(read()).toContain('hello from the script');
});

test('a launch takes from its template what it does not say itself', () => {
  born = bearEc2({ scale: 1 });
  const { operations, call } = born;
  operations.CreateLaunchTemplate(
    {
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
    },
    call,
  );
  const { Instances } = operations.RunInstances(
    {
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'b', Value: 'call' }] }],
    },
    call,
  );
  expect(Instances?.[0]).toMatchObject({
    ImageId: born.amazonImage,
    InstanceType: 't3.small',
    Tags: expect.arrayContaining([
      { Key: 'a', Value: 'template' },
      { Key: 'b', Value: 'call' },
    ]),
  });
});
