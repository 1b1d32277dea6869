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

const httpd = Buffer.from(
  '#!/bin/bash\ndnf install -y httpd\necho Welcome > /var/www/html/index.html\nsystemctl enable --now httpd\n',
).toString('base64');

test('an instance serves what its user data installed to those that its security group lets in', async () => {
  region = await newEc2Region();
  const vpc = (await region.ec2.DescribeVpcs({})).Vpcs?.[0]?.VpcId;
  const { GroupId } = await region.ec2.CreateSecurityGroup({
    GroupName: 'web',
    Description: 'web',
    VpcId: vpc,
  });
  await region.ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 80,
    ToPort: 80,
    CidrIp: '0.0.0.0/0',
  });
  const id = idOf(await launch({ UserData: httpd, SecurityGroupIds: [GroupId] }));
  await until(() => region.context.ledger.list().some((one) => one.kind === 'boot' && one.to !== undefined));
  const address = region.state.instance(id)?.PublicIpAddress;
  const answer = await region.network.fetch('internet', `http://${address}/`);
  expect(await answer.text()).toBe('Welcome\n');
});

test('instances are found by tags with wildcards, by states and page by page', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const tagged = (Value: string) => ({
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'site:build', Value }] }],
  });
  for (let i = 0; i < 7; i++) await launch(tagged(`web-${i}`));
  const api = idOf(await launch(tagged('api-1')));
  const find = async (filter: { Name: string; Values: string[] }, page: object = {}) => {
    const answer = await region.ec2.DescribeInstances({ Filters: [filter], ...page });
    const ids = answer.Reservations?.flatMap((one) => one.Instances?.map((instance) => instance.InstanceId));
    return { ids: ids ?? [], token: answer.NextToken };
  };
  expect((await find({ Name: 'tag:site:build', Values: ['api-?'] })).ids).toEqual([api]);
  expect((await find({ Name: 'instance-state-name', Values: ['running'] })).ids).toEqual([]);
  const filter = { Name: 'tag:site:build', Values: ['web-*'] };
  const first = await find(filter, { MaxResults: 5 });
  const second = await find(filter, { MaxResults: 5, NextToken: first.token });
  expect(new Set([...first.ids, ...second.ids]).size).toBe(7);
  expect(second.token).toBeUndefined();
});

test('a filter that is unknown, a page too small and a foreign token are refused', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const describe = (input: object) => codeOf(() => region.ec2.DescribeInstances(input));
  expect(await describe({ Filters: [{ Name: 'colour', Values: ['red'] }] })).toBe('InvalidParameterValue');
  expect(await describe({ MaxResults: 4 })).toBe('InvalidParameterValue');
  expect(await describe({ NextToken: 'mine' })).toBe('InvalidNextToken');
  expect(await describe({ InstanceIds: ['i-0123456789abcdef0'] })).toBe('InvalidInstanceID.NotFound');
  expect(await describe({ InstanceIds: ['web'] })).toBe('InvalidInstanceID.Malformed');
});

test('status checks are initializing at first and passed after some minutes', async () => {
  region = await newEc2Region();
  const id = idOf(await launch());
  await until(() => stateOf(id) === 'running');
  const status = async () =>
    (await region.ec2.DescribeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0];
  expect((await status())?.InstanceStatus?.Status).toBe('initializing');
  await until(async () => (await status())?.InstanceStatus?.Status === 'ok');
});

test('an instance whose disk has no operating system is impaired since its launch, on hardware that is well', async () => {
  region = await newEc2Region();
  const { VolumeId } = await region.ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId = '' } = await region.ec2.CreateSnapshot({ VolumeId });
  const { ImageId } = await region.ec2.RegisterImage({
    Name: 'empty',
    EnaSupport: true,
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  const launched = await launch({ ImageId });
  const id = idOf(launched);
  const status = async () =>
    (await region.ec2.DescribeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0];
  await until(async () => (await status())?.InstanceStatus?.Status === 'impaired');
  expect(await status()).toMatchObject({
    InstanceStatus: {
      Details: [
        { Name: 'reachability', Status: 'failed', ImpairedSince: launched.Instances?.[0]?.LaunchTime },
      ],
    },
    SystemStatus: { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] },
  });
  const Filters = [{ Name: 'instance-status.reachability', Values: ['failed'] }];
  const { InstanceStatuses } = await region.ec2.DescribeInstanceStatus({ Filters });
  expect(InstanceStatuses?.map(({ InstanceId }) => InstanceId)).toEqual([id]);
});

test('what a script writes is in the console output', async () => {
  region = await newEc2Region();
  const script = Buffer.from('#!/bin/bash\necho hello from the script\n').toString('base64');
  const id = idOf(await launch({ UserData: script }));
  const read = async () => {
    const { Output } = await region.ec2.GetConsoleOutput({ InstanceId: id, Latest: true });
    return Buffer.from(Output ?? '', 'base64').toString();
  };
  await until(async () => (await read()).includes('hello from the script'));
  expect(await read()).toContain('hello from the script');
});
