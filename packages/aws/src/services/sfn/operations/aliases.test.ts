import { addRole } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf } from '../../cloudformation/testing';

let region: NewRegion;
let stateMachineArn: string;
let versions: string[];

beforeEach(async () => {
  region = await newRegion();
  const roleArn = await addRole(region, 'app');
  const definition = (Result: number) =>
    JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result, End: true } } });
  const made = await api().CreateStateMachine({
    name: 'm',
    roleArn,
    definition: definition(1),
    publish: true,
  });
  stateMachineArn = made.stateMachineArn ?? '';
  const changed = await api().UpdateStateMachine({
    ...{ stateMachineArn, definition: definition(2), publish: true },
  });
  versions = [made.stateMachineVersionArn ?? '', changed.stateMachineVersionArn ?? ''];
});
afterEach(() => region.aws.stop());

const api = () => region.api('sfn');
const to = (at: number, weight = 100) => ({ stateMachineVersionArn: versions[at] ?? '', weight });

async function addAlias(name = 'prod', routingConfiguration = [to(0)]): Promise<string> {
  const made = await api().CreateStateMachineAlias({ name, description: 'live', routingConfiguration });
  return made.stateMachineAliasArn ?? '';
}

async function outputOf(arn: string): Promise<string | undefined> {
  const { executionArn } = await api().StartExecution({ stateMachineArn: arn });
  await region.state('sfn').executions.get(executionArn).ended;
  return (await api().DescribeExecution({ executionArn })).output;
}

test('an alias leads to a version, to another after an update, and is listed', async () => {
  const stateMachineAliasArn = await addAlias();
  expect(stateMachineAliasArn).toBe(`${stateMachineArn}:prod`);
  expect(await outputOf(stateMachineAliasArn)).toBe('1');
  expect(await api().DescribeStateMachineAlias({ stateMachineAliasArn })).toEqual({
    stateMachineAliasArn,
    name: 'prod',
    description: 'live',
    routingConfiguration: [to(0)],
    creationDate: expect.any(Date),
    updateDate: expect.any(Date),
  });
  await api().UpdateStateMachineAlias({ stateMachineAliasArn, routingConfiguration: [to(1)] });
  expect(await outputOf(stateMachineAliasArn)).toBe('2');
  const listed = async (arn: string) =>
    (await api().ListStateMachineAliases({ stateMachineArn: arn })).stateMachineAliases?.map(
      (one) => one.stateMachineAliasArn,
    );
  expect(await listed(stateMachineArn)).toEqual([stateMachineAliasArn]);
  expect(await listed(versions[1] ?? '')).toEqual([stateMachineAliasArn]);
  expect(await listed(versions[0] ?? '')).toEqual([]);
  await api().DeleteStateMachineAlias({ stateMachineAliasArn });
  await api().DeleteStateMachineAlias({ stateMachineAliasArn });
  await expect(api().DescribeStateMachineAlias({ stateMachineAliasArn })).rejects.toMatchObject({
    code: 'ResourceNotFound',
  });
  await expect(outputOf(stateMachineAliasArn)).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
});

test('executions know by which alias and version they were asked for, and are listed by it', async () => {
  const alias = await addAlias();
  await outputOf(alias);
  await outputOf(stateMachineArn);
  const { executions = [] } = await api().ListExecutions({ stateMachineArn: alias });
  expect(executions).toMatchObject([
    { stateMachineArn, stateMachineVersionArn: versions[0], stateMachineAliasArn: alias },
  ]);
  const { events } = await api().GetExecutionHistory({ executionArn: executions[0]?.executionArn });
  expect(events?.[0]?.executionStartedEventDetails).toMatchObject({
    stateMachineAliasArn: alias,
    stateMachineVersionArn: versions[0],
  });
  expect((await api().ListExecutions({ stateMachineArn })).executions).toHaveLength(2);
});

