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

describe('what a template refers to is read', () => {
  const CLOUDFORMATION_ALONE = ['cloudformation:*', 'sns:*'];
  const reading = (reference: string) => `
Parameters:
  Name: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /topic }
Resources:
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${reference} } }`;
  const byReference = (name: string) => `
Resources:
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: '{{resolve:${name}}}' } }`;
  const NOT_ALLOWED =
    /^User: arn:aws:sts::000000000000:assumed-role\/unable\/\w+ is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:000000000000:parameter\/topic because no identity-based policy allows the ssm:GetParameters action \(Service: AWSSimpleSystemsManagement; Status Code: 400; Error Code: AccessDeniedException; /;

  beforeEach(async () => {
    await region.api('ssm').PutParameter({ Name: '/topic', Type: 'String', Value: 'from SSM' });
  });

  test.each([
    ['a parameter', reading('!Ref Name')],
    ['a dynamic reference', byReference('ssm:/topic')],
  ])('with the caller’s rights where it is %s', async (_what, body) => {
    const unable = asRole(await addRole('unable', 'lambda.amazonaws.com', CLOUDFORMATION_ALONE));
    const able = asRole(
      await addRole('able', 'lambda.amazonaws.com', [...CLOUDFORMATION_ALONE, 'ssm:GetParameters']),
    );
    const changing = { ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: body } as const;
    await expect(unable.CreateChangeSet({ StackName: 's', ...changing })).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(NOT_ALLOWED),
    });
    await able.CreateStack({ StackName: 's', TemplateBody: body });
    await cfn.settled('s');
    expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
    const [topic] = (await region.api('sns').ListTopics({})).Topics ?? [];
    const { Attributes } = await region.api('sns').GetTopicAttributes({ TopicArn: topic?.TopicArn });
    expect(Attributes?.DisplayName).toBe('from SSM');
  });

  test('with the rights of the stack’s role, where it has one', async () => {
    const unable = await addRole('unable', CLOUDFORMATION, ['sns:*']);
    const asked = { StackName: 's', TemplateBody: reading('!Ref Name'), RoleARN: unable };
    await expect(cfn.aws.CreateStack(asked)).rejects.toThrow(NOT_ALLOWED);
    const able = await addRole('able', CLOUDFORMATION, ['sns:*', 'ssm:GetParameters']);
    const caller = asRole(
      await addRole('caller', 'lambda.amazonaws.com', ['cloudformation:*', 'iam:PassRole']),
    );
    await caller.CreateStack({ ...asked, RoleARN: able });
    await cfn.settled('s');
    expect((await cfn.state('s')).status).toBe('CREATE_COMPLETE');
  });

  test('with the caller’s, where it is the template itself', async () => {
    const s3 = region.api('s3');
    await s3.CreateBucket({ Bucket: 'templates' });
    await s3.PutObject({
      Bucket: 'templates',
      Key: 't',
      Body: Buffer.from(byReference('ssm:/topic')) as never,
    });
    const TemplateURL = 'https://templates.s3.us-east-1.amazonaws.com/t';
    const role = await addRole('role', CLOUDFORMATION, ['s3:*', 'sns:*', 'ssm:*']);
    const unable = asRole(
      await addRole('unable', 'lambda.amazonaws.com', ['cloudformation:*', 'iam:PassRole']),
    );
    const refused = { code: 'ValidationError', message: expect.stringMatching(/^S3 error: .*s3:GetObject/) };
    const asked = { StackName: 's', TemplateURL, RoleARN: role };
    await expect(unable.CreateStack(asked)).rejects.toMatchObject(refused);
    await expect(unable.ValidateTemplate({ TemplateURL })).rejects.toMatchObject(refused);
    await expect(unable.GetTemplateSummary({ TemplateURL })).rejects.toMatchObject(refused);
    await cfn.aws.CreateStack(asked);
    await cfn.settled('s');
    expect((await cfn.state('s')).status).toBe('CREATE_COMPLETE');
  });

  test('with the caller’s, where it is a secret or a member of one', async () => {
    const SecretString = JSON.stringify({ user: 'kim' });
    const { ARN } = await region.api('secrets-manager').CreateSecret({ Name: 'login', SecretString });
    const rights = ['cloudformation:*', 'sns:*'];
    const unable = asRole(await addRole('unable', 'lambda.amazonaws.com', rights));
    const able = asRole(
      await addRole('able', 'lambda.amazonaws.com', [...rights, 'secretsmanager:GetSecretValue']),
    );
    const asked = {
      StackName: 's',
      TemplateBody: byReference(`secretsmanager:${ARN}:SecretString:user::`),
    };
    await unable.CreateStack(asked);
    await cfn.settled('s');
    expect((await cfn.state('s')).failures).toEqual([
      expect.stringContaining('is not authorized to perform: secretsmanager:GetSecretValue'),
    ]);
    await able.CreateStack({ ...asked, StackName: 'a' });
    await cfn.settled('a');
    const [topic] = (await region.api('sns').ListTopics({})).Topics ?? [];
    const { Attributes } = await region.api('sns').GetTopicAttributes({ TopicArn: topic?.TopicArn });
    expect(Attributes?.DisplayName).toBe('kim');
    for (const [name, message] of [
      ['login:SecretString:ghost', 'Could not find a value associated with JSONKey in SecretString'],
      ['ghost', "Secrets Manager can't find the specified secret."],
      ['login:SecretBinary', 'Incorrect format is used'],
    ]) {
      await cfn.create(`no-${name?.length}`, byReference(`secretsmanager:${name}`));
      expect((await cfn.state(`no-${name?.length}`)).failures).toEqual([
        expect.stringContaining(message ?? ''),
      ]);
    }
  });

  test('of the region’s zones and networks, too', async () => {
    const unable = asRole(await addRole('unable', 'lambda.amazonaws.com', CLOUDFORMATION_ALONE));
    const TemplateBody = `
Resources:
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Select [0, !GetAZs ''] } }`;
    await unable.CreateStack({ StackName: 's', TemplateBody });
    await cfn.settled('s');
    const { StackEvents } = await cfn.aws.DescribeStackEvents({ StackName: 's' });
    expect(StackEvents?.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(
      expect.stringContaining('is not authorized to perform: ec2:DescribeAvailabilityZones'),
    );
  });
});
