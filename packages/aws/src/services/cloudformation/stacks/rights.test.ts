import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, parameter, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

/** A role that a service may take on, and what it may do. */
async function addRole(RoleName: string, Service: string, Action: readonly string[]): Promise<string> {
  const iam = region.api('iam');
  const trust = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' };
  const { Role } = await iam.CreateRole({
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  await iam.PutRolePolicy({
    RoleName,
    PolicyName: 'p',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
    }),
  });
  return Role?.Arn ?? '';
}

/** CloudFormation as a session of a role asks it. */
function asRole(arn: string) {
  const iam = region.state('iam');
  const { accessKeyId } = iam.issue(arn, 'session');
  const { accountId } = region.context;
  const call = { region: 'us-east-1', accountId, requestId: 'r', principal: iam.principalOf(accessKeyId) };
  return region.apiAs('cloudformation', call);
}

const TemplateBody = `Resources: { A: ${parameter('/a', '1')} }`;
const SSM = ['ssm:PutParameter', 'ssm:GetParameter*', 'ssm:DeleteParameter', 'ssm:AddTagsToResource'];
const CLOUDFORMATION = 'cloudformation.amazonaws.com';

test('the resources of a stack with a role are made with its rights, whoever asks', async () => {
  const able = await addRole('able', CLOUDFORMATION, SSM);
  const unable = await addRole('unable', CLOUDFORMATION, ['ssm:GetParameter']);
  await cfn.create('able', TemplateBody, { RoleARN: able });
  expect(await cfn.state('able')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  expect(await cfn.describe('able')).toMatchObject({ RoleARN: able });
  await cfn.create('unable', `Resources: { B: ${parameter('/b', '1')} }`, { RoleARN: unable });
  expect((await cfn.state('unable')).failures).toEqual([
    expect.stringMatching(
      /^B: .*assumed-role\/unable\/AWSCloudFormation is not authorized to perform: ssm:PutParameter .*HandlerErrorCode: AccessDenied/,
    ),
  ]);
  // What is not asked for another role stays with the one that the stack has.
  await region.api('iam').DeleteRolePolicy({ RoleName: 'able', PolicyName: 'p' });
  await cfn.update('able', TemplateBody.replace('1', '2'));
  expect((await cfn.state('able')).failures).toContainEqual(
    expect.stringContaining('assumed-role/able/AWSCloudFormation is not authorized'),
  );
  const { StackEvents } = await cfn.aws.DescribeStackEvents({ StackName: 'able' });
  expect(StackEvents?.[0]?.ResourceStatus).toMatch(/^UPDATE_ROLLBACK/);
});

test('without a role they are made with the rights of who asks', async () => {
  const caller = await addRole('caller', 'lambda.amazonaws.com', ['cloudformation:*', 'sns:*']);
  await asRole(caller).CreateStack({ StackName: 's', TemplateBody });
  await cfn.settled('s');
  expect((await cfn.state('s')).failures).toEqual([
    expect.stringContaining('assumed-role/caller/session is not authorized to perform: ssm:PutParameter'),
  ]);
});

test('a role that CloudFormation cannot take on is refused, and one that the caller may not pass on', async () => {
  const other = await addRole('other', 'lambda.amazonaws.com', SSM);
  await expect(cfn.aws.CreateStack({ StackName: 's', TemplateBody, RoleARN: other })).rejects.toThrow(
    `Role ${other} is invalid or cannot be assumed`,
  );
  const able = await addRole('able', CLOUDFORMATION, SSM);
  const caller = await addRole('caller', 'lambda.amazonaws.com', ['cloudformation:*']);
  await expect(
    asRole(caller).CreateStack({ StackName: 's', TemplateBody, RoleARN: able }),
  ).rejects.toMatchObject({ message: expect.stringContaining('iam:PassRole') });
  await expect(cfn.aws.DescribeStacks({ StackName: 's' })).rejects.toThrow('does not exist');
});
