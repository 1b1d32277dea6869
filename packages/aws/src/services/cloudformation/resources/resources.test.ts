import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const site = readFileSync(join(__dirname, 'site.yml'), 'utf8');

test('a site is made of real resources, changed in place, and deleted without a rest', async () => {
  const StackName = 'site';
  const Capabilities = ['CAPABILITY_IAM' as const];
  const before = await region.api('ec2').DescribeVpcs({});
  await cfn.aws.CreateStack({
    StackName,
    TemplateBody: site,
    Capabilities,
    Tags: [{ Key: 'team', Value: 'web' }],
  });
  await cfn.settled(StackName);
  expect(await cfn.state(StackName)).toEqual({ status: 'CREATE_COMPLETE', failures: [] });

  const { AutoScalingGroups = [] } = await region.api('auto-scaling').DescribeAutoScalingGroups({});
  expect(AutoScalingGroups.map((group) => group.AutoScalingGroupName)).toEqual(['site-web']);
  expect(AutoScalingGroups[0]).toMatchObject({ MinSize: 0, MaxSize: 6, DesiredCapacity: 0 });
  const vpcId = await cfn.physicalId(StackName, 'Vpc');
  const { Vpcs = [] } = await region.api('ec2').DescribeVpcs({ VpcIds: [vpcId] });
  expect(Vpcs[0]?.Tags).toEqual(
    expect.arrayContaining([
      { Key: 'team', Value: 'web' },
      { Key: 'aws:cloudformation:stack-name', Value: StackName },
      { Key: 'aws:cloudformation:logical-id', Value: 'Vpc' },
    ]),
  );
  const { LoadBalancers = [] } = await region.api('elastic-load-balancing-v2').DescribeLoadBalancers({});
  expect(LoadBalancers[0]?.State?.Code).toBe('active');
  const subnets = await region.api('ssm').GetParameter({ Name: '/site/subnets' });
  expect(subnets.Parameter?.Value).toBe(
    `${await cfn.physicalId(StackName, 'SubnetA')},${await cfn.physicalId(StackName, 'SubnetB')}`,
  );

  await cfn.aws.UpdateStack({
    StackName,
    UsePreviousTemplate: true,
    Capabilities,
    Parameters: [{ ParameterKey: 'MaxSize', ParameterValue: '4' }],
  });
  await cfn.settled(StackName);
  expect(await cfn.state(StackName)).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  const changed = await region.api('auto-scaling').DescribeAutoScalingGroups({});
  expect(changed.AutoScalingGroups?.map(({ MaxSize }) => MaxSize)).toEqual([4]);
  expect(await cfn.physicalId(StackName, 'Vpc')).toBe(vpcId);

  const id = (await cfn.describe(StackName))?.StackId ?? '';
  await cfn.aws.DeleteStack({ StackName });
  await cfn.settled(id);
  expect(await cfn.state(id)).toEqual({ status: 'DELETE_COMPLETE', failures: [] });
  expect(await region.api('ec2').DescribeVpcs({})).toEqual(before);
  expect((await region.api('auto-scaling').DescribeAutoScalingGroups({})).AutoScalingGroups).toEqual([]);
});

test('a security group, a table, a bucket, a topic and a log group have the attributes that AWS documents', async () => {
  const TemplateBody = `
Resources:
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: probe, SecurityGroupEgress: [{ IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/16 }] } }
  Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }], KeySchema: [{ AttributeName: pk, KeyType: HASH }], TimeToLiveSpecification: { AttributeName: expires, Enabled: true } } }
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 } }] }, NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } } }
  Policy: { Type: AWS::S3::BucketPolicy, Properties: { Bucket: !Ref Bucket, PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Deny, Principal: "*", Action: "s3:*", Resource: !Sub "\${Bucket.Arn}/*", Condition: { Bool: { "aws:SecureTransport": false } } }] } } }
  Topic: { Type: AWS::SNS::Topic }
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /lamps/x, RetentionInDays: 30 } }
Outputs:
  GroupId: { Value: !GetAtt Group.GroupId }
  Table: { Value: !GetAtt Table.Arn }
  Bucket: { Value: !GetAtt Bucket.RegionalDomainName }
  Topic: { Value: !Ref Topic }
  Log: { Value: !GetAtt Log.Arn }`;
  await cfn.aws.CreateStack({ StackName: 'parts', TemplateBody });
  await cfn.settled('parts');
  expect(await cfn.state('parts')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const bucket = await cfn.physicalId('parts', 'Bucket');
  const outputs = (await cfn.describe('parts'))?.Outputs ?? [];
  expect(Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))).toEqual({
    GroupId: expect.stringMatching(/^sg-/),
    Table: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/parts-Table-[A-Z0-9]{12}$/),
    Bucket: `${bucket}.s3.us-east-1.amazonaws.com`,
    Topic: expect.stringMatching(/^arn:aws:sns:us-east-1:000000000000:parts-Topic-[A-Z0-9]{12}$/),
    Log: 'arn:aws:logs:us-east-1:000000000000:log-group:/lamps/x:*',
  });
  expect(bucket).toMatch(/^parts-bucket-[a-z0-9]{12}$/);
  const { SecurityGroups = [] } = await region
    .api('ec2')
    .DescribeSecurityGroups({ GroupIds: [await cfn.physicalId('parts', 'Group')] });
  expect(SecurityGroups[0]?.IpPermissionsEgress).toMatchObject([
    { IpProtocol: 'tcp', FromPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] },
  ]);
});

