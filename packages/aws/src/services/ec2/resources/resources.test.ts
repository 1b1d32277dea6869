import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../../cloudformation/testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const Capabilities = ['CAPABILITY_NAMED_IAM' as const];

const inPlace = { status: 'UPDATE_COMPLETE', failures: [], isSame: true };
const replaced = { status: 'UPDATE_COMPLETE', failures: [], isSame: false };
const one = (type: string, properties: string) =>
  `Resources: { A: { Type: ${type}, Properties: { ${properties} } } }`;

test('a volume grows in place, and stays where it is', async () => {
  const volume = (size: number, zone: string) =>
    one('AWS::EC2::Volume', `Size: ${size}, AvailabilityZone: ${zone}`);
  const { id, ...outcome } = await cfn.change(volume(10, 'us-east-1a'), volume(20, 'us-east-1a'));
  expect(outcome).toEqual(inPlace);
  const { Volumes = [] } = await region.api('ec2').DescribeVolumes({ VolumeIds: [id] });
  expect(Volumes[0]?.Size).toBe(20);
  expect((await cfn.update('s', volume(20, 'us-east-1b')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cfn.reason('s', 'A')).toBe(
    'Updates are not supported for property AvailabilityZone of AWS::EC2::Volume.',
  );
});

test('a VPC becomes dedicated as a new one; that one turns back is a gap with a name', async () => {
  const vpc = (tenancy: string) =>
    one('AWS::EC2::VPC', `CidrBlock: 10.0.0.0/16, InstanceTenancy: ${tenancy}`);
  expect(await cfn.change(vpc('default'), vpc('dedicated'))).toMatchObject(replaced);
  await cfn.update('s', vpc('default'));
  expect(await cfn.reason('s', 'A')).toBe(
    'Updates of property InstanceTenancy of AWS::EC2::VPC are not supported by the embedded AWS.',
  );
});

test('another internet gateway is attached to the same VPC', async () => {
  const attachment = (gateway: string) => `
Resources:
  V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  G: { Type: AWS::EC2::InternetGateway }
  H: { Type: AWS::EC2::InternetGateway }
  A: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref V, InternetGatewayId: !Ref ${gateway} } }`;
  expect(await cfn.change(attachment('G'), attachment('H'))).toMatchObject(inPlace);
  const { InternetGateways = [] } = await region
    .api('ec2')
    .DescribeInternetGateways({ InternetGatewayIds: [await cfn.physicalId('s', 'H')] });
  expect(InternetGateways[0]?.Attachments).toMatchObject([{ VpcId: await cfn.physicalId('s', 'V') }]);
});

test.each(['Ingress', 'Egress'] as const)(
  'the description of an %s rule is changed in place',
  async (kind) => {
    const rule = (description: string) => `
Resources:
  G: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g } }
  A: { Type: AWS::EC2::SecurityGroup${kind}, Properties: { GroupId: !GetAtt G.GroupId, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8, Description: ${description} } }`;
    const { id, ...outcome } = await cfn.change(rule('one'), rule('two'));
    expect(outcome).toEqual(inPlace);
    const { SecurityGroupRules = [] } = await region
      .api('ec2')
      .DescribeSecurityGroupRules({ SecurityGroupRuleIds: [id] });
    expect(SecurityGroupRules[0]?.Description).toBe('two');
  },
);

test('a key pair has the tags that it was made with', async () => {
  const pair = (value: string) => one('AWS::EC2::KeyPair', `KeyName: k, Tags: [{ Key: a, Value: ${value} }]`);
  expect(await cfn.change(pair('1'), pair('2'))).toMatchObject({
    status: 'UPDATE_ROLLBACK_COMPLETE',
    failures: [
      'A: CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename k and update the stack again.',
    ],
  });
});

const trust = `AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;
const withInstance = (properties: string, more = '') => `
Parameters: { Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 } }
Resources:
  G: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g } }
  R: { Type: AWS::IAM::Role, Properties: { ${trust} } }
  P: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref R] } }
  A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image, ${properties} } }${more}`;

test('an instance keeps running through all that EC2 can change', async () => {
  const { id, ...outcome } = await cfn.change(
    withInstance('InstanceType: t3.micro'),
    withInstance(
      'InstanceType: t3.micro, Monitoring: true, IamInstanceProfile: !Ref P, SecurityGroupIds: [!GetAtt G.GroupId], MetadataOptions: { HttpTokens: required }, InstanceInitiatedShutdownBehavior: terminate',
    ),
  );
  expect(outcome).toEqual(inPlace);
  const { Reservations = [] } = await region.api('ec2').DescribeInstances({ InstanceIds: [id] });
  expect(Reservations[0]?.Instances?.[0]).toMatchObject({
    Monitoring: { State: 'enabled' },
    IamInstanceProfile: { Arn: expect.stringContaining('instance-profile/s-P-') },
    SecurityGroups: [{ GroupId: await cfn.physicalId('s', 'G') }],
    MetadataOptions: { HttpTokens: 'required' },
  });
});

test('a change set leaves open whether an instance of another type is a new one', async () => {
  await cfn.create('s', withInstance('InstanceType: t3.micro'), { Capabilities });
  const { Id } = await cfn.aws.CreateChangeSet({
    StackName: 's',
    ChangeSetName: 'larger',
    TemplateBody: withInstance('InstanceType: t3.small, Monitoring: true'),
    Capabilities,
  });
  expect((await cfn.aws.DescribeChangeSet({ ChangeSetName: Id })).Changes).toMatchObject([
    {
      ResourceChange: {
        LogicalResourceId: 'A',
        Replacement: 'Conditional',
        Details: [
          { Target: { Name: 'InstanceType', RequiresRecreation: 'Conditionally' } },
          { Target: { Name: 'Monitoring', RequiresRecreation: 'Never' } },
        ],
      },
    },
  ]);
});

test('an instance has the network interface and the disks that its template says, under the names of CloudFormation', async () => {
  await cfn.create(
    's',
    withInstance(
      'InstanceType: t3.micro, NetworkInterfaces: [{ DeviceIndex: "0", GroupSet: [!GetAtt G.GroupId] }], BlockDeviceMappings: [{ DeviceName: /dev/xvda, Ebs: { VolumeSize: "12" } }]',
      '\nOutputs: { State: { Value: !GetAtt A.VpcId } }',
    ),
    { Capabilities },
  );
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const ec2 = region.api('ec2');
  const id = await cfn.physicalId('s', 'A');
  const { Reservations = [] } = await ec2.DescribeInstances({ InstanceIds: [id] });
  expect(Reservations[0]?.Instances?.[0]?.SecurityGroups).toMatchObject([
    { GroupId: await cfn.physicalId('s', 'G') },
  ]);
  const { Volumes = [] } = await ec2.DescribeVolumes({
    Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
  });
  expect(Volumes.map(({ Size }) => Size)).toEqual([12]);
});

test('an address is associated with another instance, and with none', async () => {
  const body = (instance: string) =>
    withInstance('InstanceType: t3.micro', `\n  E: { Type: AWS::EC2::EIP, Properties: { ${instance} } }`);
  await cfn.create('s', body('Domain: vpc'), { Capabilities });
  const address = await cfn.physicalId('s', 'E');
  const associated = async () =>
    (await region.api('ec2').DescribeAddresses({ PublicIps: [address] })).Addresses?.[0]?.InstanceId;
  await cfn.update('s', body('Domain: vpc, InstanceId: !Ref A'), { Capabilities });
  expect(await associated()).toBe(await cfn.physicalId('s', 'A'));
  await cfn.update('s', body('Domain: vpc'), { Capabilities });
  expect(await associated()).toBeUndefined();
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
});

test('a launch template is tagged anew without a new version', async () => {
  const template = (key: string) =>
    one(
      'AWS::EC2::LaunchTemplate',
      `TagSpecifications: [{ ResourceType: launch-template, Tags: [{ Key: ${key}, Value: x }] }], LaunchTemplateData: { InstanceType: t3.micro }`,
    );
  const { id, ...outcome } = await cfn.change(template('old'), template('new'));
  expect(outcome).toEqual(inPlace);
  const { LaunchTemplates = [] } = await region
    .api('ec2')
    .DescribeLaunchTemplates({ LaunchTemplateIds: [id] });
  expect(LaunchTemplates[0]).toMatchObject({ LatestVersionNumber: 1 });
  expect(LaunchTemplates[0]?.Tags?.map(({ Key }) => Key)).toEqual(expect.arrayContaining(['new']));
  expect(LaunchTemplates[0]?.Tags?.map(({ Key }) => Key)).not.toContain('old');
});

test('an attribute that AWS has and the embedded AWS does not give is a gap with a name', async () => {
  await cfn.create(
    's',
    `
