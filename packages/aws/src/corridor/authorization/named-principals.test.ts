import { addFunction, type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
  await region.api('iam').CreateUser({ UserName: 'bob', Path: '/team/' });
  await region.api('s3').CreateBucket({ Bucket: 'shared' });
  await region.api('sns').CreateTopic({ Name: 'topic' });
  await addFunction(region, 'function');
});
afterAll(() => region[Symbol.asyncDispose]());

const account = '000000000000';
const TopicArn = `arn:aws:sns:us-east-1:${account}:topic`;

const policyFor = (Action: string, Resource: string, ...AWS: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action, Resource }],
  });

/** What gives a resource a policy that names a principal, and what is said of one that is not there. */
const GIVING: readonly [string, (principal: string) => Promise<unknown>, object][] = [
  [
    'bucket',
    (principal) =>
      region.api('s3').PutBucketPolicy({
        Bucket: 'shared',
        Policy: policyFor('s3:GetObject', 'arn:aws:s3:::shared/*', principal),
      }),
    { code: 'MalformedPolicy', message: 'Invalid principal in policy' },
  ],
  [
    'topic',
    (principal) =>
      region.api('sns').SetTopicAttributes({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: policyFor('sns:Publish', TopicArn, principal),
      }),
    { code: 'InvalidParameter', message: 'Invalid parameter: Policy Error: PrincipalNotFound' },
  ],
  [
    'key',
    (principal) => region.api('kms').CreateKey({ Policy: policyFor('kms:*', '*', account, principal) }),
    {
      code: 'MalformedPolicyDocumentException',
      message: 'Policy contains a statement with one or more invalid principals.',
    },
  ],
  [
    'function',
    (Principal) =>
      region.api('lambda').AddPermission({
        FunctionName: 'function',
        StatementId: Principal.replace(/\W/g, '-'),
        Action: 'lambda:InvokeFunction',
        Principal,
      }),
    {
      code: 'InvalidParameterValueException',
      message: 'The provided principal was invalid. Please check the principal and try again.',
    },
  ],
];

describe.each(GIVING)('the policy of a %s', (_what, give, refused) => {
  test.each([`arn:aws:iam::${account}:user/team/bob`, 'arn:aws:iam::111122223333:role/foreign'])(
    'may name %s',
    async (principal) => {
      await give(principal);
    },
  );

  test.each([`arn:aws:iam::${account}:user/nobody`, `arn:aws:iam::${account}:role/none`])(
    'may not name %s, which is not there',
    async (principal) => {
      await expect(give(principal)).rejects.toMatchObject(refused);
    },
  );
});
