import type { Call } from '../../core/service';
import { Iam } from '.';

const clock = { now: () => new Date('2026-11-23T12:00:00Z') };
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allowS3 = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
});

function newborn() {
  const iam = new Iam({ accountId: '000000000000', clock });
  const call: Call = {
    region: 'us-east-1',
    accountId: '000000000000',
    requestId: 'r',
    principal: iam.principalOf('AKIAEXAMPLE'),
  };
  return { iam, call, aws: iam.operations };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
}

test('a role is made, read back with its document percent-encoded, and its name is taken whatever the case', () => {
  const { aws } = newborn();
  const made = aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust, Path: '/kiln/' });
  expect(made.Role).toMatchObject({
    Arn: 'arn:aws:iam::000000000000:role/kiln/base',
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    MaxSessionDuration: 3600,
    CreateDate: clock.now(),
  });
  const read = aws.GetRole({ RoleName: 'base' }).Role;
  expect(decodeURIComponent(read?.AssumeRolePolicyDocument ?? '')).toBe(trust);
  expect(read?.AssumeRolePolicyDocument).not.toContain('{');
  expect(codeOf(() => aws.CreateRole({ RoleName: 'BASE', AssumeRolePolicyDocument: trust }))).toBe(
    'EntityAlreadyExists',
  );
});

test.each([
  ['no JSON', 'not json', 'This policy contains invalid Json'],
  ['a resource', trust.replace('"Action"', '"Resource":"*","Action"'), 'Has prohibited field Resource.'],
  ['no principal', trust.replace(/"Principal":\{[^}]*\},/, ''), 'AssumeRole policy must contain principals.'],
  [
    'another action',
    trust.replace('sts:AssumeRole', 's3:GetObject'),
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'an unknown role as principal',
    trust.replace('"Service":"ec2.amazonaws.com"', '"AWS":"arn:aws:iam::000000000000:role/ghost"'),
    'Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:role/ghost"',
  ],
])('a trust policy with %s is malformed', (_what, document, message) => {
  const { aws } = newborn();
  expect(() => aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: document })).toThrow(
    expect.objectContaining({ code: 'MalformedPolicyDocument', message }),
  );
});

test('a role cannot be deleted while policies or an instance profile hang on it', () => {
  const { aws } = newborn();
  aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust });
  aws.PutRolePolicy({ RoleName: 'base', PolicyName: 'read', PolicyDocument: allowS3 });
  aws.AttachRolePolicy({
    RoleName: 'base',
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  });
  aws.CreateInstanceProfile({ InstanceProfileName: 'base' });
  aws.AddRoleToInstanceProfile({ InstanceProfileName: 'base', RoleName: 'base' });

  const remove = () => aws.DeleteRole({ RoleName: 'base' });
  expect(remove).toThrow('must remove roles from instance profile first');
  aws.RemoveRoleFromInstanceProfile({ InstanceProfileName: 'base', RoleName: 'base' });
  expect(remove).toThrow('must detach all policies first');
  aws.DetachRolePolicy({
    RoleName: 'base',
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  });
  expect(remove).toThrow('must delete policies first');
  aws.DeleteRolePolicy({ RoleName: 'base', PolicyName: 'read' });
  remove();
  expect(codeOf(() => aws.GetRole({ RoleName: 'base' }))).toBe('NoSuchEntity');
});

test('AWS-managed policies are known by their real names only', () => {
  const { aws } = newborn();
  aws.CreateRole({ RoleName: 'fn', AssumeRolePolicyDocument: trust });
  const arn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole';
  aws.AttachRolePolicy({ RoleName: 'fn', PolicyArn: arn });
  expect(aws.ListAttachedRolePolicies({ RoleName: 'fn' }).AttachedPolicies).toEqual([
    { PolicyName: 'AWSLambdaVPCAccessExecutionRole', PolicyArn: arn },
  ]);
  expect(() =>
    aws.AttachRolePolicy({
      RoleName: 'fn',
      PolicyArn: 'arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole',
    }),
  ).toThrow(expect.objectContaining({ code: 'NoSuchEntity', status: 404 }));
});

test('a managed policy keeps at most five versions and cannot lose its default one', () => {
  const { aws } = newborn();
  const arn = aws.CreatePolicy({ PolicyName: 'read', PolicyDocument: allowS3 }).Policy?.Arn;
  for (let i = 0; i < 4; i++)
    aws.CreatePolicyVersion({ PolicyArn: arn, PolicyDocument: allowS3, SetAsDefault: i === 3 });
  expect(codeOf(() => aws.CreatePolicyVersion({ PolicyArn: arn, PolicyDocument: allowS3 }))).toBe(
    'LimitExceeded',
  );
  expect(codeOf(() => aws.DeletePolicyVersion({ PolicyArn: arn, VersionId: 'v5' }))).toBe('DeleteConflict');
  expect(aws.GetPolicy({ PolicyArn: arn }).Policy?.DefaultVersionId).toBe('v5');
});

