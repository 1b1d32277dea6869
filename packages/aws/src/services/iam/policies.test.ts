import { IAMClient, ListPoliciesCommand, paginateListPolicies } from '@aws-sdk/client-iam';
import { newRegion } from '../../testing/region';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' };
const documentOf = (more: object, rest: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...more }, ...rest });
const allowS3 = documentOf({});

test('a policy shows its description and its lack of tags when it is read, not when it is made', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const { Policy: made = {} } = await aws.CreatePolicy({
    PolicyName: 'read',
    PolicyDocument: allowS3,
    Description: 'reads',
  });
  expect([made.Description, 'Tags' in made]).toEqual([undefined, false]);
  const { Policy: read } = await aws.GetPolicy({ PolicyArn: made.Arn });
  expect(read).toMatchObject({ Description: 'reads', Tags: [] });
  const Tags = [{ Key: 'team', Value: 'a' }];
  const { Policy } = await aws.CreatePolicy({ PolicyName: 'tagged', PolicyDocument: allowS3, Tags });
  expect(Policy?.Tags).toEqual(Tags);
});

test('a managed policy keeps at most five versions and cannot lose its default one', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const { Policy } = await aws.CreatePolicy({ PolicyName: 'read', PolicyDocument: allowS3 });
  const PolicyArn = Policy?.Arn;
  for (let i = 0; i < 4; i++)
    await aws.CreatePolicyVersion({ PolicyArn, PolicyDocument: allowS3, SetAsDefault: i === 3 });
  await expect(aws.CreatePolicyVersion({ PolicyArn, PolicyDocument: allowS3 })).rejects.toMatchObject({
    code: 'LimitExceeded',
  });
  await expect(aws.DeletePolicyVersion({ PolicyArn, VersionId: 'v5' })).rejects.toMatchObject({
    code: 'DeleteConflict',
  });
  expect((await aws.GetPolicy({ PolicyArn })).Policy?.DefaultVersionId).toBe('v5');
  await aws.SetDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' });
  expect((await aws.GetPolicyVersion({ PolicyArn, VersionId: 'v2' })).PolicyVersion).toMatchObject({
    IsDefaultVersion: true,
    Document: encodeURIComponent(allowS3).replaceAll('*', '%2A'),
  });
  await expect(aws.DeletePolicy({ PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
  for (const VersionId of ['v1', 'v3', 'v4', 'v5']) await aws.DeletePolicyVersion({ PolicyArn, VersionId });
  const { Versions } = await aws.ListPolicyVersions({ PolicyArn });
  expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v2']);
  await aws.DeletePolicy({ PolicyArn });
  await expect(aws.GetPolicy({ PolicyArn })).rejects.toMatchObject({ code: 'NoSuchEntity' });
});

test('a managed policy has tags, and the account’s own are listed apart', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const { Policy } = await aws.CreatePolicy({ PolicyName: 'read', PolicyDocument: allowS3, Path: '/app/' });
  const PolicyArn = Policy?.Arn;
  await aws.TagPolicy({ PolicyArn, Tags: [{ Key: 'team', Value: 'web' }] });
  expect((await aws.ListPolicyTags({ PolicyArn })).Tags).toEqual([{ Key: 'team', Value: 'web' }]);
  await aws.UntagPolicy({ PolicyArn, TagKeys: ['team'] });
  expect((await aws.ListPolicyTags({ PolicyArn })).Tags).toEqual([]);
  const { Policies } = await aws.ListPolicies({ Scope: 'Local', PathPrefix: '/app/' });
  expect(Policies?.map(({ PolicyName }) => PolicyName)).toEqual(['read']);
});

test('AWS’s own policies are all there, whole, and for nobody to change', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const { Policy } = await aws.GetPolicy({ PolicyArn });
  const { PolicyVersion } = await aws.GetPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  const document = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''));
  expect(document.Statement[0].Action).toContain('ec2:Describe*');
  const changes = [
    aws.DeletePolicy({ PolicyArn }),
    aws.TagPolicy({ PolicyArn, Tags: [] }),
    aws.CreatePolicyVersion({ PolicyArn, PolicyDocument: allowS3 }),
  ];
  for (const change of changes)
    await expect(change).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
});

test('AWS’s own policies come a hundred on a page, each once', async () => {
  await using region = await newRegion();
  const client = new IAMClient(region.aws.client);
  const first = await client.send(new ListPoliciesCommand({ Scope: 'AWS' }));
  expect([first.Policies?.length, first.IsTruncated]).toEqual([100, true]);
  const arns: (string | undefined)[] = [];
  for await (const page of paginateListPolicies({ client, pageSize: 500 }, { Scope: 'AWS' }))
    arns.push(...(page.Policies ?? []).map(({ Arn }) => Arn));
  expect(arns.length).toBeGreaterThan(1500);
  expect(new Set(arns).size).toBe(arns.length);
  await expect(
    client.send(new ListPoliciesCommand({ Scope: 'AWS', Marker: '\u0000' })),
  ).rejects.toMatchObject({ name: 'ValidationError' });
});

const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
const syntax = 'Syntax errors in policy.';
test.each([
  ['no JSON', '{', 'This policy contains invalid Json'],
  ['null', 'null', syntax],
  ['no statement', JSON.stringify({ Version: '2012-10-17' }), syntax],
  ['a Sid with blanks', documentOf({ Sid: 'a b' }), /^Statement IDs \(SID\) must be alpha-numeric/],
  ['an unknown operator', documentOf({ Condition: { Bogus: { 'aws:SourceIp': '1.1.1.1' } } }), syntax],
  ['an unknown member', documentOf({ Ressource: '*' }), syntax],
  ['an action and its contrary', documentOf({ NotAction: 's3:PutObject' }), syntax],
  ['a principal', documentOf({ Principal: '*' }), 'Policy document should not specify a principal.'],
  ['an action without a vendor', documentOf({ Action: 'GetObject' }), vendor],
  ['no resource', documentOf({ Resource: undefined }), 'Policy statement must contain resources.'],
  ['no ARN as resource', documentOf({ Resource: 'bucket' }), /Resource bucket must be in ARN format/],
  ['an unknown partition', documentOf({ Resource: 'arn:cloud:s3:::bucket' }), /./],
  ['a region in an ARN of S3’s', documentOf({ Resource: 'arn:aws:s3:us-east-1::bucket' }), /./],
  ['the older version', documentOf({}, { Version: '2008-10-17' }), /must be version 2012-10-17 or greater/],
  ['an unknown version', documentOf({}, { Version: '2020-01-01' }), /valid version string/],
])('a managed policy with %s is malformed', async (_what, PolicyDocument, message) => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await expect(aws.CreatePolicy({ PolicyName: 'bad', PolicyDocument })).rejects.toMatchObject({
    code: 'MalformedPolicyDocument',
    status: 400,
    message: expect.stringMatching(message),
  });
  expect((await aws.ListPolicies({ Scope: 'Local' })).Policies).toEqual([]);
});
