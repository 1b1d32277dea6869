import { encodeAuthorizationMessage } from '../../core/authorization/authorization-message';
import { type NewRegion, newRegion } from '../../testing/region';
import { addOperator } from '../../testing/role-session';

function trusting(principal: object | string, more: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
  });
}

/** A role with this trust. */
function addRole(region: NewRegion, RoleName: string, AssumeRolePolicyDocument: string) {
  return region.api('iam').CreateRole({ RoleName, AssumeRolePolicyDocument });
}

/** STS as the holder of a key calls it. */
function stsAs(region: NewRegion, accessKeyId = 'local') {
  const principal = region.state('iam').principalOf(accessKeyId);
  const { accountId } = principal;
  return region.apiAs('sts', { region: 'us-east-1', accountId, requestId: 'r', principal });
}

const assume = (name: string) => ({
  RoleArn: `arn:aws:iam::000000000000:role/${name}`,
  RoleSessionName: 'session',
});

test('the documented key is the root user’s', async () => {
  await using region = await newRegion();
  expect(await stsAs(region).GetCallerIdentity({})).toEqual({
    UserId: '000000000000',
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
  });
  expect(await stsAs(region).GetAccessKeyInfo({ AccessKeyId: 'AKIAEXAMPLEEXAMPLE00' })).toEqual({
    Account: '000000000000',
  });
});

test('assumed credentials identify the session', async () => {
  await using region = await newRegion();
  await addRole(region, 'deploy', trusting({ AWS: '000000000000' }));
  const before = region.context.clock.millis();
  const sts = stsAs(region, await addOperator(region));
  const { Credentials, AssumedRoleUser } = await sts.AssumeRole(assume('deploy'));
  const expiration = Credentials?.Expiration?.getTime() ?? 0;
  expect(expiration).toBeGreaterThanOrEqual(Math.floor(before) + 3_600_000);
  expect(expiration).toBeLessThanOrEqual(region.context.clock.millis() + 3_600_000);
  expect(await stsAs(region, Credentials?.AccessKeyId).GetCallerIdentity({})).toMatchObject({
    Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session',
    UserId: AssumedRoleUser?.AssumedRoleId,
  });
});

