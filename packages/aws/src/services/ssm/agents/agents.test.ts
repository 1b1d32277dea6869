import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { addInstanceProfile, CORE, findImage, launch, launchManaged, whenOnline } from '../testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region.aws.stop());

const ssm = () => region.api('ssm');
const statusOf = async (id: string) => {
  const Filters = [{ Key: 'InstanceIds', Values: [id] }];
  return (await ssm().DescribeInstanceInformation({ Filters })).InstanceInformationList?.[0]?.PingStatus;
};
const sleep = (seconds: number) => region.aws.clock.sleep(seconds);

test('An agent is there some time after the boot, and says what its instance is', async () => {
  await addInstanceProfile(region, 'web');
  const id = await launch(region, { IamInstanceProfile: { Name: 'web' } });
  expect(await statusOf(id)).toBeUndefined();
  const shown = await whenOnline(region, id);
  expect(shown).toMatchObject({
    ...{ InstanceId: id, PingStatus: 'Online', PlatformType: 'Linux', PlatformName: 'Amazon Linux' },
    ...{ PlatformVersion: '2023', ResourceType: 'EC2Instance', SourceId: id },
    AgentVersion: expect.stringMatching(/^3\.\d+\.\d+\.\d+$/),
    ComputerName: expect.stringMatching(/^ip-.*\.ec2\.internal$/),
  });
  expect(shown?.LastPingDateTime).toBeInstanceOf(Date);
});

test('Nobody is there without a role, the rights, the agent or a way to Systems Manager', async () => {
  await addInstanceProfile(region, 'able');
  await addInstanceProfile(region, 'unable', []);
  const ec2 = region.api('ec2');
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.9.0.0/16' });
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.1.0/24' });
  const able = { IamInstanceProfile: { Name: 'able' } };
  const ids = [
    await launch(region),
    await launch(region, { IamInstanceProfile: { Name: 'unable' } }),
    await launch(region, { ...able, ImageId: await findImage(region, 'minimal') }),
    await launch(region, { ...able, SubnetId: Subnet?.SubnetId }),
  ];
  await launchManaged(region, 'able');
  await sleep(600);
  expect(await Promise.all(ids.map(statusOf))).toEqual([undefined, undefined, undefined, undefined]);
  for (const id of ids)
    await expect(
      ssm().SendCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [id],
        Parameters: { commands: ['true'] },
      }),
    ).rejects.toMatchObject({ name: 'InvalidInstanceId' });
  // What the role lacked takes effect without another boot.
  await region.api('iam').AttachRolePolicy({ RoleName: 'unable', PolicyArn: CORE });
  await whenOnline(region, ids[1] ?? '');
});

test('Endpoints of Systems Manager and its messages are a way to it', async () => {
  await addInstanceProfile(region, 'web');
  const ec2 = region.api('ec2');
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.9.0.0/16' });
  for (const attribute of ['EnableDnsSupport', 'EnableDnsHostnames'])
    await ec2.ModifyVpcAttribute({ VpcId: Vpc?.VpcId, [attribute]: { Value: true } });
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.1.0/24' });
  const { SecurityGroups } = await ec2.DescribeSecurityGroups({
    Filters: [{ Name: 'vpc-id', Values: [Vpc?.VpcId ?? ''] }],
  });
  const id = await launch(region, { IamInstanceProfile: { Name: 'web' }, SubnetId: Subnet?.SubnetId });
  const addEndpoint = async (service: string) => {
    const { VpcEndpoint } = await ec2.CreateVpcEndpoint({
      VpcEndpointType: 'Interface',
      VpcId: Vpc?.VpcId,
      ServiceName: `com.amazonaws.us-east-1.${service}`,
      SubnetIds: [Subnet?.SubnetId ?? ''],
      SecurityGroupIds: [SecurityGroups?.[0]?.GroupId ?? ''],
      PrivateDnsEnabled: true,
    });
    await until(async () => {
      const found = await ec2.DescribeVpcEndpoints({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ''] });
      return found.VpcEndpoints?.[0]?.State === ('available' as never);
    });
  };
  await addEndpoint('ssm');
  await sleep(120);
  expect(await statusOf(id)).toBeUndefined();
  await addEndpoint('ssmmessages');
  expect(await statusOf(id)).toBe('Online');
});

test('An agent that is stopped has lost its connection, and a stopped instance is not shown', async () => {
  await addInstanceProfile(region, 'web');
  const id = await launchManaged(region, 'web');
  await ssm().SendCommand({
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [id],
    Parameters: { commands: ['systemctl disable --now amazon-ssm-agent'] },
  });
  await until(async () => (await statusOf(id)) === 'ConnectionLost');
  await expect(
    ssm().SendCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [id],
      Parameters: { commands: ['a'] },
    }),
  ).rejects.toMatchObject({ name: 'InvalidInstanceId' });
  const { InstanceInformationList } = await ssm().DescribeInstanceInformation({
    InstanceInformationFilterList: [{ key: 'PingStatus', valueSet: ['Online'] }],
  });
  expect(InstanceInformationList).toEqual([]);
  await region.api('ec2').StopInstances({ InstanceIds: [id] });
  await until(async () => (await statusOf(id)) === undefined);
});

test('Whoever sends commands needs the right for the document, for each instance, by its tags, and for the bucket of the output', async () => {
  await addInstanceProfile(region, 'web');
  const tagged = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Build', Value: 'yes' }] }];
  const own = await launchManaged(region, 'web', { TagSpecifications: tagged });
  const other = await launchManaged(region, 'web');
  for (const Bucket of ['outputs', 'elsewhere']) await region.api('s3').CreateBucket({ Bucket });
  const iam = region.api('iam');
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' },
    ],
  });
  const { Role } = await iam.CreateRole({ RoleName: 'sender', AssumeRolePolicyDocument });
  await iam.PutRolePolicy({
    RoleName: 'sender',
    PolicyName: 'send',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'ssm:SendCommand',
          Resource: ['arn:aws:ssm:us-east-1::document/AWS-RunShellScript', 'arn:aws:s3:::outputs'],
        },
        {
          Effect: 'Allow',
          Action: 'ssm:SendCommand',
          Resource: 'arn:aws:ec2:us-east-1:000000000000:instance/*',
          Condition: { StringEquals: { 'ssm:resourceTag/Build': 'yes' } },
        },
      ],
    }),
  });
  const { accessKeyId } = region.state('iam').issue(Role?.Arn ?? '', 'test');
  const call = {
    region: 'us-east-1',
    accountId: '000000000000',
    requestId: 'test',
    principal: region.state('iam').principalOf(accessKeyId),
  };
  const send = (id: string, OutputS3BucketName?: string) =>
    region.apiAs('ssm', call).SendCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [id],
      Parameters: { commands: ['true'] },
      OutputS3BucketName,
    });
  expect((await send(own)).Command?.Status).toBe('Pending');
  expect((await send(own, 'outputs')).Command?.Status).toBe('Pending');
  await expect(send(other)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(send(own, 'elsewhere')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('ssm:SendCommand on resource: arn:aws:s3:::elsewhere'),
  });
});
