import { newRegion } from '../../testing/region';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allowS3 = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
});
const SSM = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

test('a role is made, read back with its document percent-encoded, and its name is taken whatever the case', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const made = await aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust, Path: '/app/' });
  expect(made.Role).toMatchObject({
    Arn: 'arn:aws:iam::000000000000:role/app/base',
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    CreateDate: expect.any(Date),
  });
  expect(Object.keys(made.Role ?? {}).sort()).toEqual([
    'Arn',
    'AssumeRolePolicyDocument',
    'CreateDate',
    'Path',
    'RoleId',
    'RoleName',
  ]);
  const { Role: read } = await aws.GetRole({ RoleName: 'base' });
  expect(read).toMatchObject({ MaxSessionDuration: 3600, RoleLastUsed: {} });
  expect(decodeURIComponent(read?.AssumeRolePolicyDocument ?? '')).toBe(trust);
  expect(read?.AssumeRolePolicyDocument).not.toContain('{');
  await expect(aws.CreateRole({ RoleName: 'BASE', AssumeRolePolicyDocument: trust })).rejects.toMatchObject({
    code: 'EntityAlreadyExists',
  });
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
  [
    'no service as principal',
    trust.replace('ec2.amazonaws.com', 'ec2'),
    'Invalid principal in policy: "SERVICE":"ec2"',
  ],
])('a trust policy with %s is malformed', async (_what, document, message) => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const refused = { code: 'MalformedPolicyDocument', message };
  await expect(
    aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: document }),
  ).rejects.toMatchObject(refused);
  await aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust });
  await expect(
    aws.UpdateAssumeRolePolicy({ RoleName: 'base', PolicyDocument: document }),
  ).rejects.toMatchObject(refused);
});

test('a policy is attached by its ARN, not by its name', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust });
  await expect(
    aws.AttachRolePolicy({ RoleName: 'base', PolicyArn: 'AmazonSSMManagedInstanceCore' }),
  ).rejects.toMatchObject({ code: 'ValidationError', message: 'Invalid ARN:  Could not be parsed!' });
});

test('a role is changed in what may change', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust, PermissionsBoundary: SSM });
  const { Role } = await aws.UpdateRoleDescription({ RoleName: 'base', Description: 'of machines' });
  expect(Role?.Description).toBe('of machines');
  await aws.UpdateRole({ RoleName: 'base', Description: 'of functions', MaxSessionDuration: 7200 });
  const PolicyDocument = trust.replace('ec2', 'lambda');
  await aws.UpdateAssumeRolePolicy({ RoleName: 'base', PolicyDocument });
  const changed = (await aws.GetRole({ RoleName: 'base' })).Role;
  expect(changed).toMatchObject({
    Description: 'of functions',
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: encodeURIComponent(PolicyDocument),
    PermissionsBoundary: { PermissionsBoundaryArn: SSM },
  });
  await aws.DeleteRolePermissionsBoundary({ RoleName: 'base' });
  expect((await aws.GetRole({ RoleName: 'base' })).Role).not.toHaveProperty('PermissionsBoundary');
  await expect(
    aws.PutRolePermissionsBoundary({ RoleName: 'base', PermissionsBoundary: `${SSM}X` }),
  ).rejects.toMatchObject({ code: 'NoSuchEntity' });
  await aws.PutRolePermissionsBoundary({ RoleName: 'base', PermissionsBoundary: SSM });
  expect((await aws.GetPolicy({ PolicyArn: SSM })).Policy?.PermissionsBoundaryUsageCount).toBe(1);
});

test('a role cannot be deleted while policies or an instance profile hang on it', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await aws.CreateRole({ RoleName: 'base', AssumeRolePolicyDocument: trust });
  await aws.PutRolePolicy({ RoleName: 'base', PolicyName: 'read', PolicyDocument: allowS3 });
  await aws.AttachRolePolicy({ RoleName: 'base', PolicyArn: SSM });
  await aws.CreateInstanceProfile({ InstanceProfileName: 'base' });
  await aws.AddRoleToInstanceProfile({ InstanceProfileName: 'base', RoleName: 'base' });

  const remove = () => aws.DeleteRole({ RoleName: 'base' });
  await expect(remove()).rejects.toThrow('must remove roles from instance profile first');
  await aws.RemoveRoleFromInstanceProfile({ InstanceProfileName: 'base', RoleName: 'base' });
  await expect(remove()).rejects.toThrow('must detach all policies first');
  await aws.DetachRolePolicy({ RoleName: 'base', PolicyArn: SSM });
  await expect(remove()).rejects.toThrow('must delete policies first');
  await aws.DeleteRolePolicy({ RoleName: 'base', PolicyName: 'read' });
  await remove();
  await expect(aws.GetRole({ RoleName: 'base' })).rejects.toMatchObject({
    code: 'NoSuchEntity',
    status: 404,
  });
});

