import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const Capabilities = ['CAPABILITY_NAMED_IAM' as const];

const inPlace = { status: 'UPDATE_COMPLETE', failures: [], isSame: true };
const one = (type: string, properties: string) =>
  `Resources: { A: { Type: ${type}, Properties: { ${properties} } } }`;

const trust = `AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;

test('an inline policy moves to another name and another role', async () => {
  const body = (name: string, role: string) => `
Resources:
  Q: { Type: AWS::IAM::Role, Properties: { RoleName: q, ${trust} } }
  R: { Type: AWS::IAM::Role, Properties: { RoleName: r, ${trust} } }
  A: { Type: AWS::IAM::Policy, Properties: { PolicyName: ${name}, Roles: [${role}], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:GetObject", Resource: "*" }] } }, DependsOn: [Q, R] }`;
  expect(await cfn.change(body('one', 'q'), body('two', 'r'))).toMatchObject(inPlace);
  const iam = region.api('iam');
  expect((await iam.ListRolePolicies({ RoleName: 'q' })).PolicyNames).toEqual([]);
  expect((await iam.ListRolePolicies({ RoleName: 'r' })).PolicyNames).toEqual(['two']);
});

test('a policy that nobody holds is refused', async () => {
  await cfn.create(
    's',
    one('AWS::IAM::Policy', 'PolicyName: p, PolicyDocument: { Version: "2012-10-17", Statement: [] }'),
    { Capabilities },
  );
  expect(await cfn.reason('s', 'A')).toContain('At least one of [Groups,Roles,Users] must be non-empty.');
});

test('an index of a table gets other throughput in place, and no other keys', async () => {
  const table = (units: number, key = 'b') =>
    one(
      'AWS::DynamoDB::Table',
      `AttributeDefinitions: [{ AttributeName: a, AttributeType: S }, { AttributeName: b, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }], ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
       GlobalSecondaryIndexes: [{ IndexName: index, KeySchema: [{ AttributeName: ${key}, KeyType: HASH }], Projection: { ProjectionType: ALL }, ProvisionedThroughput: { ReadCapacityUnits: ${units}, WriteCapacityUnits: 1 } }]`,
    );
  const { id, ...outcome } = await cfn.change(table(1), table(2));
  expect(outcome).toEqual(inPlace);
  const { Table } = await region.api('dynamodb').DescribeTable({ TableName: id });
  expect(Table?.GlobalSecondaryIndexes?.[0]?.ProvisionedThroughput?.ReadCapacityUnits).toBe(2);
  await cfn.update('s', table(2, 'a'));
  expect((await cfn.state('s')).failures).toContainEqual(
    expect.stringContaining('Index index cannot be changed but in its throughput; give it another name'),
  );
});

test('a log group stays in its class', async () => {
  const group = (name: string) => one('AWS::Logs::LogGroup', `LogGroupClass: ${name}`);
  expect(await cfn.change(group('STANDARD'), group('INFREQUENT_ACCESS'))).toMatchObject({
    status: 'UPDATE_ROLLBACK_COMPLETE',
    failures: ['A: Updates are not supported for property LogGroupClass of AWS::Logs::LogGroup.'],
  });
});

test('a topic lets go of whom its template no longer names', async () => {
  const topic = (name: string) => `
Resources:
  R: { Type: AWS::IAM::Role, Properties: { ${trust.replace('ec2.', 'lambda.')} } }
  F: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt R.Arn, Runtime: nodejs22.x, Handler: index.f, Code: { ZipFile: "exports.f = async () => {}" } } }
  G: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt R.Arn, Runtime: nodejs22.x, Handler: index.f, Code: { ZipFile: "exports.f = async () => {}" } } }
  A: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: lambda, Endpoint: !GetAtt ${name}.Arn }] } }
Outputs: { G: { Value: !GetAtt G.Arn } }`;
  const { id, ...outcome } = await cfn.change(topic('F'), topic('G'));
  expect(outcome).toEqual(inPlace);
  const { Subscriptions = [] } = await region.api('sns').ListSubscriptionsByTopic({ TopicArn: id });
  expect(Subscriptions.map(({ Endpoint }) => Endpoint)).toEqual([(await cfn.outputs('s')).G]);
});