test('an instance profile takes one role', () => {
  const { aws, iam } = newborn();
  aws.CreateRole({ RoleName: 'one', AssumeRolePolicyDocument: trust });
  aws.CreateRole({ RoleName: 'two', AssumeRolePolicyDocument: trust });
  aws.CreateInstanceProfile({ InstanceProfileName: 'base' });
  aws.AddRoleToInstanceProfile({ InstanceProfileName: 'base', RoleName: 'one' });
  expect(codeOf(() => aws.AddRoleToInstanceProfile({ InstanceProfileName: 'base', RoleName: 'two' }))).toBe(
    'LimitExceeded',
  );
  expect(iam.instanceProfile('arn:aws:iam::000000000000:instance-profile/base')?.roleArn).toBe(
    'arn:aws:iam::000000000000:role/one',
  );
});

test('lists are handed out in pages whose marker leads on', () => {
  const { aws } = newborn();
  for (const name of ['a', 'b', 'c']) aws.CreateRole({ RoleName: name, AssumeRolePolicyDocument: trust });
  const first = aws.ListRoles({ MaxItems: 2 });
  expect(first.IsTruncated).toBe(true);
  const second = aws.ListRoles({ MaxItems: 2, Marker: first.Marker });
  expect([...first.Roles, ...second.Roles].map(({ RoleName }) => RoleName)).toEqual(['a', 'b', 'c']);
  expect(second.IsTruncated).toBe(false);
});

test('credentials of a role session are told apart from those that were never issued', () => {
  const { iam, aws } = newborn();
  aws.CreateRole({ RoleName: 'fn', AssumeRolePolicyDocument: trust });
  const issued = iam.issue('arn:aws:iam::000000000000:role/fn', 'session', 900);
  expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(issued.expiration).toEqual(new Date('2026-11-23T12:15:00Z'));
  expect(iam.principalOf(issued.accessKeyId)).toMatchObject({
    arn: 'arn:aws:sts::000000000000:assumed-role/fn/session',
    roleArn: 'arn:aws:iam::000000000000:role/fn',
  });
  expect(iam.principalOf('anything').arn).toBe('arn:aws:iam::000000000000:root');
  expect(() => iam.issue('arn:aws:iam::000000000000:role/ghost', 's')).toThrow('cannot be found');
});

test("a user's access key is the user's", () => {
  const { iam, aws, call } = newborn();
  aws.CreateUser({ UserName: 'ola' });
  const key = aws.CreateAccessKey({ UserName: 'ola' }, call).AccessKey;
  expect(iam.principalOf(key?.AccessKeyId ?? '').arn).toBe('arn:aws:iam::000000000000:user/ola');
  expect(codeOf(() => aws.DeleteUser({ UserName: 'ola' }))).toBe('DeleteConflict');
});

test('a service-linked role is made once and is not for users to change', () => {
  const { aws } = newborn();
  const made = aws.CreateServiceLinkedRole({ AWSServiceName: 'autoscaling.amazonaws.com' });
  expect(made.Role?.Arn).toBe(
    'arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
  );
  expect(codeOf(() => aws.CreateServiceLinkedRole({ AWSServiceName: 'autoscaling.amazonaws.com' }))).toBe(
    'InvalidInput',
  );
  expect(codeOf(() => aws.DeleteRole({ RoleName: 'AWSServiceRoleForAutoScaling' }))).toBe(
    'UnmodifiableEntity',
  );
});

test('a user has policies and tags of its own, and cannot be deleted while policies hang on it', () => {
  const { aws } = newborn();
  const UserName = 'deployer';
  aws.CreateUser({ UserName });
  aws.PutUserPolicy({ UserName, PolicyName: 'site', PolicyDocument: allowS3 });
  expect(decodeURIComponent(aws.GetUserPolicy({ UserName, PolicyName: 'site' }).PolicyDocument)).toBe(
    allowS3,
  );
  expect(aws.ListUserPolicies({ UserName }).PolicyNames).toEqual(['site']);
  const { Arn: PolicyArn } = aws.CreatePolicy({ PolicyName: 'read', PolicyDocument: allowS3 }).Policy;
  aws.AttachUserPolicy({ UserName, PolicyArn });
  expect(aws.GetPolicy({ PolicyArn }).Policy.AttachmentCount).toBe(1);
  expect(aws.ListEntitiesForPolicy({ PolicyArn }).PolicyUsers).toMatchObject([{ UserName }]);
  expect(aws.ListEntitiesForPolicy({ PolicyArn, EntityFilter: 'Role' }).PolicyUsers).toEqual([]);
  expect(codeOf(() => aws.DeletePolicy({ PolicyArn }))).toBe('DeleteConflict');
  expect(codeOf(() => aws.DeleteUser({ UserName }))).toBe('DeleteConflict');
  aws.DeleteUserPolicy({ UserName, PolicyName: 'site' });
  expect(codeOf(() => aws.GetUserPolicy({ UserName, PolicyName: 'site' }))).toBe('NoSuchEntity');
  expect(codeOf(() => aws.DeleteUser({ UserName }))).toBe('DeleteConflict');
  aws.DetachUserPolicy({ UserName, PolicyArn });
  expect(aws.ListAttachedUserPolicies({ UserName }).AttachedPolicies).toEqual([]);
  aws.TagUser({ UserName, Tags: [{ Key: 'team', Value: 'web' }] });
  expect(aws.ListUserTags({ UserName }).Tags).toEqual([{ Key: 'team', Value: 'web' }]);
  aws.UntagUser({ UserName, TagKeys: ['team'] });
  expect(aws.ListUserTags({ UserName }).Tags).toEqual([]);
  aws.DeleteUser({ UserName });
});
