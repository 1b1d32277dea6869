import { zipSync } from 'fflate';
import { type NewRegion, newRegion } from '../../testing/region';
import { until } from '../../testing/until';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const account = '000000000000';
const SERVICES = ['states', 'lambda', 'scheduler', 'cloudformation', 'events'].map(
  (name) => `${name}.amazonaws.com`,
);
const trusting = { Effect: 'Allow', Principal: { Service: SERVICES }, Action: 'sts:AssumeRole' };
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const definition =
  '{"StartAt":"a","States":{"a":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:ec2:describeVpcs","End":true}}}';
let made = 0;

async function makeRole(...statements: object[]): Promise<string> {
  made += 1;
  const RoleName = `role-${made}`;
  const AssumeRolePolicyDocument = document(...statements);
  const { Role } = await region.api('iam').CreateRole({ RoleName, AssumeRolePolicyDocument });
  return Role?.Arn ?? '';
}

const ofSource = (values: object) => ({ ...trusting, Condition: { StringEquals: values } });

/** What gives a role to a service, by the service. */
const GIVING: Readonly<Record<string, (role: string) => Promise<unknown>>> = {
  states: (roleArn) => region.api('sfn').CreateStateMachine({ name: `machine-${made}`, definition, roleArn }),
  lambda: (Role) =>
    region.api('lambda').CreateFunction({
      FunctionName: `function-${made}`,
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': Buffer.from('') }) },
    }),
  scheduler: (RoleArn) =>
    region.api('scheduler').CreateSchedule({
      Name: `schedule-${made}`,
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: `arn:aws:lambda:us-east-1:${account}:function:f`, RoleArn },
    }),
  cloudformation: (RoleARN) =>
    region.api('cloudformation').CreateStack({
      StackName: `stack-${made}`,
      RoleARN,
      TemplateBody: '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}',
    }),
};

describe.each(Object.entries(GIVING))('%s takes a role', (service, give) => {
  test('whose trust policy asks for the account that it is', async () => {
    await give(await makeRole(ofSource({ 'aws:SourceAccount': account })));
  });

  test('whose trust policy asks for resources of this account', async () => {
    const Condition = { ArnLike: { 'aws:SourceArn': `arn:aws:${service}:us-east-1:${account}:*` } };
    await give(await makeRole({ ...trusting, Condition }));
  });

  test('but not one that asks for another account', async () => {
    const role = await makeRole(ofSource({ 'aws:SourceAccount': '111111111111' }));
    await expect(give(role)).rejects.toThrow(/assume/);
  });

  test('nor one that denies it what it allows', async () => {
    await expect(give(await makeRole(trusting, { ...trusting, Effect: 'Deny' }))).rejects.toThrow(/assume/);
  });

  test('nor one that lets it do something else', async () => {
    await expect(give(await makeRole({ ...trusting, Action: 'sts:TagSession' }))).rejects.toThrow(/assume/);
  });
});

test('an execution does nothing with a role that does not trust Step Functions any more', async () => {
  const roleArn = await makeRole(trusting);
  const RoleName = roleArn.split('/').at(-1);
  const { stateMachineArn } = await region
    .api('sfn')
    .CreateStateMachine({ name: 'late', definition, roleArn });
  const run = async () => {
    const { executionArn } = await region.api('sfn').StartExecution({ stateMachineArn });
    const found = await until(async () => {
      const execution = await region.api('sfn').DescribeExecution({ executionArn });
      return execution.status === 'RUNNING' ? undefined : execution;
    });
    return found?.cause;
  };
  expect(await run()).toContain('is not authorized to perform: ec2:DescribeVpcs');
  await region.api('iam').UpdateAssumeRolePolicy({
    RoleName,
    PolicyDocument: document(ofSource({ 'aws:SourceAccount': '111111111111' })),
  });
  expect(await run()).toContain('cannot be assumed');
});

test('a function is not run with a role that does not trust Lambda any more', async () => {
  const Role = await makeRole(trusting);
  await GIVING.lambda?.(Role);
  const FunctionName = `function-${made}`;
  await until(async () => {
    const { Configuration } = await region.api('lambda').GetFunction({ FunctionName });
    return Configuration?.State === 'Active';
  });
  await region.api('iam').UpdateAssumeRolePolicy({
    RoleName: Role.split('/').at(-1),
    PolicyDocument: document(trusting, { ...trusting, Effect: 'Deny' }),
  });
  await expect(region.api('lambda').Invoke({ FunctionName })).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  });
});