test("a role's policies are those written into it and those attached", async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const RoleName = 'fn';
  await aws.CreateRole({ RoleName, AssumeRolePolicyDocument: trust });
  await aws.PutRolePolicy({ RoleName, PolicyName: 'read', PolicyDocument: allowS3 });
  expect(await aws.ListRolePolicies({ RoleName })).toMatchObject({
    PolicyNames: ['read'],
    IsTruncated: false,
  });
  const { PolicyDocument = '' } = await aws.GetRolePolicy({ RoleName, PolicyName: 'read' });
  expect(decodeURIComponent(PolicyDocument)).toBe(allowS3);
  await expect(aws.GetRolePolicy({ RoleName, PolicyName: 'x' })).rejects.toMatchObject({
    code: 'NoSuchEntity',
  });
  const arn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole';
  await aws.AttachRolePolicy({ RoleName, PolicyArn: arn });
  expect((await aws.ListAttachedRolePolicies({ RoleName })).AttachedPolicies).toEqual([
    { PolicyName: 'AWSLambdaVPCAccessExecutionRole', PolicyArn: arn },
  ]);
  await expect(
    aws.AttachRolePolicy({
      RoleName,
      PolicyArn: 'arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole',
    }),
  ).rejects.toMatchObject({ code: 'NoSuchEntity', status: 404 });
});

test('an instance profile takes one role', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await aws.CreateRole({ RoleName: 'one', AssumeRolePolicyDocument: trust });
  await aws.CreateRole({ RoleName: 'two', AssumeRolePolicyDocument: trust });
  const InstanceProfileName = 'base';
  await aws.CreateInstanceProfile({ InstanceProfileName });
  await aws.AddRoleToInstanceProfile({ InstanceProfileName, RoleName: 'one' });
  await expect(aws.AddRoleToInstanceProfile({ InstanceProfileName, RoleName: 'two' })).rejects.toMatchObject({
    code: 'LimitExceeded',
  });
  expect(
    region.state('iam').instanceProfile('arn:aws:iam::000000000000:instance-profile/base')?.roleArn,
  ).toBe('arn:aws:iam::000000000000:role/one');
  const named = (profiles: { InstanceProfileName?: string }[] | undefined) =>
    profiles?.map((profile) => profile.InstanceProfileName);
  expect(named((await aws.ListInstanceProfilesForRole({ RoleName: 'one' })).InstanceProfiles)).toEqual([
    'base',
  ]);
  expect(named((await aws.ListInstanceProfilesForRole({ RoleName: 'two' })).InstanceProfiles)).toEqual([]);
  expect(named((await aws.ListInstanceProfiles({})).InstanceProfiles)).toEqual(['base']);
  await aws.TagInstanceProfile({ InstanceProfileName, Tags: [{ Key: 'team', Value: 'web' }] });
  expect((await aws.ListInstanceProfileTags({ InstanceProfileName })).Tags).toEqual([
    { Key: 'team', Value: 'web' },
  ]);
  await aws.UntagInstanceProfile({ InstanceProfileName, TagKeys: ['TEAM'] });
  expect((await aws.GetInstanceProfile({ InstanceProfileName })).InstanceProfile).toMatchObject({
    Roles: [{ RoleName: 'one' }],
    Tags: [],
  });
  await expect(aws.DeleteInstanceProfile({ InstanceProfileName })).rejects.toMatchObject({
    code: 'DeleteConflict',
  });
  await aws.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName: 'one' });
  await aws.DeleteInstanceProfile({ InstanceProfileName });
  await expect(aws.GetInstanceProfile({ InstanceProfileName })).rejects.toMatchObject({
    code: 'NoSuchEntity',
  });
});

test('lists are handed out in pages whose marker leads on, whatever is deleted meanwhile', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  for (const RoleName of ['a', 'b', 'c', 'd'])
    await aws.CreateRole({ RoleName, AssumeRolePolicyDocument: trust });
  const first = await aws.ListRoles({ MaxItems: 2 });
  expect(first.IsTruncated).toBe(true);
  await aws.DeleteRole({ RoleName: 'a' });
  await aws.DeleteRole({ RoleName: 'b' });
  const second = await aws.ListRoles({ MaxItems: 2, Marker: first.Marker });
  expect([...(first.Roles ?? []), ...(second.Roles ?? [])].map(({ RoleName }) => RoleName)).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
  expect(second.IsTruncated).toBe(false);
  for (const Marker of ['', 'x', Buffer.from('from:1').toString('base64')])
    await expect(aws.ListRoles({ Marker })).rejects.toMatchObject({ code: 'ValidationError' });
});