test('a role that trusts only a service, or is not there, is denied alike', async () => {
  await using region = await newRegion();
  await addRole(region, 'fn', trusting({ Service: 'lambda.amazonaws.com' }));
  const sts = stsAs(region, await addOperator(region));
  for (const name of ['fn', 'ghost']) {
    await expect(sts.AssumeRole(assume(name))).rejects.toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::000000000000:user/operator is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/${name}`,
    });
  }
});

test.each([
  ['an external id that is not given', { StringEquals: { 'sts:ExternalId': 'secret' } }, {}, false],
  ['another external id', { StringEquals: { 'sts:ExternalId': 'secret' } }, { ExternalId: 'guessed' }, false],
  [
    'the external id that is given',
    { StringEquals: { 'sts:ExternalId': 'secret' } },
    { ExternalId: 'secret' },
    true,
  ],
  [
    'a caller of this ARN',
    { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:user/operator' } },
    {},
    true,
  ],
  ['addresses elsewhere', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, {}, false],
  ['sessions of another name', { StringLike: { 'sts:RoleSessionName': 'ci-*' } }, {}, false],
])('a trust on condition of %s is held to it', async (_what, Condition, more, allowed) => {
  await using region = await newRegion();
  await addRole(region, 'deploy', trusting({ AWS: '*' }, { Condition }));
  const sts = stsAs(region, await addOperator(region));
  const assumed = sts.AssumeRole({ ...assume('deploy'), ...more });
  if (allowed) expect((await assumed).Credentials?.AccessKeyId).toMatch(/^ASIA/);
  else await expect(assumed).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a session may not last longer than its role allows', async () => {
  await using region = await newRegion();
  await addRole(region, 'deploy', trusting({ AWS: '*' }));
  const sts = stsAs(region, await addOperator(region));
  await expect(sts.AssumeRole({ ...assume('deploy'), DurationSeconds: 7200 })).rejects.toThrow(
    'exceeds the MaxSessionDuration',
  );
  await expect(sts.AssumeRole({ ...assume('deploy'), DurationSeconds: 899 })).rejects.toMatchObject({
    code: 'ValidationError',
  });
});

test('a session token is for those who have lasting credentials', async () => {
  await using region = await newRegion();
  await addRole(region, 'deploy', trusting({ AWS: '*' }));
  const token = (await stsAs(region).GetSessionToken({})).Credentials;
  const identity = await stsAs(region, token?.AccessKeyId).GetCallerIdentity({});
  expect(identity.Arn).toBe('arn:aws:iam::000000000000:root');
  const sts = stsAs(region, await addOperator(region));
  const assumed = (await sts.AssumeRole(assume('deploy'))).Credentials;
  await expect(stsAs(region, assumed?.AccessKeyId).GetSessionToken({})).rejects.toThrow(
    'Cannot call GetSessionToken',
  );
});

test('a session policy that is none is refused', async () => {
  await using region = await newRegion();
  await addRole(region, 'deployer', trusting({ AWS: '*' }));
  const sts = stsAs(region, await addOperator(region));
  await expect(sts.AssumeRole({ ...assume('deployer'), Policy: '{' })).rejects.toMatchObject({
    code: 'MalformedPolicyDocument',
  });
});

test.each(['arn:aws:iam::000000000000:policy/ghost', 'arn:aws:iam::aws:policy/Ghost'])(
  'a session is not narrowed down to %s, which is not there',
  async (arn) => {
    await using region = await newRegion();
    await addRole(region, 'deployer', trusting({ AWS: '*' }));
    const sts = stsAs(region, await addOperator(region));
    const input = { ...assume('deployer'), PolicyArns: [{ arn }] };
    await expect(sts.AssumeRole(input)).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
      message: `Policy ${arn} does not exist or is not attachable.`,
    });
  },
);

test('the root user assumes no role, nor does a session of its own', async () => {
  await using region = await newRegion();
  await addRole(region, 'deploy', trusting({ AWS: '*' }));
  const token = (await stsAs(region).GetSessionToken({})).Credentials;
  for (const key of ['local', token?.AccessKeyId])
    await expect(stsAs(region, key).AssumeRole(assume('deploy'))).rejects.toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: 'Roles may not be assumed by root accounts.',
    });
});

describe('somebody who is federated', () => {
  const mayReadVpcs = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*' }],
  });

  function callOf(region: NewRegion, accessKeyId = '') {
    const principal = region.state('iam').principalOf(accessKeyId);
    return { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  }

  test('has a name of his own, and may do what both his policies and the user may do', async () => {
    await using region = await newRegion();
    const sts = stsAs(region, await addOperator(region));
    const { Credentials, FederatedUser } = await sts.GetFederationToken({ Name: 'bob', Policy: mayReadVpcs });
    expect(FederatedUser).toEqual({
      FederatedUserId: '000000000000:bob',
      Arn: 'arn:aws:sts::000000000000:federated-user/bob',
    });
    const call = callOf(region, Credentials?.AccessKeyId);
    expect(await region.apiAs('sts', call).GetCallerIdentity({})).toEqual({
      UserId: '000000000000:bob',
      Account: '000000000000',
      Arn: 'arn:aws:sts::000000000000:federated-user/bob',
    });
    expect((await region.apiAs('ec2', call).DescribeVpcs({})).Vpcs).toHaveLength(1);
    await expect(region.apiAs('ec2', call).DescribeSubnets({})).rejects.toThrow('no session policy allows');
    await expect(region.apiAs('iam', call).ListRoles({})).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
    });
    await expect(region.apiAs('sts', call).AssumeRole(assume('deploy'))).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('may do nothing without a policy, whoever had him federated', async () => {
    await using region = await newRegion();
    const { Credentials } = await stsAs(region).GetFederationToken({ Name: 'bob' });
    const call = callOf(region, Credentials?.AccessKeyId);
    await expect(region.apiAs('ec2', call).DescribeVpcs({})).rejects.toThrow('no session policy allows');
  });

  test('is let in for an hour at most by the root user, and by no session', async () => {
    await using region = await newRegion();
    const now = region.context.clock.millis();
    const { Credentials } = await stsAs(region).GetFederationToken({ Name: 'bob', DurationSeconds: 7200 });
    const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - now) / 1000;
    expect(seconds).toBeGreaterThan(3590);
    expect(seconds).toBeLessThan(3700);
    const call = callOf(region, (await stsAs(region).GetSessionToken({})).Credentials?.AccessKeyId);
    await expect(region.apiAs('sts', call).GetFederationToken({ Name: 'bob' })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });
});

test('the message of a refusal is decoded, and no other text', async () => {
  await using region = await newRegion();
  const EncodedMessage = encodeAuthorizationMessage({ allowed: false });
  const { DecodedMessage = '' } = await stsAs(region).DecodeAuthorizationMessage({ EncodedMessage });
  expect(JSON.parse(DecodedMessage)).toEqual({ allowed: false });
  await expect(
    stsAs(region).DecodeAuthorizationMessage({ EncodedMessage: 'nonsense' }),
  ).rejects.toMatchObject({ code: 'InvalidAuthorizationMessageException' });
});
