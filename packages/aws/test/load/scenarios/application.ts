import { eventually } from '../shared';
import type { Scenario } from './scenario';

/** An execution is started and looked at until it has ended. */
export const execution: Scenario = async ({ clients: { sfn }, shared, name }) => {
  const { executionArn } = await sfn.startExecution({
    stateMachineArn: shared.stateMachineArn,
    name,
    input: JSON.stringify({ name }),
  });
  await eventually(async () => {
    const { status } = await sfn.describeExecution({ executionArn });
    return status !== 'RUNNING';
  });
  await sfn.getExecutionHistory({ executionArn });
};

export const stateMachine: Scenario = async ({ clients: { sfn }, shared, name, later }) => {
  const { stateMachineArn } = await sfn.createStateMachine({
    name,
    roleArn: shared.roleArn,
    definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
  });
  later(() => sfn.deleteStateMachine({ stateMachineArn }));
  await sfn.startExecution({ stateMachineArn });
  await sfn.describeStateMachine({ stateMachineArn });
};

export const topic: Scenario = async ({ clients: { sns }, name: Name, later }) => {
  const { TopicArn } = await sns.createTopic({ Name });
  later(() => sns.deleteTopic({ TopicArn }));
  await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'somebody@example.com' });
  await sns.publish({ TopicArn, Message: 'x'.repeat(1000) });
  await sns.listSubscriptionsByTopic({ TopicArn });
};

export const logGroup: Scenario = async ({ clients: { logs }, name, later }) => {
  const logGroupName = `/load/${name}`;
  await logs.createLogGroup({ logGroupName });
  later(() => logs.deleteLogGroup({ logGroupName }));
  await logs.createLogStream({ logGroupName, logStreamName: 'one' });
  const timestamp = Date.now();
  const logEvents = Array.from({ length: 100 }, (_, i) => ({ timestamp, message: `line ${i}` }));
  await logs.putLogEvents({ logGroupName, logStreamName: 'one', logEvents });
  await logs.getLogEvents({ logGroupName, logStreamName: 'one' });
  await logs.filterLogEvents({ logGroupName, filterPattern: 'line' });
};

/** A rule whose event a function gets. */
export const rule: Scenario = async ({ clients: { events }, shared, name: Name, later }) => {
  await events.putRule({ Name, EventPattern: JSON.stringify({ source: [Name] }) });
  later(() => events.deleteRule({ Name }));
  const Arn = `arn:aws:lambda:us-east-1:000000000000:function:${shared.functionName}`;
  await events.putTargets({ Rule: Name, Targets: [{ Id: 'one', Arn }] });
  later(() => events.removeTargets({ Rule: Name, Ids: ['one'] }));
  await events.putEvents({ Entries: [{ Source: Name, DetailType: 'load', Detail: '{}' }] });
  await events.listTargetsByRule({ Rule: Name });
};

export const schedule: Scenario = async ({ clients: { scheduler }, shared, name: Name, later }) => {
  await scheduler.createSchedule({
    Name,
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: `arn:aws:lambda:us-east-1:000000000000:function:${shared.functionName}`,
      RoleArn: shared.roleArn,
    },
  });
  later(() => scheduler.deleteSchedule({ Name }));
  await scheduler.getSchedule({ Name });
};

export const role: Scenario = async ({ clients: { iam }, name: RoleName, later }) => {
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.createRole({
    RoleName,
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  });
  later(() => iam.deleteRole({ RoleName }));
  await iam.putRolePolicy({
    RoleName,
    PolicyName: 'own',
    PolicyDocument: document({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${RoleName}/*`,
    }),
  });
  later(() => iam.deleteRolePolicy({ RoleName, PolicyName: 'own' }));
  await iam.getRole({ RoleName });
};

/** A session of a user with a key of its own. */
export const session: Scenario = async ({ clients: { sts, iam }, name: UserName, later }) => {
  await iam.createUser({ UserName });
  later(() => iam.deleteUser({ UserName }));
  const { AccessKey } = await iam.createAccessKey({ UserName });
  later(() => iam.deleteAccessKey({ UserName, AccessKeyId: AccessKey?.AccessKeyId }));
  await sts.getSessionToken({});
  await sts.getCallerIdentity({});
};

export const alarm: Scenario = async ({ clients: { cloudwatch }, name: AlarmName, later }) => {
  await cloudwatch.putMetricData({
    Namespace: 'load',
    MetricData: [{ MetricName: 'turns', Value: 1, Unit: 'Count' }],
  });
  await cloudwatch.putMetricAlarm({
    AlarmName,
    Namespace: 'load',
    MetricName: 'turns',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  later(() => cloudwatch.deleteAlarms({ AlarmNames: [AlarmName] }));
  await cloudwatch.describeAlarms({ AlarmNames: [AlarmName] });
};

const TEMPLATE = JSON.stringify({
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic' },
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Topic' } } },
  },
});

/** A stack is made, and deleted when it is complete. */
export const stack: Scenario = async ({ clients: { cloudformation }, name: StackName, later }) => {
  await cloudformation.createStack({ StackName, TemplateBody: TEMPLATE });
  later(() => cloudformation.deleteStack({ StackName }));
  await eventually(async () => {
    const { Stacks = [] } = await cloudformation.describeStacks({ StackName });
    return Stacks[0]?.StackStatus === 'CREATE_COMPLETE';
  });
  await cloudformation.describeStackResources({ StackName });
};
