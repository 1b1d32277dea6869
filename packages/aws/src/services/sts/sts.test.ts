import type { Call } from '../../core/service';
import { Iam } from '../iam';
import { Sts } from '.';

const account = { accountId: '000000000000', clock: { now: () => new Date('2026-11-23T12:00:00Z') } };

function trusting(principal: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });
}

function newborn() {
  const iam = new Iam(account);
  const sts = new Sts(account, { iam });
  const callAs = (accessKeyId: string): Call => ({
    region: 'us-east-1',
    accountId: account.accountId,
    requestId: 'r',
    principal: iam.principalOf(accessKeyId),
  });
  return { iam, aws: sts.operations, callAs };
}

const assume = (name: string) => ({
  RoleArn: `arn:aws:iam::000000000000:role/${name}`,
  RoleSessionName: 'session',
});

test('an unknown key is the root user', () => {
  const { aws, callAs } = newborn();
  expect(aws.GetCallerIdentity({}, callAs('test'))).toEqual({
    UserId: '000000000000',
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
  });
});

test('assumed credentials identify the session', () => {
  const { iam, aws, callAs } = newborn();
  iam.operations.CreateRole({
    RoleName: 'deploy',
    AssumeRolePolicyDocument: trusting({ AWS: '000000000000' }),
  });
  const answer = aws.AssumeRole(assume('deploy'), callAs('test'));
  expect(answer.Credentials.Expiration).toEqual(new Date('2026-11-23T13:00:00Z'));
  expect(aws.GetCallerIdentity({}, callAs(answer.Credentials.AccessKeyId))).toMatchObject({
    Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session',
    UserId: answer.AssumedRoleUser.AssumedRoleId,
  });
});

test('a role that trusts only a service, or is not there, is denied alike', () => {
  const { iam, aws, callAs } = newborn();
  iam.operations.CreateRole({
    RoleName: 'fn',
    AssumeRolePolicyDocument: trusting({ Service: 'lambda.amazonaws.com' }),
  });
  for (const name of ['fn', 'ghost']) {
    expect(() => aws.AssumeRole(assume(name), callAs('test'))).toThrow(
      expect.objectContaining({
        code: 'AccessDenied',
        status: 403,
        message: `User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/${name}`,
      }),
    );
  }
});

test('a session may not last longer than its role allows', () => {
  const { iam, aws, callAs } = newborn();
  iam.operations.CreateRole({ RoleName: 'deploy', AssumeRolePolicyDocument: trusting({ AWS: '*' }) });
  expect(() => aws.AssumeRole({ ...assume('deploy'), DurationSeconds: 7200 }, callAs('test'))).toThrow(
    'exceeds the MaxSessionDuration',
  );
});

test('a session token is for those who have lasting credentials', () => {
  const { iam, aws, callAs } = newborn();
  iam.operations.CreateRole({ RoleName: 'deploy', AssumeRolePolicyDocument: trusting({ AWS: '*' }) });
  const token = aws.GetSessionToken({}, callAs('test')).Credentials;
  expect(aws.GetCallerIdentity({}, callAs(token.AccessKeyId)).Arn).toBe('arn:aws:iam::000000000000:root');
  const assumed = aws.AssumeRole(assume('deploy'), callAs('test')).Credentials;
  expect(() => aws.GetSessionToken({}, callAs(assumed.AccessKeyId))).toThrow('Cannot call GetSessionToken');
});

test('a session policy that is none is refused', () => {
  const { iam, aws, callAs } = newborn();
  iam.operations.CreateRole({ RoleName: 'deployer', AssumeRolePolicyDocument: trusting({ AWS: '*' }) });
  expect(() => aws.AssumeRole({ ...assume('deployer'), Policy: '{' }, callAs('test'))).toThrow(
    expect.objectContaining({ code: 'MalformedPolicyDocument' }),
  );
});
