import * as fc from 'fast-check';
import { authorize, type PolicySet } from './authorize';
import { type PolicyKind, readPolicy } from './document';
import { type AccessRequest, evaluate } from './evaluate';
import type { Caller, Principals } from './principal';
import { matchPrincipals } from './principal';
import { isPublicPolicy } from './public';

const policy = (kind: PolicyKind, ...Statement: object[]) =>
  readPolicy({ Version: '2012-10-17', Statement }, { kind });
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:Get*', Resource: '*', ...more });
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' });

const account = '000000000000';
const roleArn = `arn:aws:iam::${account}:role/base`;
const sessionArn = `arn:aws:sts::${account}:assumed-role/base/s`;
const session: Caller = {
  kind: 'identity',
  accountId: account,
  arn: sessionArn,
  roleArn,
  userId: 'AROAABCDEFGHIJKLMNOPQ:s',
};
const object = 'arn:aws:s3:::uploads/web/page.html';
const request: AccessRequest = { action: 's3:GetObject', resource: object, caller: session };

const effectOf = (statements: object[], more: Partial<AccessRequest> = {}, kind: PolicyKind = 'identity') =>
  evaluate([policy(kind, ...statements)], { ...request, ...more }).effect;

test.each<[string, object[], string]>([
  ['an action that is allowed', [allow()], 'Allow'],
  ['an action in another case', [allow({ Action: 'S3:getobject' })], 'Allow'],
  ['another action', [allow({ Action: 's3:Put*' })], 'ImplicitDeny'],
  ['a resource that is allowed', [allow({ Resource: 'arn:aws:s3:::uploads/*' })], 'Allow'],
  ['a resource in another case', [allow({ Resource: 'arn:aws:s3:::Uploads/*' })], 'ImplicitDeny'],
  ['a resource whose ARN is cut off', [allow({ Resource: 'arn:aws:s3' })], 'Allow'],
  ['an action that is denied and allowed', [allow(), deny()], 'ExplicitDeny'],
  ['all but an action', [{ Effect: 'Allow', NotAction: 's3:Get*', Resource: '*' }], 'ImplicitDeny'],
  ['all but another action', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'Allow'],
  [
    'all but a resource',
    [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::uploads/*' }, allow()],
    'Allow',
  ],
  ['a resource of the caller', [allow({ Resource: `arn:aws:s3:::uploads/\${test:home}/*` })], 'Allow'],
  [
    'a resource of a variable that is not known',
    [allow({ Resource: `arn:aws:s3:::uploads/\${test:none}*` })],
    'ImplicitDeny',
  ],
  ['a condition that holds', [allow({ Condition: { Bool: { 'test:secure': true } } })], 'Allow'],
  ['a condition that does not', [allow({ Condition: { Bool: { 'test:secure': false } } })], 'ImplicitDeny'],
])('%s', (_what, statements, expected) => {
  expect(effectOf(statements, { context: { 'test:home': 'web', 'test:secure': 'true' } })).toBe(expected);
});

test.each<[string, Principals, Caller, string | undefined]>([
  ['anyone', { '*': ['*'] }, session, 'anyone'],
  ['anyone, unsigned', { AWS: ['*'] }, { kind: 'anonymous' }, 'anyone'],
  ['a service, which is anyone of AWS', { AWS: ['*'] }, { kind: 'service', name: 'a' }, 'anyone'],
  ['a service, which is anyone', { '*': ['*'] }, { kind: 'service', name: 'a' }, 'anyone'],
  [
    'a service',
    { Service: ['events.amazonaws.com'] },
    { kind: 'service', name: 'events.amazonaws.com' },
    'caller',
  ],
  [
    'whom a provider vouches for, who is nobody of AWS',
    { AWS: ['*'] },
    { kind: 'federated', provider: 'accounts.google.com' },
    undefined,
  ],
  ['an account by number', { AWS: [account] }, session, 'account'],
  ['an account by its root user', { AWS: [`arn:aws:iam::${account}:root`] }, session, 'account'],
  ['another account', { AWS: ['111111111111'] }, session, undefined],
  ['a role', { AWS: [account, roleArn] }, session, 'role'],
  ['a role by its id', { AWS: ['AROAABCDEFGHIJKLMNOPQ'] }, session, 'role'],
  ['a session', { AWS: [session.arn, roleArn] }, session, 'caller'],
  [
    'an identity provider',
    { Federated: ['accounts.google.com'] },
    { kind: 'federated', provider: 'accounts.google.com' },
    'caller',
  ],
])('principals mean %s', (_what, principals, caller, expected) => {
  expect(matchPrincipals(principals, caller)).toBe(expected);
});

test('a resource policy means who it names, and with NotPrincipal all others', () => {
  const named = allow({ Principal: { AWS: roleArn } });
  expect(effectOf([named], {}, 'resource')).toBe('Allow');
  expect(effectOf([named], { caller: { kind: 'anonymous' } }, 'resource')).toBe('ImplicitDeny');
  const others = deny({ NotPrincipal: { AWS: [roleArn, sessionArn, account] } });
  expect(effectOf([others], {}, 'resource')).toBe('ImplicitDeny');
  expect(effectOf([others], { caller: { kind: 'anonymous' } }, 'resource')).toBe('ExplicitDeny');
});

test.each<[string, string[], object, string]>([
  ['a role and its session', [roleArn, sessionArn, account], {}, 'ImplicitDeny'],
  ['a role without its session', [roleArn, account], {}, 'ExplicitDeny'],
  ['a session without its role', [sessionArn, account], {}, 'ExplicitDeny'],
  ['the account alone', [account], {}, 'ExplicitDeny'],
  ['all of them without the account', [roleArn, sessionArn], {}, 'ExplicitDeny'],
  ['a caller with a boundary', [roleArn, sessionArn, account], { isBounded: true }, 'ExplicitDeny'],
])('a Deny that excludes %s', (_what, AWS, more, expected) => {
  const others = deny({ NotPrincipal: { AWS } });
  expect(effectOf([others], { caller: { ...session, ...more } }, 'resource')).toBe(expected);
});

test('a trust policy has no resource, and is about who wants the role', () => {
  const trust = { Effect: 'Allow', Action: 'sts:Assume*', Principal: { AWS: account } };
  const assume = { action: 'sts:AssumeRole', resource: roleArn };
  expect(effectOf([trust], assume, 'trust')).toBe('Allow');
  expect(effectOf([trust], { ...assume, action: 'sts:TagSession' }, 'trust')).toBe('ImplicitDeny');
});

test('a decision names the statement that decided', () => {
  const found = evaluate([policy('identity', allow({ Sid: 'a' }), deny({ Sid: 'b' }))], request);
  expect(found.statement?.sid).toBe('b');
});

const yes = policy('identity', allow());
const no = policy('identity', deny());
const nothing = policy('identity', allow({ Action: 'iam:*' }));
const toBucket = (AWS: string) => policy('resource', allow({ Principal: { AWS } }));

test.each<[string, PolicySet, string, string]>([
  ['the caller is allowed', { identity: [yes] }, 'Allow', 'identity'],
  ['nobody allows', { identity: [] }, 'ImplicitDeny', 'identity'],
  ['the boundary does not allow', { identity: [yes], boundary: nothing }, 'ImplicitDeny', 'boundary'],
  ['the boundary alone allows', { identity: [], boundary: yes }, 'ImplicitDeny', 'identity'],
  ['the session does not allow', { identity: [yes], session: [nothing] }, 'ImplicitDeny', 'session'],
  ['the session denies', { identity: [yes], session: [no] }, 'ExplicitDeny', 'session'],
  ['the bucket allows the role', { identity: [], resource: toBucket(roleArn) }, 'Allow', 'resource'],
  [
    'the bucket allows the account',
    { identity: [], resource: toBucket(account) },
    'ImplicitDeny',
    'identity',
  ],
  [
    'the bucket allows the role, its boundary does not',
    { identity: [], boundary: nothing, resource: toBucket(roleArn) },
    'ImplicitDeny',
    'identity',
  ],
  [
    'the bucket allows the session, its boundary does not',
    { identity: [], boundary: nothing, resource: toBucket(session.arn) },
    'Allow',
    'resource',
  ],
  [
    'the bucket of another account allows nobody',
    { identity: [yes], resourceAccountId: '111111111111' },
    'ImplicitDeny',
    'resource',
  ],
  [
    'the bucket of another account allows, the own policies do not',
    { identity: [], resource: toBucket(roleArn), resourceAccountId: '111111111111' },
    'ImplicitDeny',
    'identity',
  ],
  [
    'the bucket of another account allows, and so do the own policies',
    { identity: [yes], resource: toBucket(account), resourceAccountId: '111111111111' },
    'Allow',
    'identity',
  ],
  [
    'the key allows the account, and the caller is allowed',
    { identity: [yes], resource: toBucket(account), isResourceDecisive: true },
    'Allow',
    'identity',
  ],
  [
    'the key allows the account, and the caller is not allowed',
    { identity: [], resource: toBucket(account), isResourceDecisive: true },
    'ImplicitDeny',
    'identity',
  ],
  [
    'the key allows the role alone',
    { identity: [], resource: toBucket(roleArn), isResourceDecisive: true },
    'Allow',
    'resource',
  ],
  [
    'the key allows another account alone',
    { identity: [yes], resource: toBucket('111111111111'), isResourceDecisive: true },
    'ImplicitDeny',
    'resource',
  ],
])('when %s, the policies together decide', (_what, policies, effect, by) => {
  expect(authorize(policies, request)).toMatchObject({ effect, by });
});

test('a service and an unsigned request are allowed by the resource alone', () => {
  const resource = policy('resource', allow({ Principal: '*' }));
  for (const caller of [{ kind: 'anonymous' }, { kind: 'service', name: 's3.amazonaws.com' }] as const) {
    expect(authorize({ identity: [], resource }, { ...request, caller }).effect).toBe('Allow');
    expect(authorize({ identity: [yes] }, { ...request, caller }).effect).toBe('ImplicitDeny');
  }
});

test('one denial outweighs whatever else is said', () => {
  const statements = fc.array(
    fc.constantFrom(
      allow(),
      allow({ Action: '*' }),
      allow({ NotResource: 'arn:aws:iam', Resource: undefined }),
    ),
  );
  fc.assert(
    fc.property(statements, statements, (before, after) => {
      const all = [...before, deny(), ...after].map((one) => JSON.parse(JSON.stringify(one)) as object);
      expect(effectOf(all)).toBe('ExplicitDeny');
    }),
  );
});

test.each<[string, object, boolean]>([
  ['allows everybody', { Principal: '*' }, true],
  ['allows all of AWS', { Principal: { AWS: ['*'] } }, true],
  ['allows an account', { Principal: { AWS: account } }, false],
  ['denies everybody', { Principal: '*', Effect: 'Deny' }, false],
  [
    'allows an organization',
    { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
    false,
  ],
  [
    'allows a network',
    { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } },
    false,
  ],
  [
    'allows all addresses',
    { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } },
    true,
  ],
  ['allows a prefix', { Principal: '*', Condition: { StringLike: { 's3:prefix': 'web/' } } }, true],
  [
    'allows all but one',
    { Principal: '*', Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } },
    true,
  ],
  ['allows any network', { Principal: '*', Condition: { StringLike: { 'aws:SourceVpc': 'vpc-*' } } }, true],
  [
    'allows topics of an account',
    { Principal: '*', Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:sns:*:${account}:*` } } },
    true,
  ],
  [
    'allows topics of a region',
    { Principal: '*', Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:sns:us-east-1:${account}:*` } } },
    false,
  ],
])('whether a policy that %s is public is known', (_what, more, expected) => {
  expect(isPublicPolicy(policy('resource', { ...allow(), ...more }))).toBe(expected);
});

test("a function's policy lets a service invoke it for a source, in an account", () => {
  const fn = `arn:aws:lambda:us-east-1:${account}:function:plan`;
  const rule = `arn:aws:events:us-east-1:${account}:rule/nightly`;
  const statement = {
    Sid: 'from-a_rule',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: fn,
    Condition: { StringEquals: { 'AWS:SourceAccount': account }, ArnLike: { 'AWS:SourceArn': `${rule}*` } },
  };
  const invoke = (name: string, source: string, from = account) =>
    evaluate([policy('resource', statement)], {
      action: 'lambda:InvokeFunction',
      resource: fn,
      caller: { kind: 'service', name },
      context: { 'aws:SourceArn': source, 'aws:SourceAccount': from },
    }).effect;
  expect(invoke('events.amazonaws.com', rule)).toBe('Allow');
  expect(invoke('events.amazonaws.com', rule.slice(0, -3))).toBe('ImplicitDeny');
  expect(invoke('events.amazonaws.com', rule, '111111111111')).toBe('ImplicitDeny');
  expect(invoke('sns.amazonaws.com', rule)).toBe('ImplicitDeny');
});
