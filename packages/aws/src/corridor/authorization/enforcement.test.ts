import type { Call } from '../../core/service';
import { rootCall } from '../../testing/api';
import { type NewRegion, newRegion } from '../../testing/region';
import { assumeRole } from '../../testing/role-session';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const account = '000000000000';
let made = 0;

/** The call of a role's session with a policy of these statements. */
async function asRole(...statements: object[]): Promise<Call> {
  const iam = region.api('iam');
  made += 1;
  const RoleName = `role-${made}`;
  const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
  await iam.CreateRole({
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
  });
  if (statements.length > 0)
    await iam.PutRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: document(...statements) });
  const { Credentials } = await assumeRole(region, {
    RoleArn: `arn:aws:iam::${account}:role/${RoleName}`,
    RoleSessionName: 'session',
  });
  return callOf(Credentials?.AccessKeyId);
}

function callOf(accessKeyId = ''): Call {
  return { ...rootCall(), principal: region.state('iam').principalOf(accessKeyId) };
}

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (Action: string, Resource = '*') => ({ ...allow(Action, Resource), Effect: 'Deny' });

test('what no policy allows is refused, in the words of the service', async () => {
  const call = await asRole();
  const who = `User: ${call.principal.arn} is not authorized to perform:`;
  await expect(region.apiAs('ec2', call).DescribeInstances({})).rejects.toMatchObject({
    code: 'UnauthorizedOperation',
    status: 403,
    message: `You are not authorized to perform this operation. ${who} ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
  });
  await expect(region.apiAs('ssm', call).GetParameter({ Name: '/a/b' })).rejects.toMatchObject({
    code: 'AccessDeniedException',
    status: 400,
    message: `${who} ssm:GetParameter on resource: arn:aws:ssm:us-east-1:${account}:parameter/a/b because no identity-based policy allows the ssm:GetParameter action`,
  });
  await expect(region.apiAs('lambda', call).GetFunction({ FunctionName: 'f' })).rejects.toMatchObject({
    code: 'AccessDeniedException',
    status: 403,
  });
  await expect(
    region.apiAs('sns', call).Publish({ TopicArn: `arn:aws:sns:us-east-1:${account}:t`, Message: 'm' }),
  ).rejects.toMatchObject({
    code: 'AuthorizationError',
    message: `${who} SNS:Publish on resource: arn:aws:sns:us-east-1:${account}:t because no identity-based policy allows the SNS:Publish action`,
  });
  await expect(region.apiAs('s3', call).GetObject({ Bucket: 'b', Key: 'k' })).rejects.toMatchObject({
    code: 'AccessDenied',
    message: `${who} s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`,
  });
});

test('who may call everything may not call what is denied', async () => {
  const call = await asRole(allow('*'), deny('ec2:DescribeVpcs'));
  await region.apiAs('ec2', call).DescribeSubnets({});
  await expect(region.apiAs('ec2', call).DescribeVpcs({})).rejects.toMatchObject({
    message: `You are not authorized to perform this operation. User: ${call.principal.arn} is not authorized to perform: ec2:DescribeVpcs with an explicit deny in an identity-based policy`,
  });
});

test('a version of a parameter may be read by who may read the parameter', async () => {
  await region.api('ssm').PutParameter({ Name: '/a/versioned', Type: 'String', Value: 'one' });
  const parameter = `arn:aws:ssm:us-east-1:${account}:parameter/a/versioned`;
  const read = async (Resource: string) =>
    (
      await region.apiAs('ssm', await asRole(allow('ssm:GetParameter', Resource))).GetParameter({
        Name: '/a/versioned:1',
      })
    ).Parameter?.Value;
  expect(await read(parameter)).toBe('one');
  await expect(read(`${parameter}:1`)).rejects.toMatchObject({ code: 'AccessDeniedException' });
});

test('nobody needs a permission to know who he is', async () => {
  const call = await asRole();
  const { Arn } = await region.apiAs('sts', call).GetCallerIdentity({});
  expect(Arn).toBe(call.principal.arn);
});

function tagOf(Key: string) {
  return { Key, Value: 'web' };
}

/** What a call comes to: nothing, or the action and the resource that were refused. */
async function refusalOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { message = '' } = error as { message?: string };
    return /to perform: (\S+ on resource: "?[^" ]+|\S+)/.exec(message)?.[1] ?? message;
  }
}

describe('a launch', () => {
  const ec2 = (resource: string) => `arn:aws:ec2:us-east-1:${account}:${resource}`;
  let imageId: string;
  beforeAll(async () => {
    const { Parameter } = await region.api('ssm').GetParameter({
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    });
    imageId = Parameter?.Value ?? '';
  });

  const launch = (call: Call, more: object = {}) =>
    refusalOf(
      region.apiAs('ec2', call).RunInstances({
        ImageId: imageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        DryRun: true,
        ...more,
      }),
    );
  const done = 'Request would have succeeded, but DryRun flag is set.';
  const everywhere = (type: string) => (type === 'image' ? 'arn:aws:ec2:*::image/*' : ec2(`${type}/*`));
  const types = ['image', 'instance', 'network-interface', 'subnet', 'security-group', 'volume'];

  test.each(types)('needs a permission on its %s', async (type) => {
    const others = types.filter((other) => other !== type).map(everywhere);
    const call = await asRole(allow('ec2:RunInstances', others));
    expect(await launch(call)).toMatch(new RegExp(`^ec2:RunInstances on resource: arn:aws:ec2:.*:${type}/`));
    const all = await asRole(allow('ec2:RunInstances', types.map(everywhere)));
    expect(await launch(all)).toBe(done);
  });

  test('may be limited by what it launches, and where', async () => {
    const { Subnets = [] } = await region.api('ec2').DescribeSubnets({});
    const [{ SubnetId = '' } = {}, { SubnetId: other = '' } = {}] = Subnets;
    const call = await asRole(
      allow(
        'ec2:RunInstances',
        types.filter((type) => type !== 'subnet' && type !== 'instance').map(everywhere),
      ),
      allow('ec2:RunInstances', ec2('subnet/*'), { StringEquals: { 'ec2:SubnetID': SubnetId } }),
      allow('ec2:RunInstances', ec2('instance/*'), {
        StringLike: { 'ec2:InstanceType': 't3.*' },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
      }),
    );
    const MetadataOptions = { HttpTokens: 'required' };
    expect(await launch(call, { SubnetId, MetadataOptions })).toBe(done);
    expect(await launch(call, { SubnetId: other, MetadataOptions })).toBe(
      `ec2:RunInstances on resource: ${ec2(`subnet/${other}`)}`,
    );
    expect(await launch(call, { SubnetId, MetadataOptions, InstanceType: 'm5.large' })).toBe(
      `ec2:RunInstances on resource: ${ec2('instance/*')}`,
    );
    expect(await launch(call, { SubnetId, MetadataOptions: { HttpTokens: 'optional' } })).toBe(
      `ec2:RunInstances on resource: ${ec2('instance/*')}`,
    );
  });

  test('whose image cannot be looked up just now is not said to be forbidden', async () => {
    const image = `arn:aws:ec2:us-east-1::image/${imageId}`;
    const others = types.filter((type) => type !== 'image').map(everywhere);
    const call = await asRole(allow('ec2:RunInstances', [image, ...others]), allow('ssm:GetParameters'));
    const named = {
      ImageId: 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    };
    expect(await launch(call, named)).toBe(done);
    const code = 'ThrottlingException';
    region.aws.faults.add({ service: 'ssm', operation: 'GetParameters', code });
    expect(await launch(call, named)).toMatch(/^Request limit exceeded/);
  });

  test('as Spot needs a permission on the request, and may be kept to On-Demand', async () => {
    const spot = { InstanceMarketOptions: { MarketType: 'spot' } };
    const call = await asRole(allow('ec2:RunInstances', types.map(everywhere)));
    expect(await launch(call, spot)).toBe(`ec2:RunInstances on resource: ${ec2('spot-instances-request/*')}`);
    const others = [
      ...types.filter((type) => type !== 'instance').map(everywhere),
      ec2('spot-instances-request/*'),
    ];
    const onDemand = { StringEquals: { 'ec2:InstanceMarketType': 'on-demand' } };
    const limited = await asRole(
      allow('ec2:RunInstances', others),
      allow('ec2:RunInstances', ec2('instance/*'), onDemand),
    );
    expect(await launch(limited)).toBe(done);
    expect(await launch(limited, spot)).toBe(`ec2:RunInstances on resource: ${ec2('instance/*')}`);
  });

  test('as Spot through a template is not told by it where the request is asked for', async () => {
    const { LaunchTemplate: { LaunchTemplateId = '' } = {} } = await region.api('ec2').CreateLaunchTemplate({
      LaunchTemplateName: 'spot',
      LaunchTemplateData: { InstanceMarketOptions: { MarketType: 'spot' } },
    });
    const template = ec2(`launch-template/${LaunchTemplateId}`);
    const through = { ArnEquals: { 'ec2:LaunchTemplate': template } };
    const request = ec2('spot-instances-request/*');
    const all = [...types.map(everywhere), template];
    const byTemplate = { LaunchTemplate: { LaunchTemplateId } };
    const limited = await asRole(allow('ec2:RunInstances', [...all, request], through));
    expect(await launch(limited, byTemplate)).toBe(`ec2:RunInstances on resource: ${request}`);
    const open = await asRole(allow('ec2:RunInstances', all, through), allow('ec2:RunInstances', request));
    expect(await launch(open, byTemplate)).toBe(done);
  });

  test('needs a permission on the placement group and the Capacity Reservation that it names', async () => {
    const api = region.api('ec2');
    await api.CreatePlacementGroup({ GroupName: 'racks', Strategy: 'spread' });
    const { CapacityReservation } = await api.CreateCapacityReservation({
      ...{ InstanceType: 't3.micro', InstancePlatform: 'Linux/UNIX', InstanceCount: 1 },
      ...{ AvailabilityZone: 'us-east-1a', InstanceMatchCriteria: 'targeted' },
    });
    const { CapacityReservationId = '' } = CapacityReservation ?? {};
    const Placement = { AvailabilityZone: 'us-east-1a' };
    const grouped = { Placement: { ...Placement, GroupName: 'racks' } };
    const reserved = {
      ...{
        Placement,
        CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId } },
      },
    };
    const call = await asRole(allow('ec2:RunInstances', types.map(everywhere)));
    expect(await launch(call, { Placement })).toBe(done);
    const [group, reservation] = [
      ec2('placement-group/racks'),
      ec2(`capacity-reservation/${CapacityReservationId}`),
    ];
    expect(await launch(call, grouped)).toBe(`ec2:RunInstances on resource: ${group}`);
    expect(await launch(call, reserved)).toBe(`ec2:RunInstances on resource: ${reservation}`);
    const spread = { StringEquals: { 'ec2:PlacementGroupStrategy': 'spread' } };
    const all = await asRole(
      allow('ec2:RunInstances', [...types.map(everywhere), reservation]),
      allow('ec2:RunInstances', group, spread),
    );
    expect(await launch(all, grouped)).toBe(done);
    expect(await launch(all, reserved)).toBe(done);
  });

  test('with tags needs the permission to tag, of each type by itself', async () => {
    const Tags = [{ Key: 'team', Value: 'web' }];
    const tagged = (...names: string[]) => ({
      TagSpecifications: names.map((ResourceType) => ({ ResourceType, Tags })),
    });
    const launching = allow('ec2:RunInstances');
    const onLaunch = { StringEquals: { 'ec2:CreateAction': 'RunInstances', 'aws:RequestTag/team': 'web' } };
    const without = await asRole(launching);
    expect(await launch(without, tagged('instance'))).toBe(
      `ec2:CreateTags on resource: ${ec2('instance/*')}`,
    );
    const call = await asRole(launching, allow('ec2:CreateTags', ec2('instance/*'), onLaunch));
    expect(await launch(call, tagged('instance'))).toBe(done);
    expect(await launch(call, tagged('instance', 'volume'))).toBe(
      `ec2:CreateTags on resource: ${ec2('volume/*')}`,
    );
    // Once it is there, it is not tagged by its launch.
    const { Instances = [] } = await region.api('ec2').RunInstances({
      ImageId: imageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    const id = Instances[0]?.InstanceId ?? '';
    expect(await refusalOf(region.apiAs('ec2', call).CreateTags({ Resources: [id], Tags }))).toBe(
      `ec2:CreateTags on resource: ${ec2(`instance/${id}`)}`,
    );
  });

  test('passes the role of its instance profile on to EC2', async () => {
    const iam = region.api('iam');
    const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    await iam.CreateRole({ RoleName: 'server', AssumeRolePolicyDocument: document(trust) });
    await iam.CreateInstanceProfile({ InstanceProfileName: 'servers' });
    await iam.AddRoleToInstanceProfile({ InstanceProfileName: 'servers', RoleName: 'server' });
    const profile = { IamInstanceProfile: { Name: 'servers' } };
    const server = `arn:aws:iam::${account}:role/server`;
    const passing = (service: string) =>
      allow('iam:PassRole', server, { StringEquals: { 'iam:PassedToService': service } });
    const launching = allow('ec2:*');
    expect(await launch(await asRole(launching), profile)).toBe(`iam:PassRole on resource: ${server}`);
    expect(await launch(await asRole(launching, passing('lambda.amazonaws.com')), profile)).toBe(
      `iam:PassRole on resource: ${server}`,
    );
    expect(await launch(await asRole(launching, passing('ec2.amazonaws.com')), profile)).toBe(done);
  });

  test('that is refused has a message that STS decodes', async () => {
    const call = await asRole(
      allow('ec2:RunInstances', types.map(everywhere)),
      deny('ec2:RunInstances', ec2('subnet/*')),
    );
    const error = await region
      .apiAs('ec2', call)
      .RunInstances({ ImageId: imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })
      .catch((thrown: Error) => thrown);
    const { message } = error as Error;
    expect(message).toContain(
      'with an explicit deny in an identity-based policy. Encoded authorization failure message: ',
    );
    const EncodedMessage = message.slice(message.lastIndexOf(' ') + 1);
    const { DecodedMessage = '' } = await region.api('sts').DecodeAuthorizationMessage({ EncodedMessage });
    expect(JSON.parse(DecodedMessage)).toMatchObject({
      allowed: false,
      explicitDeny: true,
      matchedStatements: { items: [{ effect: 'DENY' }] },
      context: {
        principal: { arn: call.principal.arn },
        action: 'ec2:RunInstances',
        resource: expect.stringContaining(':subnet/'),
      },
    });
    await expect(
      region.api('sts').DecodeAuthorizationMessage({ EncodedMessage: 'nonsense' }),
    ).rejects.toMatchObject({ code: 'InvalidAuthorizationMessageException' });
    expect(await refusalOf(region.apiAs('sts', call).DecodeAuthorizationMessage({ EncodedMessage }))).toBe(
      'sts:DecodeAuthorizationMessage',
    );
  });
});

describe('a copy of an image from another region', () => {
  const source = { SourceRegion: 'us-east-1', Name: 'copy', DryRun: true };
  const made = ['arn:aws:ec2:eu-west-1::image/*', 'arn:aws:ec2:eu-west-1::snapshot/*'];
  const own = { Key: 'team', Value: 'web' };
  const TagSpecifications = (['image', 'snapshot'] as const).map((ResourceType) => ({
    ResourceType,
    Tags: [own],
  }));
  const mayMake = [
    allow('ec2:CopyImage', made, { StringEquals: { 'aws:RequestTag/team': 'web' } }),
    allow('ec2:CreateTags', made),
  ];
  const ofSource = (Condition: object) =>
    allow('ec2:CopyImage', 'arn:aws:ec2:us-east-1::image/*', { StringEquals: Condition });
  let amazonImage: string;
  let ownImage: string;
  beforeAll(async () => {
    const ec2 = region.api('ec2');
    const { Parameter } = await region.api('ssm').GetParameter({
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    });
    amazonImage = Parameter?.Value ?? '';
    const { Images: [base] = [] } = await ec2.DescribeImages({ ImageIds: [amazonImage] });
    const { ImageId = '' } = await ec2.RegisterImage({
      ...{ Name: 'source', RootDeviceName: '/dev/xvda' },
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { SnapshotId: base?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId } },
      ],
      TagSpecifications: [{ ResourceType: 'image', Tags: [own] }],
    });
    ownImage = ImageId;
  });

  const copy = (call: Call, SourceImageId: string) => {
    const there = { ...call, region: 'eu-west-1' };
    return refusalOf(region.apiAs('ec2', there).CopyImage({ ...source, SourceImageId, TagSpecifications }));
  };

  test('is judged by whose the source is', async () => {
    const call = await asRole(...mayMake, ofSource({ 'ec2:Owner': account }));
    expect(await copy(call, ownImage)).toBe('Request would have succeeded, but DryRun flag is set.');
    expect(await copy(call, amazonImage)).toBe(
      `ec2:CopyImage on resource: arn:aws:ec2:us-east-1::image/${amazonImage}`,
    );
  });

  test('is not judged by the tags of the source: AWS has none in such requests', async () => {
    const call = await asRole(...mayMake, ofSource({ 'aws:ResourceTag/team': 'web' }));
    expect(await copy(call, ownImage)).toBe(
      `ec2:CopyImage on resource: arn:aws:ec2:us-east-1::image/${ownImage}`,
    );
  });
});

describe('a role that is passed on', () => {
  const role = `arn:aws:iam::${account}:role/passed`;
  const statement = { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } };
  beforeAll(async () => {
    const trust = {
      Effect: 'Allow',
      Principal: { Service: ['states.amazonaws.com', 'scheduler.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    };
    await region.api('iam').CreateRole({ RoleName: 'passed', AssumeRolePolicyDocument: document(trust) });
  });

  test('must be allowed for the service that gets it', async () => {
    const call = await asRole(allow('*'), {
      ...deny('iam:PassRole', role),
      Condition: { StringNotEquals: statement.StringEquals },
    });
    const definition = '{"StartAt":"a","States":{"a":{"Type":"Pass","End":true}}}';
    await region.apiAs('sfn', call).CreateStateMachine({ name: 'passes', definition, roleArn: role });
    const Target = { Arn: `arn:aws:lambda:us-east-1:${account}:function:f`, RoleArn: role };
    const schedule = {
      Name: 's',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' as const },
      Target,
    };
    await expect(region.apiAs('scheduler', call).CreateSchedule(schedule)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: `User: ${call.principal.arn} is not authorized to perform: iam:PassRole on resource: ${role} with an explicit deny in an identity-based policy`,
    });
  });
});

describe('tags', () => {
  test('of a resource limit who may change it, and those of a request what may be given', async () => {
    const topics = region.api('sns');
    const { TopicArn: own = '' } = await topics.CreateTopic({
      Name: 'own',
      Tags: [{ Key: 'team', Value: 'web' }],
    });
    const { TopicArn: other = '' } = await topics.CreateTopic({ Name: 'other' });
    const call = await asRole(
      allow('sns:TagResource', '*', {
        StringEquals: { 'aws:ResourceTag/team': 'web', 'aws:RequestTag/stage': 'test' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['stage'] },
      }),
    );
    const tag = (ResourceArn: string, ...Tags: { Key: string; Value: string }[]) =>
      refusalOf(region.apiAs('sns', call).TagResource({ ResourceArn, Tags }));
    const stage = { Key: 'stage', Value: 'test' };
    expect(await tag(own, stage)).toBeUndefined();
    expect(await tag(other, stage)).toBe(`SNS:TagResource on resource: ${other}`);
    expect(await tag(own, { ...stage, Value: 'prod' })).toBe(`SNS:TagResource on resource: ${own}`);
    expect(await tag(own, stage, { Key: 'team', Value: 'other' })).toBe(
      `SNS:TagResource on resource: ${own}`,
    );
  });

  test('of a role are those of who acts as it', async () => {
    const call = await asRole(allow('s3:GetObject', `arn:aws:s3:::site/\${aws:PrincipalTag/team}/*`));
    const RoleName = call.principal.roleArn?.split('/').at(-1);
    await region.api('iam').TagRole({ RoleName, Tags: [{ Key: 'team', Value: 'web' }] });
    await region.api('s3').CreateBucket({ Bucket: 'site' });
    for (const Key of ['web/a', 'api/a'])
      await region.api('s3').PutObject({ Bucket: 'site', Key, Body: 'x' });
    const s3 = region.apiAs('s3', call);
    expect(await refusalOf(s3.GetObject({ Bucket: 'site', Key: 'web/a' }))).toBeUndefined();
    expect(await refusalOf(s3.GetObject({ Bucket: 'site', Key: 'api/a' }))).toBe(
      's3:GetObject on resource: "arn:aws:s3:::site/api/a',
    );
  });
});

describe('a session', () => {
  test('may do no more than its policies and the boundary of its role', async () => {
    const iam = region.api('iam');
    const { Policy } = await iam.CreatePolicy({
      PolicyName: 'boundary',
      PolicyDocument: document(allow(['ec2:Describe*', 'sts:*'])),
    });
    const call = await asRole(allow('*'));
    const RoleName = call.principal.roleArn?.split('/').at(-1) ?? '';
    await iam.PutRolePermissionsBoundary({ RoleName, PermissionsBoundary: Policy?.Arn });
    await expect(region.apiAs('s3', call).ListBuckets({})).rejects.toMatchObject({
      message: expect.stringContaining(
        'because no permissions boundary allows the s3:ListAllMyBuckets action',
      ),
    });
    const { Credentials } = await assumeRole(region, {
      RoleArn: call.principal.roleArn,
      RoleSessionName: 'narrow',
      Policy: document(allow('ec2:DescribeVpcs')),
    });
    const narrow = callOf(Credentials?.AccessKeyId);
    await region.apiAs('ec2', narrow).DescribeVpcs({});
    await region.apiAs('ec2', call).DescribeSubnets({});
    await expect(region.apiAs('ec2', narrow).DescribeSubnets({})).rejects.toMatchObject({
      message: expect.stringContaining('because no session policy allows the ec2:DescribeSubnets action'),
    });
  });

  test('of a role that is gone may do nothing', async () => {
    const call = await asRole();
    const RoleName = call.principal.roleArn?.split('/').at(-1) ?? '';
    await region.api('iam').DeleteRole({ RoleName });
    expect(await refusalOf(region.apiAs('ec2', call).DescribeVpcs({}))).toBe('ec2:DescribeVpcs');
  });

  test('of another role needs the trust of that one, and a permission where the account alone is trusted', async () => {
    const call = await asRole();
    const other = await asRole();
    const RoleArn = other.principal.roleArn ?? '';
    const assume = () =>
      refusalOf(region.apiAs('sts', call).AssumeRole({ RoleArn, RoleSessionName: 'chain' }));
    expect(await assume()).toBe(`sts:AssumeRole on resource: ${RoleArn}`);
    await region.api('iam').UpdateAssumeRolePolicy({
      RoleName: RoleArn.split('/').at(-1),
      PolicyDocument: document({
        Effect: 'Allow',
        Principal: { AWS: call.principal.roleArn },
        Action: 'sts:AssumeRole',
      }),
    });
    expect(await assume()).toBeUndefined();
  });
});

describe('who has credentials of GetSessionToken', () => {
  let call: Call;
  beforeAll(async () => {
    const iam = region.api('iam');
    await iam.CreateUser({ UserName: 'bob' });
    await iam.PutUserPolicy({ UserName: 'bob', PolicyName: 'own', PolicyDocument: document(allow('*')) });
    const { AccessKey } = await iam.CreateAccessKey({ UserName: 'bob' });
    const { Credentials } = await region.apiAs('sts', callOf(AccessKey?.AccessKeyId)).GetSessionToken({});
    call = callOf(Credentials?.AccessKeyId);
  });

  test('may do what the user may', async () => {
    await region.apiAs('ec2', call).DescribeVpcs({});
    const { Arn } = await region.apiAs('sts', call).GetCallerIdentity({});
    expect(Arn).toBe(`arn:aws:iam::${account}:user/bob`);
  });

  test('may not call IAM', async () => {
    await expect(region.apiAs('iam', call).ListUsers({})).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
      status: 403,
    });
  });

  test('gets no further ones', async () => {
    await expect(region.apiAs('sts', call).GetSessionToken({})).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  test('has not shown that he is himself', async () => {
    await region.api('iam').PutUserPolicy({
      UserName: 'bob',
      PolicyName: 'mfa',
      PolicyDocument: document({
        ...deny('ec2:DescribeSubnets'),
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
      }),
    });
    expect(await refusalOf(region.apiAs('ec2', call).DescribeSubnets({}))).toBe('ec2:DescribeSubnets');
  });

  test('and MFA, of which there are no devices, helps nobody', async () => {
    const SerialNumber = `arn:aws:iam::${account}:mfa/bob`;
    await expect(
      region.api('sts').GetSessionToken({ SerialNumber, TokenCode: '123456' }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

test.each([
  ['twice', { Tags: [tagOf('team'), tagOf('Team')] }],
  ['that go on, but are none', { Tags: [tagOf('team')], TransitiveTagKeys: ['stage'] }],
])('tags of a session that are given %s are refused', async (_how, tags) => {
  const { principal } = await asRole();
  await region.api('iam').UpdateAssumeRolePolicy({
    RoleName: principal.roleArn?.split('/').at(-1),
    PolicyDocument: document({
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }),
  });
  await expect(
    assumeRole(region, { RoleArn: principal.roleArn, RoleSessionName: 'tagged', ...tags }),
  ).rejects.toMatchObject({ code: 'InvalidParameterValue' });
});

describe('the policy of a resource', () => {
  test('of a bucket allows by itself, and denies whoever is allowed', async () => {
    const call = await asRole();
    const strong = await asRole(allow('s3:*'));
    const s3 = region.api('s3');
    await s3.CreateBucket({ Bucket: 'shared' });
    await s3.PutObject({ Bucket: 'shared', Key: 'a', Body: 'x' });
    await s3.PutBucketPolicy({
      Bucket: 'shared',
      Policy: document(
        {
          Effect: 'Allow',
          Principal: { AWS: call.principal.roleArn },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::shared/*',
        },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:DeleteObject',
          Resource: 'arn:aws:s3:::shared/*',
        },
      ),
    });
    const object = { Bucket: 'shared', Key: 'a' };
    expect(await refusalOf(region.apiAs('s3', call).GetObject(object))).toBeUndefined();
    expect(await refusalOf(region.apiAs('s3', call).PutObject(object))).toContain('s3:PutObject');
    await expect(region.apiAs('s3', strong).DeleteObject(object)).rejects.toMatchObject({
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
  });

  test('of a key must allow the account, before the policies of identities count', async () => {
    const call = await asRole(allow('kms:*'));
    const kms = region.api('kms');
    const { KeyMetadata: open } = await kms.CreateKey({});
    const { KeyMetadata: closed } = await kms.CreateKey({
      Policy: document({
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'kms:*',
        Resource: '*',
      }),
      BypassPolicyLockoutSafetyCheck: true,
    });
    const use = (KeyId = '') => refusalOf(region.apiAs('kms', call).DescribeKey({ KeyId }));
    expect(await use(open?.KeyId)).toBeUndefined();
    expect(await use(closed?.KeyId)).toBe(`kms:DescribeKey on resource: ${closed?.Arn}`);
  });
});

test('items of a table may be limited by their partition keys', async () => {
  await region.api('dynamodb').CreateTable({
    TableName: 'items',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const call = await asRole(
    allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'], '*', {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['WEB#*'] },
    }),
  );
  const dynamodb = region.apiAs('dynamodb', call);
  const arn = `arn:aws:dynamodb:us-east-1:${account}:table/items`;
  const get = (S: string) => refusalOf(dynamodb.GetItem({ TableName: 'items', Key: { pk: { S } } }));
  expect(await get('WEB#1')).toBeUndefined();
  expect(await get('API#1')).toBe(`dynamodb:GetItem on resource: ${arn}`);
  const query = (S: string) =>
    refusalOf(
      dynamodb.Query({
        TableName: 'items',
        KeyConditionExpression: '#p = :p',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': { S } },
      }),
    );
  expect(await query('WEB#1')).toBeUndefined();
  expect(await query('API#1')).toBe(`dynamodb:Query on resource: ${arn}`);
  const write = (...keys: string[]) =>
    refusalOf(
      dynamodb.BatchWriteItem({
        RequestItems: { items: keys.map((S) => ({ PutRequest: { Item: { pk: { S } } } })) },
      }),
    );
  expect(await write('WEB#1', 'WEB#2')).toBeUndefined();
  expect(await write('WEB#1', 'API#1')).toBe(`dynamodb:BatchWriteItem on resource: ${arn}`);
});

test('a decryption is judged by the key that the ciphertext was made with', async () => {
  const { KeyMetadata: { KeyId, Arn = '' } = {} } = await region.api('kms').CreateKey({});
  const { CiphertextBlob } = await region.api('kms').Encrypt({ KeyId, Plaintext: Buffer.from('a') });
  const may = await asRole(allow('kms:Decrypt', Arn));
  const { Plaintext } = await region.apiAs('kms', may).Decrypt({ CiphertextBlob });
  expect(Buffer.from(Plaintext ?? []).toString()).toBe('a');
  const others = await asRole(allow('kms:Decrypt', `${Arn.slice(0, -12)}000000000000`));
  await expect(region.apiAs('kms', others).Decrypt({ CiphertextBlob })).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: expect.stringContaining(`kms:Decrypt on resource: ${Arn}`),
  });
});

describe('an object', () => {
  beforeAll(async () => {
    await region.api('s3').CreateBucket({ Bucket: 'objects' });
    await region.api('s3').PutObject({ Bucket: 'objects', Key: 'a', Body: 'x' });
  });

  test('that is not there is missed only by who may list its bucket', async () => {
    const reading = allow('s3:GetObject', 'arn:aws:s3:::objects/*');
    const listing = allow('s3:ListBucket', 'arn:aws:s3:::objects');
    const object = { Bucket: 'objects', Key: 'none' };
    const blind = region.apiAs('s3', await asRole(reading));
    expect(await refusalOf(blind.GetObject({ ...object, Key: 'a' }))).toBeUndefined();
    for (const look of [blind.GetObject, blind.HeadObject])
      await expect(look(object)).rejects.toMatchObject({
        code: 'AccessDenied',
        status: 403,
        message: expect.stringContaining('s3:ListBucket on resource: "arn:aws:s3:::objects"'),
      });
    const seeing = region.apiAs('s3', await asRole(reading, listing));
    await expect(seeing.GetObject(object)).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
  });

  test('that may not be deleted stays, when others are', async () => {
    for (const Key of ['own/1', 'other/1', 'own/2'])
      await region.api('s3').PutObject({ Bucket: 'objects', Key, Body: 'x' });
    const s3 = region.apiAs('s3', await asRole(allow('s3:DeleteObject', 'arn:aws:s3:::objects/own/*')));
    const Objects = [{ Key: 'own/1' }, { Key: 'other/1' }, { Key: 'own/2', VersionId: 'null' }];
    const { Deleted, Errors } = await s3.DeleteObjects({ Bucket: 'objects', Delete: { Objects } });
    expect(Deleted).toMatchObject([{ Key: 'own/1' }]);
    expect(Errors).toMatchObject([
      { Key: 'other/1', Code: 'AccessDenied' },
      { Key: 'own/2', VersionId: 'null', Code: 'AccessDenied' },
    ]);
  });

  test('may be kept to an account, and from being written over', async () => {
    const own = allow('s3:*', '*', { StringEquals: { 's3:ResourceAccount': account } });
    const once = { ...deny('s3:PutObject'), Condition: { Null: { 's3:if-none-match': 'true' } } };
    const s3 = region.apiAs('s3', await asRole(own, once));
    const object = { Bucket: 'objects', Key: 'b', Body: 'x' };
    expect(await refusalOf(s3.PutObject(object))).toContain('s3:PutObject');
    expect(await refusalOf(s3.PutObject({ ...object, IfNoneMatch: '*' }))).toBeUndefined();
  });
});

test('a key may be kept to callers of an account and to its aliases', async () => {
  const kms = region.api('kms');
  const { KeyMetadata: { KeyId } = {} } = await kms.CreateKey({});
  await kms.CreateAlias({ AliasName: 'alias/own', TargetKeyId: KeyId });
  const encrypt = (call: Call, name = KeyId) =>
    refusalOf(region.apiAs('kms', call).Encrypt({ KeyId: name, Plaintext: Buffer.from('a') }));
  const when = (Condition: object) => asRole(allow('kms:Encrypt', '*', Condition));
  expect(await encrypt(await when({ StringEquals: { 'kms:CallerAccount': account } }))).toBeUndefined();
  expect(
    await encrypt(await when({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/own' } })),
  ).toBeUndefined();
  const byAlias = await when({ StringEquals: { 'kms:RequestAlias': 'alias/own' } });
  expect(await encrypt(byAlias)).toContain('kms:Encrypt');
  expect(await encrypt(byAlias, 'alias/own')).toBeUndefined();
});