test('an alias divides executions between two versions by their weights', async () => {
  const alias = await addAlias('half', [to(0, 50), to(1, 50)]);
  const outputs = new Set<string | undefined>();
  for (let run = 0; run < 60; run += 1) outputs.add(await outputOf(alias));
  expect([...outputs].sort()).toEqual(['1', '2']);
  await api().UpdateStateMachineAlias({
    ...{ stateMachineAliasArn: alias, routingConfiguration: [to(0, 0), to(1, 100)] },
  });
  for (let run = 0; run < 10; run += 1) expect(await outputOf(alias)).toBe('2');
});

test('an alias is made again only as it is, and holds its version', async () => {
  await addAlias();
  await addAlias();
  await expect(addAlias('prod', [to(1)])).rejects.toMatchObject({ code: 'ConflictException' });
  const stateMachineVersionArn = versions[0];
  await expect(api().DeleteStateMachineVersion({ stateMachineVersionArn })).rejects.toMatchObject({
    code: 'ConflictException',
    message:
      'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [prod]',
  });
});

test.each([
  ['weights that make no hundred', () => [to(0, 50)], 'ValidationException'],
  ['the same version twice', () => [to(0, 50), to(0, 50)], 'ValidationException'],
  ['no version', () => [], 'ValidationException'],
  [
    'a version that is not there',
    () => [{ stateMachineVersionArn: `${stateMachineArn}:9`, weight: 100 }],
    'ResourceNotFound',
  ],
])('an alias with %s is refused', async (_what, routing, code) => {
  await expect(addAlias('prod', routing())).rejects.toMatchObject({ code });
});

test('a role may start what is behind an alias where its policy names it', async () => {
  const alias = await addAlias();
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
  const { Role } = await region.api('iam').CreateRole({
    RoleName: 'caller',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  await region.api('iam').PutRolePolicy({
    ...{ RoleName: 'caller', PolicyName: 'p' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'states:StartExecution',
          Resource: `${stateMachineArn}*`,
          Condition: { StringEquals: { 'states:StateMachineQualifier': 'prod' } },
        },
      ],
    }),
  });
  const iam = region.state('iam');
  const principal = iam.principalOf(iam.issue(Role?.Arn ?? '', 's').accessKeyId);
  const call = { region: 'us-east-1', accountId: '000000000000', requestId: 'r', principal };
  await region.apiAs('sfn', call).StartExecution({ stateMachineArn: alias });
  await expect(region.apiAs('sfn', call).StartExecution({ stateMachineArn })).rejects.toMatchObject({
    code: 'AccessDeniedException',
  });
});

test('a stack makes activities, versions and aliases', async () => {
  const cfn = cloudFormationOf(region);
  const body = (weight: number) => `
Resources:
  Paint: { Type: AWS::StepFunctions::Activity, Properties: { Name: paint, Tags: [{ Key: a, Value: b }] } }
  Version: { Type: AWS::StepFunctions::StateMachineVersion, Properties: { StateMachineArn: '${stateMachineArn}' } }
  Alias:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: live
      RoutingConfiguration:
        - { StateMachineVersionArn: !Ref Version, Weight: ${weight} }
        - { StateMachineVersionArn: '${versions[0]}', Weight: ${100 - weight} }
Outputs:
  Alias: { Value: !GetAtt Alias.Arn }
  Paint: { Value: !GetAtt Paint.Name }`;
  await cfn.create('s', body(90));
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const stack = await cfn.describe('s');
  expect(stack?.Outputs?.map(({ OutputValue }) => OutputValue)).toEqual([`${stateMachineArn}:live`, 'paint']);
  await cfn.update('s', body(100));
  const alias = { stateMachineAliasArn: `${stateMachineArn}:live` };
  expect((await api().DescribeStateMachineAlias(alias)).routingConfiguration).toEqual([to(1, 100), to(0, 0)]);
  await cfn.aws.DeleteStack({ StackName: 's' });
  await cfn.settled('s');
  await expect(api().DescribeStateMachineAlias(alias)).rejects.toMatchObject({ code: 'ResourceNotFound' });
  expect((await api().ListActivities({})).activities).toEqual([]);
});
