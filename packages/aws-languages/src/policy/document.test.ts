import { type PolicyKind, parsePolicy, readPolicy } from './document';
import { describeForS3, type PolicyProblem } from './problem';

class Malformed extends Error {
  constructor(readonly problem: PolicyProblem) {
    super(problem.message);
  }
}

const good = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::uploads' };
const trusting = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
const open = { ...good, Principal: '*' };

function problemOf(Statement: unknown, kind: PolicyKind = 'identity', more: object = {}) {
  try {
    readPolicy(
      { Version: '2012-10-17', Statement, ...more },
      { kind, refuse: (problem) => new Malformed(problem) },
    );
    return undefined;
  } catch (error) {
    if (error instanceof Malformed) return error.problem;
    throw error;
  }
}

const SYNTAX = 'Syntax errors in policy.';
const LEGACY = 'The policy failed legacy parsing';
const VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

test.each<[string, unknown, string]>([
  ['no statement', [], SYNTAX],
  ['a statement that is a text', ['afd'], SYNTAX],
  ['an unknown member', { ...good, Colour: 'red' }, SYNTAX],
  ['an effect that is none', { ...good, Effect: 'invalid' }, SYNTAX],
  ['an effect in another case', { ...good, Effect: 'denY' }, LEGACY],
  ['no effect', { Action: '*', Resource: '*' }, SYNTAX],
  ['no action', { Effect: 'Allow', Resource: '*' }, 'Policy statement must contain actions.'],
  ['an empty list of actions', { ...good, Action: [] }, 'Policy statement must contain actions.'],
  ['an action without a service', { ...good, Action: 'invalid' }, VENDOR],
  ['an action with an empty name', { ...good, NotAction: '', Action: undefined }, VENDOR],
  [
    'an action of two colons',
    { ...good, Action: 's3:List:Bucket' },
    'Actions/Condition can contain only one colon.',
  ],
  ['a service with a blank', { ...good, Action: 'a a:List' }, 'Vendor a a is not valid'],
  ['a list in a list of actions', { ...good, Action: [[]] }, SYNTAX],
  ['both Action and NotAction', { ...good, NotAction: 's3:Get*' }, SYNTAX],
  ['both Resource and NotResource', { ...good, NotResource: [] }, SYNTAX],
  ['a principal', open, 'Policy document should not specify a principal.'],
  ['no resource', { Effect: 'Allow', Action: 's3:*' }, 'Policy statement must contain resources.'],
  ['a resource that is no ARN', { ...good, Resource: 'x' }, 'Resource x must be in ARN format or "*".'],
  ['an object for a resource', { ...good, Resource: { a: '*' } }, SYNTAX],
  [
    'a partition that is none',
    { ...good, Resource: 'arn:error:s3:::uploads' },
    'Partition "error" is not valid for resource "arn:error:s3:::uploads".',
  ],
  [
    'a partition that is none in an ARN that is cut off',
    { ...good, Resource: 'arn:b:c' },
    'Partition "b" is not valid for resource "arn:b:c:*:*:*".',
  ],
  [
    'an ARN without a service',
    { ...good, Resource: 'arn:aws' },
    'Resource vendor must be fully qualified and cannot contain regexes.',
  ],
  [
    'a service with a wildcard',
    { ...good, Resource: 'arn:aws:*:::x' },
    'Resource vendor must be fully qualified and cannot contain regexes.',
  ],
  ['a service of no name', { ...good, Resource: 'arn:aws::::x' }, LEGACY],
  ['a bucket where an account is', { ...good, Resource: 'arn:aws:s3::uploads' }, LEGACY],
  [
    'a bucket with a region',
    { ...good, Resource: 'arn:aws:s3:us-east-1::uploads' },
    'Resource arn:aws:s3:us-east-1::uploads can not contain region information.',
  ],
  [
    'a role with a region',
    { ...good, Resource: 'arn:aws:iam:us-east-1::role/x' },
    'IAM resource arn:aws:iam:us-east-1::role/x cannot contain region information.',
  ],
  [
    'an identity of an unknown type',
    { ...good, Resource: 'arn:aws:iam:::uploads' },
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
  ],
  [
    'a Sid with blanks',
    { ...good, Sid: 'Space Space' },
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  ],
  ['a Sid that is a number', { ...good, Sid: 1 }, SYNTAX],
  [
    'a Sid twice',
    [
      { ...good, Sid: 'a' },
      { ...good, Sid: 'a' },
    ],
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  ['a list of conditions', { ...good, Condition: [] }, SYNTAX],
  ['a condition that is a text', { ...good, Condition: { StringEquals: 'b' } }, SYNTAX],
  ['an unknown operator', { ...good, Condition: { StringMatches: { a: 'b' } } }, SYNTAX],
  ['a malformed quantifier', { ...good, Condition: { 'ForAnyValue::StringEquals': { a: 'b' } } }, SYNTAX],
  ['Null if it exists', { ...good, Condition: { NullIfExists: { a: 'true' } } }, SYNTAX],
  ['an object for a value', { ...good, Condition: { StringEquals: { a: {} } } }, SYNTAX],
  ['a date that is none', { ...good, Condition: { DateGreaterThan: { a: 'sdfdsf' } } }, LEGACY],
  ['a date beyond 64 bits', { ...good, Condition: { DateLessThan: { a: '9223372036854775808' } } }, LEGACY],
  ['an address that is none', { ...good, Condition: { NotIpAddress: { a: '10.0.0.0/33' } } }, LEGACY],
])('a policy with %s is malformed in the words of IAM', (_what, statement, message) => {
  expect(problemOf(statement)?.message).toBe(message);
});

test.each<[string, object]>([
  ['wildcards', { Action: ['s3:Get*', '*', 'ec2:Describe?'], Resource: ['arn:aws:ec2:*:*:instance/*', '*'] }],
  [
    'NotAction and NotResource',
    { NotAction: 's3:*', Action: undefined, NotResource: '*', Resource: undefined },
  ],
  ['an ARN that is cut off', { Resource: 'arn:aws:sqs' }],
  ['an access point', { Resource: 'arn:aws:s3:us-east-1:000000000000:accesspoint/x' }],
  ['a variable', { Resource: `arn:aws:iam::*:user/\${aws:username}` }],
  ['a wildcard in the type of an identity', { Resource: 'arn:aws:iam::*:u*' }],
  ['any partition', { Resource: 'arn:*:s3:::uploads' }],
  ['a condition that compares nothing', { Condition: { StringMatches: {}, DateEquals: { a: [] } } }],
  [
    'values that are no texts',
    { Condition: { Bool: { 'aws:SecureTransport': false }, NumericEquals: { a: 1 } } },
  ],
  ['seconds since 1970', { Condition: { DateLessThan: { a: '-292275054' } } }],
])('a policy with %s is well formed', (_what, more) => {
  const statement = Object.fromEntries(
    Object.entries({ ...good, ...more }).filter(([, value]) => value !== undefined),
  );
  expect(problemOf(statement)).toBeUndefined();
});

test.each<[string, object, string]>([
  ['a resource', { ...trusting, Resource: '*' }, 'Has prohibited field Resource.'],
  [
    'no principal',
    { Effect: 'Allow', Action: 'sts:AssumeRole' },
    'AssumeRole policy must contain principals.',
  ],
  [
    'a principal that it excludes',
    { Effect: 'Allow', NotPrincipal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    'AssumeRole policy must contain principals.',
  ],
  [
    'an action of another service',
    { ...trusting, Action: 's3:GetObject' },
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'a wildcard in a principal',
    { ...trusting, Principal: { AWS: 'arn:aws:iam::000000000000:role/*' } },
    'Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:role/*"',
  ],
  [
    'a service that is none',
    { ...trusting, Principal: { Service: 'ec2' } },
    'Invalid principal in policy: "SERVICE":"ec2"',
  ],
  [
    'a kind of principal that is none',
    { ...trusting, Principal: { User: 'x' } },
    'Invalid principal in policy: "User":"x"',
  ],
])('a trust policy with %s is malformed', (_what, statement, message) => {
  expect(problemOf(statement, 'trust')?.message).toBe(message);
});

test.each<[unknown, string]>([
  [undefined, 'Missing required field Statement'],
  [good, 'Missing required field Principal'],
  [{ ...open, Effect: 'Maybe' }, 'Invalid effect: Maybe'],
  [{ ...open, Action: [] }, 'Missing required field Action'],
  [{ Effect: 'Allow', Principal: '*', Action: 's3:*' }, 'Missing required field Resource'],
  [{ ...open, Resource: 'uploads' }, 'Policy has invalid resource'],
  [{ ...open, Principal: { AWS: 'me' } }, 'Invalid principal in policy'],
  [{ ...open, Condition: { Like: { a: 'b' } } }, 'Invalid Condition type : Like'],
])('%j is malformed in the words of S3', (statement, message) => {
  const problem = problemOf(statement, 'resource');
  expect(problem && describeForS3(problem)).toBe(message);
});

test('the Sid of a resource policy may have blanks', () => {
  expect(problemOf({ ...open, Sid: 'Public read' }, 'resource')).toBeUndefined();
});

test('a problem names its statement and what is wrong there', () => {
  expect(problemOf([good, { ...good, Action: 'List' }])).toEqual({
    code: 'InvalidAction',
    message: VENDOR,
    statement: 1,
    value: 'List',
  });
});

test('a policy without a version is of the old one, which managed policies may not be', () => {
  const text = JSON.stringify({ Statement: good });
  expect(parsePolicy(text, { kind: 'identity' }).version).toBe('2008-10-17');
  expect(() => parsePolicy(text, { kind: 'identity', isVersionCurrent: true })).toThrow(
    new SyntaxError('Policy document must be version 2012-10-17 or greater.'),
  );
  expect(problemOf(good, 'identity', { Version: '2013-10-17' })?.message).toBe(
    'The policy must contain a valid version string',
  );
  expect(problemOf(good, 'identity', { Id: {} })?.message).toBe(SYNTAX);
  expect(problemOf(good, 'identity', { Extra: 1 })?.message).toBe(SYNTAX);
});

test('what is no JSON is no policy', () => {
  expect(() => parsePolicy('{', { kind: 'trust' })).toThrow('This policy contains invalid Json');
  expect(() => parsePolicy('[]', { kind: 'trust' })).toThrow(SYNTAX);
});

test('a statement has lists for all that may be one or many', () => {
  const Condition = { StringLike: { 's3:prefix': ['a/*', 'b/*'] }, 'ForAnyValue:BoolIfExists': { k: true } };
  const { statements } = readPolicy(
    { Statement: { ...open, Sid: 'a b', Principal: { AWS: '*' }, Condition } },
    { kind: 'resource' },
  );
  expect(statements).toEqual([
    {
      sid: 'a b',
      effect: 'Allow',
      actions: ['s3:ListBucket'],
      notActions: [],
      resources: ['arn:aws:s3:::uploads'],
      notResources: [],
      principals: { AWS: ['*'] },
      notPrincipals: {},
      conditions: [
        { operator: { name: 'StringLike', ifExists: false }, key: 's3:prefix', values: ['a/*', 'b/*'] },
        { operator: { name: 'Bool', quantifier: 'ForAnyValue', ifExists: true }, key: 'k', values: ['true'] },
      ],
    },
  ]);
});

test.each([
  [{ Action: 's3:*', Resource: 'aws:s3:::b' }, 'Partition "s3" is not valid for resource "arn:s3:::b:*".'],
  [
    { Action: 's3:*', Resource: 'a:b:c:d:e:f:g' },
    'Partition "b" is not valid for resource "arn:b:c:d:e:f:g".',
  ],
  [{ Action: 's3:*', Resource: 'x:aws:s3:::b' }, 'Resource x:aws:s3:::b must be in ARN format or "*".'],
  [{ Action: 'List' }, 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'],
  [{ Resource: 'arn:aws:s3::example_bucket' }, 'The policy failed legacy parsing'],
])('what cannot be read is told before what is missing: %j', (statement, message) => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
  expect(() => parsePolicy(text, { kind: 'identity' })).toThrow(message);
});

test.each([[{ Effect: 'denY' }], [{ Effect: 'Allow', Condition: { DateGreaterThan: { a: 'never' } } }]])(
  'an old version is told before what only legacy parsing finds: %j',
  (statement) => {
    const text = JSON.stringify({ Statement: { Action: 's3:*', Resource: '*', ...statement } });
    expect(() => parsePolicy(text, { kind: 'identity', isVersionCurrent: true })).toThrow(
      'Policy document must be version 2012-10-17 or greater.',
    );
  },
);