test('a filter policy is given as an object', async () => {
  const body = (kind: string) => `
Resources:
  T: { Type: AWS::SNS::Topic }
  A: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref T, Protocol: email, Endpoint: a@example.org, FilterPolicy: { kind: [${kind}] } } }`;
  const { id, ...outcome } = await cfn.change(body('x'), body('y'));
  expect(outcome).toEqual(inPlace);
  const { Attributes } = await region.api('sns').GetSubscriptionAttributes({ SubscriptionArn: id });
  expect(JSON.parse(Attributes?.FilterPolicy ?? '')).toEqual({ kind: ['y'] });
});

test('the settings of routes and the variables of a stage are documents', async () => {
  await cfn.create(
    's',
    `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a } }
  A: { Type: AWS::ApiGatewayV2::Stage, DependsOn: Route, Properties: { ApiId: !Ref Api, StageName: one, RouteSettings: { "GET /a": { ThrottlingBurstLimit: "5" } }, StageVariables: { n: "1" } } }
Outputs: { Arn: { Value: !GetAtt Api.ExecuteApiArn } }`,
  );
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const ApiId = await cfn.physicalId('s', 'Api');
  expect(await cfn.outputs('s')).toEqual({ Arn: `arn:aws:execute-api:us-east-1:000000000000:${ApiId}` });
  expect(await region.api('apigatewayv2').GetStage({ ApiId, StageName: 'one' })).toMatchObject({
    RouteSettings: { 'GET /a': { ThrottlingBurstLimit: 5 } },
    StageVariables: { n: '1' },
  });
});

test.each([
  ['AWS::EC2::Instance', 'HostId: h-1', 'HostId'],
  ['AWS::EC2::Subnet', 'VpcId: vpc-1, Ipv6Native: true', 'Ipv6Native'],
  [
    'AWS::S3::Bucket',
    'LifecycleConfiguration: { Rules: [{ Status: Enabled, Transitions: [{ StorageClass: GLACIER, TransitionInDays: 1 }] }] }',
    'LifecycleConfiguration.Rules.Transitions',
  ],
])('%s { %s } is not ignored', async (type, properties, path) => {
  await cfn.create('s', one(type, properties));
  expect(await cfn.reason('s', 'A')).toBe(
    `Property ${path} of ${type} is not supported by the embedded AWS (resource A)`,
  );
});

test('a target of a rule has CloudFormation’s names, which are not those of the API', async () => {
  const body = (description: string) => `
Resources:
  R: { Type: AWS::IAM::Role, Properties: { ${trust} } }
  A:
    Type: AWS::Events::Rule
    Properties:
      Description: ${description}
      EventPattern: { source: [lamps] }
      Targets:
        - Id: t
          Arn: arn:aws:ecs:us-east-1:000000000000:cluster/c
          RoleArn: !GetAtt R.Arn
          EcsParameters:
            TaskDefinitionArn: arn:aws:ecs:us-east-1:000000000000:task-definition/d:1
            TaskCount: "2"
            NetworkConfiguration: { AwsVpcConfiguration: { Subnets: [subnet-1], AssignPublicIp: ENABLED } }
            PlacementStrategies: [{ Type: spread }]
Outputs: { Name: { Value: !GetAtt A.RuleName } }`;
  expect(await cfn.change(body('one'), body('two'))).toMatchObject(inPlace);
  const { Name: Rule } = await cfn.outputs('s');
  const { Targets } = await region.api('eventbridge').ListTargetsByRule({ Rule });
  expect(Targets).toMatchObject([
    {
      EcsParameters: {
        TaskCount: 2,
        NetworkConfiguration: { awsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp: 'ENABLED' } },
        PlacementStrategy: [{ type: 'spread' }],
      },
    },
  ]);
});