Resources:
  V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  A: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref V, CidrBlock: 10.0.0.0/24 } }
Outputs: { O: { Value: !GetAtt A.OutpostArn } }`,
  );
  expect(await cfn.reason('s', 's')).toBe(
    'Attribute OutpostArn of AWS::EC2::Subnet is not supported by the embedded AWS. Rollback requested by user.',
  );
});

test('what every network comes with has its attributes', async () => {
  await cfn.create(
    's',
    `
Resources:
  V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  A: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref V, CidrBlock: 10.0.0.0/24 } }
Outputs: { Acl: { Value: !GetAtt V.DefaultNetworkAcl }, Association: { Value: !GetAtt A.NetworkAclAssociationId } }`,
  );
  expect(await cfn.outputs('s')).toEqual({
    Acl: expect.stringMatching(/^acl-/),
    Association: expect.stringMatching(/^aclassoc-/),
  });
});

test('a network with a NAT gateway and endpoints takes minutes, and goes in the right order', async () => {
  const network = (endpoint: string) => `
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true } }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Attachment: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway } }
  Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 } }
  Private: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24 } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Address: { Type: AWS::EC2::EIP, DependsOn: Attachment, Properties: { Domain: vpc } }
  Nat:
    Type: AWS::EC2::NatGateway
    DependsOn: Attachment
    Properties: { AllocationId: !GetAtt Address.AllocationId, SubnetId: !Ref Public }
  Route:
    Type: AWS::EC2::Route
    Properties: { RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat }
  S3:
    Type: AWS::EC2::VPCEndpoint
    Properties: { VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.\${AWS::Region}.s3', RouteTableIds: [!Ref Table] ${endpoint} }
  Ssm:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.ssm
      VpcEndpointType: Interface
      PrivateDnsEnabled: true
      SubnetIds: [!Ref Private]
Outputs:
  Nic: { Value: !GetAtt Nat.EniId }
  Names: { Value: !Join [',', !GetAtt Ssm.DnsEntries] }`;
  const { clock } = region.context;
  const began = clock.millis();
  await cfn.create('s', network(''));
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const minutes = (clock.millis() - began) / 60_000;
  expect(minutes).toBeGreaterThan(1.5);
  expect(minutes).toBeLessThan(4);
  expect(await cfn.outputs('s')).toMatchObject({
    Nic: expect.stringMatching(/^eni-/),
    Names: expect.stringContaining('ssm.us-east-1.amazonaws.com'),
  });
  await cfn.update('s', network(`, PolicyDocument: { Statement: [] }`));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  const { VpcEndpoints } = await region
    .api('ec2')
    .DescribeVpcEndpoints({ VpcEndpointIds: [await cfn.physicalId('s', 'S3')] });
  expect(VpcEndpoints).toMatchObject([{ PolicyDocument: '{"Statement":[]}' }]);
  await cfn.remove('s');
  expect((await region.api('ec2').DescribeAddresses({})).Addresses).toEqual([]);
});