test('a bucket has a website, notifications and an ACL as its template says, until it no longer does', async () => {
  const body = (more: string) =>
    `Resources: { Topic: { Type: AWS::SNS::Topic }, TopicPolicy: { Type: AWS::SNS::TopicPolicy, Properties: { Topics: [!Ref Topic], PolicyDocument: { Version: "2012-10-17", Statement: { Effect: Allow, Principal: { Service: s3.amazonaws.com }, Action: "sns:Publish", Resource: !Ref Topic } } } }, Bucket: { Type: AWS::S3::Bucket, DependsOn: TopicPolicy, Properties: { BucketName: told${more} } } }`;
  await cfn.aws.CreateStack({
    StackName: 'site',
    TemplateBody: body(`, AccessControl: PublicRead
    , OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] }
    , PublicAccessBlockConfiguration: { BlockPublicAcls: false }
    , WebsiteConfiguration: { IndexDocument: index.html, ErrorDocument: sorry.html, RoutingRules: [{ RedirectRule: { HostName: example.org }, RoutingRuleCondition: { KeyPrefixEquals: old/ } }] }
    , NotificationConfiguration: { TopicConfigurations: [{ Event: "s3:ObjectCreated:*", Topic: !Ref Topic, Filter: { S3Key: { Rules: [{ Name: suffix, Value: .html }] } } }] }`),
  });
  await cfn.settled('site');
  expect(await cfn.state('site')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const Bucket = 'told';
  const s3 = region.api('s3');
  expect(await s3.GetBucketWebsite({ Bucket })).toEqual({
    IndexDocument: { Suffix: 'index.html' },
    ErrorDocument: { Key: 'sorry.html' },
    RoutingRules: [{ Redirect: { HostName: 'example.org' }, Condition: { KeyPrefixEquals: 'old/' } }],
  });
  expect((await s3.GetBucketAcl({ Bucket })).Grants).toHaveLength(2);
  expect(await s3.GetBucketNotificationConfiguration({ Bucket })).toMatchObject({
    TopicConfigurations: [
      {
        TopicArn: await cfn.physicalId('site', 'Topic'),
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.html' }] } },
      },
    ],
  });
  await cfn.aws.UpdateStack({
    StackName: 'site',
    TemplateBody: body(', OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] }'),
  });
  await cfn.settled('site');
  expect(await cfn.state('site')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  await expect(s3.GetBucketWebsite({ Bucket })).rejects.toThrow(
    expect.objectContaining({ code: 'NoSuchWebsiteConfiguration' }),
  );
  expect((await s3.GetBucketAcl({ Bucket })).Grants).toHaveLength(1);
});

test('an instance is waited for until it runs, and a template is taken from S3', async () => {
  await region.api('s3').CreateBucket({ Bucket: 'templates' });
  await region.api('s3').PutObject({
    Bucket: 'templates',
    Key: 'one.yml',
    Body: Buffer.from(`
Parameters: { Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 } }
Resources:
  Server: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image, InstanceType: t3.micro } }
Outputs: { Address: { Value: !GetAtt Server.PrivateIp } }`),
  });
  await cfn.aws.CreateStack({
    StackName: 'one',
    TemplateURL: 'https://templates.s3.amazonaws.com/one.yml',
  });
  await cfn.settled('one');
  expect(await cfn.state('one')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const id = await cfn.physicalId('one', 'Server');
  const { Reservations = [] } = await region.api('ec2').DescribeInstances({ InstanceIds: [id] });
  const instance = Reservations[0]?.Instances?.[0];
  expect(instance?.State?.Name).toBe('running');
  expect((await cfn.describe('one'))?.Outputs?.[0]?.OutputValue).toBe(instance?.PrivateIpAddress);
});

test('a parameter of an EC2 type that names nothing fails the stack', async () => {
  await cfn.aws.CreateStack({
    StackName: 'wrong',
    TemplateBody:
      'Parameters: { V: { Type: "AWS::EC2::VPC::Id" } }\nResources: { A: { Type: AWS::SNS::Topic } }',
    Parameters: [{ ParameterKey: 'V', ParameterValue: 'vpc-0123456789abcdef0' }],
  });
  await cfn.settled('wrong');
  expect((await cfn.state('wrong')).status).toBe('ROLLBACK_COMPLETE');
  const { StackEvents = [] } = await cfn.aws.DescribeStackEvents({ StackName: 'wrong' });
  expect(StackEvents.map((event) => event.ResourceStatusReason)).toContain(
    'Parameter validation failed: parameter value vpc-0123456789abcdef0 for parameter name V does not exist. Rollback requested by user.',
  );
});