const everyTagged = `
Resources:
  V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: one } }
  Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { MetricName: m, Namespace: n, Period: 60, Statistic: Sum, Threshold: 1, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1 } }
  Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }], KeySchema: [{ AttributeName: pk, KeyType: HASH }] } }
  Address: { Type: AWS::EC2::EIP }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders } }
  Rule: { Type: AWS::Events::Rule, Properties: { EventBusName: !Ref Bus, EventPattern: { source: [lamps] } } }
  Log: { Type: AWS::Logs::LogGroup }
  Group: { Type: AWS::Scheduler::ScheduleGroup }
  Topic: { Type: AWS::SNS::Topic }
  Role: { Type: AWS::IAM::Role, Properties: { ${trust.replace('ec2.', 'states.')} } }
  Machine: { Type: AWS::StepFunctions::StateMachine, Properties: { RoleArn: !GetAtt Role.Arn, Definition: { StartAt: P, States: { P: { Type: Pass, End: true } } } } }
Outputs:
  Api: { Value: !Sub "arn:aws:apigateway:us-east-1::/apis/\${Api}" }
  Stage: { Value: !Sub "arn:aws:apigateway:us-east-1::/apis/\${Api}/stages/\${Stage}" }
  Alarm: { Value: !GetAtt Alarm.Arn }
  Table: { Value: !GetAtt Table.Arn }
  Address: { Value: !GetAtt Address.AllocationId }
  Bus: { Value: !GetAtt Bus.Arn }
  Rule: { Value: !GetAtt Rule.Arn }
  Log: { Value: !Select [0, !Split [":*", !GetAtt Log.Arn]] }
  Group: { Value: !GetAtt Group.Arn }
  Topic: { Value: !Ref Topic }
  Machine: { Value: !Ref Machine }`;

test('the tags of a stack follow it to all of its resources', async () => {
  const tagged = (Value: string) => ({ Capabilities, Tags: [{ Key: 'team', Value }] });
  await cfn.create('s', everyTagged, tagged('one'));
  await cfn.update('s', everyTagged, tagged('two'));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  const arns = await cfn.outputs('s');
  const { apigatewayv2, cloudwatch, dynamodb, ec2, eventbridge, logs, scheduler, sns, sfn } = {
    apigatewayv2: region.api('apigatewayv2'),
    cloudwatch: region.api('cloudwatch'),
    dynamodb: region.api('dynamodb'),
    ec2: region.api('ec2'),
    eventbridge: region.api('eventbridge'),
    logs: region.api('cloudwatch-logs'),
    scheduler: region.api('scheduler'),
    sns: region.api('sns'),
    sfn: region.api('sfn'),
  };
  const found = {
    Api: await apigatewayv2.GetTags({ ResourceArn: arns.Api }),
    Stage: await apigatewayv2.GetTags({ ResourceArn: arns.Stage }),
    Alarm: await cloudwatch.ListTagsForResource({ ResourceARN: arns.Alarm }),
    Table: await dynamodb.ListTagsOfResource({ ResourceArn: arns.Table }),
    Address: await ec2.DescribeTags({ Filters: [{ Name: 'resource-id', Values: [arns.Address ?? ''] }] }),
    Bus: await eventbridge.ListTagsForResource({ ResourceARN: arns.Bus }),
    Rule: await eventbridge.ListTagsForResource({ ResourceARN: arns.Rule }),
    Log: await logs.ListTagsForResource({ resourceArn: arns.Log }),
    Group: await scheduler.ListTagsForResource({ ResourceArn: arns.Group }),
    Topic: await sns.ListTagsForResource({ ResourceArn: arns.Topic }),
    Machine: await sfn.ListTagsForResource({ resourceArn: arns.Machine }),
  };
  const without = Object.entries(found).filter(
    ([, answer]) => !/team":"two|key":"team","value":"two|"team".*"two"/i.test(JSON.stringify(answer)),
  );
  expect(without).toEqual([]);
});

test.each([
  ['all sizes become what the template says', '', { MinSize: 0, MaxSize: 5, DesiredCapacity: 1 }],
  [
    'those that the template does not change stay, where the UpdatePolicy says so',
    ', UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } }',
    { MinSize: 2, MaxSize: 5, DesiredCapacity: 3 },
  ],
])('of a group that was scaled meanwhile %s', async (_what, policy, expected) => {
  const group = (MaxSize: number) => `
Resources:
  T: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: t3.micro, ImageId: "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}" } } }
  A: { Type: AWS::AutoScaling::AutoScalingGroup, Properties: { AutoScalingGroupName: fleet, AvailabilityZones: !GetAZs "", MinSize: "0", MaxSize: "${MaxSize}", DesiredCapacity: "1", LaunchTemplate: { LaunchTemplateId: !Ref T, Version: "1" } }${policy} }`;
  const autoScaling = region.api('auto-scaling');
  await cfn.create('s', group(4));
  expect((await cfn.state('s')).failures).toEqual([]);
  await autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName: 'fleet',
    MinSize: 2,
    DesiredCapacity: 3,
  });
  await cfn.update('s', group(5));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  const { AutoScalingGroups = [] } = await autoScaling.DescribeAutoScalingGroups({});
  expect(AutoScalingGroups).toMatchObject([expected]);
});