test('credentials of a role session are told apart from those that were never issued', async () => {
  await using region = await newRegion();
  await region.api('iam').CreateRole({ RoleName: 'fn', AssumeRolePolicyDocument: trust });
  const iam = region.state('iam');
  const { clock } = region.context;
  const before = clock.millis();
  const issued = iam.issue('arn:aws:iam::000000000000:role/fn', 'session', 900);
  expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(issued.expiration.getTime()).toBeGreaterThanOrEqual(Math.floor(before) + 900_000);
  expect(issued.expiration.getTime()).toBeLessThanOrEqual(clock.millis() + 900_000);
  expect(iam.principalOf(issued.accessKeyId)).toMatchObject({
    arn: 'arn:aws:sts::000000000000:assumed-role/fn/session',
    roleArn: 'arn:aws:iam::000000000000:role/fn',
  });
  expect(iam.findKey('anything')).toBeUndefined();
  expect(() => iam.issue('arn:aws:iam::000000000000:role/ghost', 's')).toThrow('cannot be found');
});

test('a service-linked role is made once and is not for users to change', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const made = await aws.CreateServiceLinkedRole({ AWSServiceName: 'autoscaling.amazonaws.com' });
  expect(made.Role?.Arn).toBe(
    'arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
  );
  const { Role: shown } = await aws.GetRole({ RoleName: 'AWSServiceRoleForAutoScaling' });
  expect(JSON.parse(decodeURIComponent(shown?.AssumeRolePolicyDocument ?? ''))).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'autoscaling.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  });
  expect(
    (await aws.ListAttachedRolePolicies({ RoleName: 'AWSServiceRoleForAutoScaling' })).AttachedPolicies,
  ).toEqual([
    {
      PolicyName: 'AutoScalingServiceRolePolicy',
      PolicyArn: 'arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy',
    },
  ]);
  const certificates = await aws.CreateServiceLinkedRole({ AWSServiceName: 'acm.amazonaws.com' });
  expect(certificates.Role?.RoleName).toBe('AWSServiceRoleForCertificateManager');
  const again = aws.CreateServiceLinkedRole({ AWSServiceName: 'autoscaling.amazonaws.com' });
  await expect(again).rejects.toMatchObject({ code: 'InvalidInput' });
  const RoleName = 'AWSServiceRoleForAutoScaling';
  await expect(aws.DeleteRole({ RoleName })).rejects.toMatchObject({ code: 'UnmodifiableEntity' });
  const { DeletionTaskId } = await aws.DeleteServiceLinkedRole({ RoleName });
  expect(DeletionTaskId).toMatch(
    /^task\/aws-service-role\/autoscaling\.amazonaws\.com\/AWSServiceRoleForAutoScaling\//,
  );
  expect(await aws.GetServiceLinkedRoleDeletionStatus({ DeletionTaskId })).toMatchObject({
    Status: 'SUCCEEDED',
  });
  await expect(aws.GetRole({ RoleName })).rejects.toMatchObject({ code: 'NoSuchEntity' });
});

test.each([
  ['a key that is too long', { Key: 'k'.repeat(129), Value: '' }],
  ['a key without characters', { Key: '', Value: '' }],
  ['a value that is too long', { Key: 'k', Value: 'v'.repeat(257) }],
  ['a character in its key that tags may not have', { Key: 'k!', Value: '' }],
  ['a character in its value that tags may not have', { Key: 'k', Value: 'a\u0000b' }],
])('a tag with %s is refused, and no other tag of the call is set', async (_what, tag) => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const RoleName = 'tagged';
  await aws.CreateRole({ RoleName, AssumeRolePolicyDocument: trust, Tags: [{ Key: 'Été', Value: 'x y' }] });
  await expect(aws.TagRole({ RoleName, Tags: [{ Key: 'good', Value: '' }, tag] })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('tags.2.member.'),
  });
  expect((await aws.ListRoleTags({ RoleName })).Tags).toEqual([{ Key: 'Été', Value: 'x y' }]);
  await aws.UntagRole({ RoleName, TagKeys: ['été'] });
  expect((await aws.ListRoleTags({ RoleName })).Tags).toEqual([]);
});

test('tags that differ by their case only, and more than fifty of them, are refused', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const create = (Tags: { Key: string; Value: string }[]) =>
    aws.CreateRole({ RoleName: 'tagged', AssumeRolePolicyDocument: trust, Tags });
  await expect(
    create([
      { Key: 'a', Value: '' },
      { Key: 'A', Value: '' },
    ]),
  ).rejects.toThrow('Duplicate tag keys');
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
  await create(many);
  await expect(
    aws.TagRole({ RoleName: 'tagged', Tags: [{ Key: 'one more', Value: '' }] }),
  ).rejects.toMatchObject({ code: 'LimitExceeded' });
  expect((await aws.ListRoleTags({ RoleName: 'tagged' })).Tags).toHaveLength(50);
});
