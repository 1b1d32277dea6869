import {
  type DescribeParametersCommandInput,
  GetParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { rootCall } from '../../../testing/api';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { findImage } from '../testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region.aws.stop());

const ssm = () => region.api('ssm');
const put = (Name: string, Value: string, more: object = {}) =>
  ssm().PutParameter({ Name, Value, Type: 'String', ...more });
const get = async (Name: string, WithDecryption = false) =>
  (await ssm().GetParameter({ Name, WithDecryption })).Parameter;
const named = (parameters: readonly { Name?: string }[] = []) => parameters.map(({ Name }) => Name);

test('A parameter is written, read and overwritten, and every change is announced', async () => {
  expect(await put('/shop/web/site', 's3://a')).toEqual({ Version: 1, Tier: 'Standard' });
  expect((await put('/shop/web/site', 's3://b', { Overwrite: true })).Version).toBe(2);
  expect(await get('/shop/web/site')).toMatchObject({
    Value: 's3://b',
    Version: 2,
    ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/shop/web/site',
    DataType: 'text',
  });
  expect(await get('/shop/web/site:1')).toMatchObject({ Value: 's3://a', Selector: ':1' });
  expect(region.state('ssm').parameter('/shop/web/site')).toBe('s3://b');
  expect(await ssm().DeleteParameter({ Name: '/shop/web/site' })).toEqual({});
  expect(region.state('ssm').parameter('/shop/web/site')).toBeUndefined();
  expect(region.events.map((event) => event.detail)).toEqual(
    ['Create', 'Update', 'Delete'].map((operation) => ({
      name: '/shop/web/site',
      type: 'String',
      operation,
    })),
  );
});

test('A parameter is found by its ARN, too, with the slash before its path or without', async () => {
  for (const name of ['/top', '/shop/site', 'bare']) await put(name, name);
  const arnOf = (name: string) => `arn:aws:ssm:us-east-1:000000000000:parameter/${name}`;
  const found = await Promise.all(['top', 'shop/site', 'bare', 'bare:1'].map((name) => get(arnOf(name))));
  expect(found.map((parameter) => parameter?.Value)).toEqual(['/top', '/shop/site', 'bare', 'bare']);
});

test('At the root of the hierarchy a name is the same parameter with a slash before it and without', async () => {
  await put('bare', '1');
  await put('/rooted', '2');
  const found = await Promise.all(['bare', '/bare', 'rooted', '/rooted'].map((name) => get(name)));
  expect(found.map((parameter) => [parameter?.Name, parameter?.Value])).toEqual([
    ['bare', '1'],
    ['/bare', '1'],
    ['rooted', '2'],
    ['/rooted', '2'],
  ]);
  expect(found[1]?.ARN).toBe('arn:aws:ssm:us-east-1:000000000000:parameter/bare');
  await expect(put('/bare', '3')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
  const { Parameters } = await ssm().GetParametersByPath({ Path: '/' });
  expect(named(Parameters).filter((name) => !name?.startsWith('/aws'))).toEqual(['/rooted', 'bare']);
  await ssm().DeleteParameter({ Name: '/bare' });
  await expect(get('bare')).rejects.toMatchObject({ code: 'ParameterNotFound' });
});

test.each(['/a//b/c', 'a/b/c', 'a/b:3'])(
  'The name %s, which no parameter could have, is not merely not found',
  async (name) => {
    await expect(get(name)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('sub-paths divided by slash symbol'),
    });
  },
);

test('A parameter that is not there is not found, without a word more', async () => {
  const client = new SSMClient({ ...region.aws.client, maxAttempts: 1 });
  const answered = await client.send(new GetParameterCommand({ Name: '/none' })).catch((error) => error);
  client.destroy();
  expect([answered.name, answered.$response.statusCode]).toEqual(['ParameterNotFound', 400]);
  await expect(get('/none')).rejects.toMatchObject({ code: 'ParameterNotFound', message: '' });
});

test('A SecureString shows its value only with decryption', async () => {
  await put('secret', 'hush', { Type: 'SecureString' });
  expect((await get('secret'))?.Value).not.toContain('hush');
  expect((await get('secret', true))?.Value).toBe('hush');
});

test.each([
  ['aws-thing', 'x', {}, 'ValidationException', /can't be prefixed with "aws" or "ssm"/],
  ['/aws/service/mine', 'x', {}, 'AccessDeniedException', /reserved parameter name/],
  ['a/b', 'x', {}, 'ValidationException', /fully qualified/],
  ['sp ace', 'x', {}, 'ValidationException', /letters, numbers/],
  ['/a'.repeat(16), 'x', {}, 'HierarchyLevelLimitExceededException', /15 levels/],
  ['p', '', {}, 'ValidationException', /length greater than or equal to 1/],
  ['p', 'x'.repeat(4097), {}, 'ValidationException', /4096 characters/],
  ['p', 'x', { Type: 'Blob' }, 'ValidationException', /enum value set/],
  ['p', 'x', { Type: undefined }, 'ValidationException', /type is required/],
  ['p', 'x', { AllowedPattern: '^y$' }, 'ParameterPatternMismatchException', /allowedPattern: \^y\$/],
  ['p', 'x', { AllowedPattern: '(' }, 'InvalidAllowedPatternException', /allowedPattern/],
  ['p', 'x', { DataType: 'aws:ec2:image' }, 'ValidationException', /AMI ID/],
  [
    'p',
    'x',
    { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
    'ValidationException',
    /tags and overwrite/,
  ],
])(
  'A parameter that breaks a rule is refused as AWS refuses it (%#)',
  async (name, value, more, code, message) => {
    await expect(put(name, value, more as Partial<PutParameterCommandInput>)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  },
);

test('A parameter is not overwritten unless that is asked for', async () => {
  await put('p', 'x');
  await expect(put('p', 'y')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
});

test('Unknown parameters and versions have their own errors', async () => {
  await put('p', 'x');
  for (const name of ['q', 'p:7:8', 'constructor'])
    await expect(get(name)).rejects.toMatchObject({ code: 'ParameterNotFound' });
  await expect(get('p:7')).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
  expect(await ssm().GetParameters({ Names: ['p', 'q', 'p:7'] })).toMatchObject({
    Parameters: [{ Name: 'p' }],
    InvalidParameters: ['q', 'p:7'],
  });
});

test('Several parameters are deleted at once, and those that are not there are told', async () => {
  for (const name of ['a', 'b']) await put(name, 'x');
  expect(await ssm().DeleteParameters({ Names: ['a', 'b', 'c'] })).toEqual({
    DeletedParameters: ['a', 'b'],
    InvalidParameters: ['c'],
  });
  await expect(ssm().DeleteParameter({ Name: 'a' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
});

test('Parameters are found by path, page by page', async () => {
  for (const name of ['/a/1', '/a/2', '/a/b/3', '/c']) await put(name, 'x');
  const list = (input: object) => ssm().GetParametersByPath({ Path: '/a', ...input });
  expect(named((await list({})).Parameters)).toEqual(['/a/1', '/a/2']);
  const first = await list({ Recursive: true, MaxResults: 2 });
  await put('/a/0', 'x');
  const second = await list({ Recursive: true, NextToken: first.NextToken });
  expect(named(second.Parameters)).toEqual(['/a/b/3']);
  await expect(list({ NextToken: 'foreign' })).rejects.toMatchObject({ code: 'InvalidNextToken' });
  await expect(list({ NextToken: first.NextToken })).rejects.toMatchObject({ code: 'InvalidNextToken' });
});

test('The history of a parameter is told page by page, with what each version was', async () => {
  for (const value of ['one', 'two', 'three']) await put('p', value, { Overwrite: true });
  const first = await ssm().GetParameterHistory({ Name: 'p', MaxResults: 2 });
  const second = await ssm().GetParameterHistory({ Name: 'p', NextToken: first.NextToken });
  expect([...(first.Parameters ?? []), ...(second.Parameters ?? [])]).toMatchObject([
    { Version: 1, Value: 'one' },
    { Version: 2, Value: 'two' },
    { Version: 3, Value: 'three', LastModifiedUser: 'arn:aws:iam::000000000000:root' },
  ]);
});

test("Amazon's public parameters are readable", async () => {
  const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  expect(await get(name)).toMatchObject({
    Value: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
    DataType: 'text',
    ARN: `arn:aws:ssm:us-east-1::parameter${name}`,
  });
  const page = await ssm().GetParametersByPath({ Path: '/aws/service/ami-amazon-linux-latest' });
  expect(named(page.Parameters)).toContain(name);
});

test("Amazon's regions are public parameters with their names", async () => {
  const path = '/aws/service/global-infrastructure/regions';
  expect(await get(`${path}/us-west-1/longName`)).toMatchObject({ Value: 'US West (N. California)' });
  const { Parameters } = await ssm().GetParametersByPath({ Path: path });
  expect(Parameters).toHaveLength(10);
  expect(Parameters?.[0]).toMatchObject({ Name: `${path}/af-south-1`, Value: 'af-south-1' });
  const { Parameters: facts = [] } = await ssm().GetParametersByPath({ Path: `${path}/us-west-1` });
  expect(facts.map(({ Value }) => Value)).toEqual(['amazonaws.com', 'US West (N. California)', 'aws']);
  const { Parameters: zones } = await ssm().GetParametersByPath({
    Path: `${path}/us-west-1/availability-zones`,
  });
  expect(zones?.map(({ Value }) => Value)).toEqual(['usw1-az1', 'usw1-az3']);
});

test('Labels move between versions, and tags stay with the parameter', async () => {
  await put('p', 'one', { Tags: [{ Key: 'team', Value: 'a' }] });
  await put('p', 'two', { Overwrite: true });
  await ssm().LabelParameterVersion({ Name: 'p', ParameterVersion: 1, Labels: ['prod'] });
  expect((await get('p:prod'))?.Value).toBe('one');
  const labeled = await ssm().LabelParameterVersion({ Name: 'p', Labels: ['prod', 'aws-1'] });
  expect(labeled).toEqual({ InvalidLabels: ['aws-1'], ParameterVersion: 2 });
  expect((await get('p:prod'))?.Value).toBe('two');
  const { Parameters = [] } = await ssm().GetParameterHistory({ Name: 'p' });
  expect(Parameters.map(({ Labels }) => Labels)).toEqual([[], ['prod']]);
  await ssm().AddTagsToResource({
    ResourceType: 'Parameter',
    ResourceId: 'p',
    Tags: [{ Key: 'team', Value: 'b' }],
  });
  const found = await ssm().DescribeParameters({ ParameterFilters: [{ Key: 'tag:team', Values: ['b'] }] });
  expect(named(found.Parameters)).toEqual(['p']);
});

test('A label is taken away from its version, and one that it has not is told', async () => {
  await put('p', 'one');
  await ssm().LabelParameterVersion({ Name: 'p', Labels: ['prod'] });
  const unlabel = () =>
    ssm().UnlabelParameterVersion({ Name: 'p', ParameterVersion: 1, Labels: ['prod', 'test'] });
  expect(await unlabel()).toEqual({ RemovedLabels: ['prod'], InvalidLabels: ['test'] });
  await expect(get('p:prod')).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
});

test('Tags are added, listed and removed', async () => {
  await put('p', 'x', { Tags: [{ Key: 'a', Value: '1' }] });
  const resource = { ResourceType: 'Parameter' as const, ResourceId: 'p' };
  expect(await ssm().AddTagsToResource({ ...resource, Tags: [{ Key: 'b', Value: '2' }] })).toEqual({});
  expect(await ssm().ListTagsForResource(resource)).toEqual({
    TagList: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  expect(await ssm().RemoveTagsFromResource({ ...resource, TagKeys: ['a'] })).toEqual({});
  expect((await ssm().ListTagsForResource(resource)).TagList).toEqual([{ Key: 'b', Value: '2' }]);
  await expect(
    ssm().ListTagsForResource({ ResourceType: 'Document', ResourceId: 'p' }),
  ).rejects.toMatchObject({ code: 'InvalidResourceType' });
});

type Filters = NonNullable<DescribeParametersCommandInput['ParameterFilters']>;

test.each<[string, Filters, string[]]>([
  ['a name', [{ Key: 'Name', Values: ['/a/1'] }], ['/a/1']],
  ['the beginning of a name', [{ Key: 'Name', Option: 'BeginsWith', Values: ['a'] }], ['/a/1', '/a/b/2']],
  ['a part of a name', [{ Key: 'Name', Option: 'Contains', Values: ['b'] }], ['/a/b/2', 'bare']],
  ['a path', [{ Key: 'Path', Values: ['/a'] }], ['/a/1']],
  ['the root', [{ Key: 'Path', Values: ['/'] }], ['bare']],
  ['all below a path', [{ Key: 'Path', Option: 'Recursive', Values: ['/a'] }], ['/a/1', '/a/b/2']],
  ['a type', [{ Key: 'Type', Values: ['SecureString'] }], ['bare']],
  ['a name with another slash', [{ Key: 'Name', Values: ['/bare'] }], ['bare']],
  ['a part of a name', [{ Key: 'Name', Option: 'Contains', Values: ['/ba'] }], ['bare']],
  ['the beginning of a tag', [{ Key: 'tag:stage', Option: 'BeginsWith', Values: ['pr'] }], ['bare']],
  ['a key', [{ Key: 'KeyId', Option: 'BeginsWith', Values: ['alias/'] }], ['bare']],
  [
    'a tier and a type',
    [
      { Key: 'Tier', Values: ['Standard'] },
      { Key: 'Type', Values: ['String'] },
    ],
    ['/a/1', '/a/b/2'],
  ],
])('Parameters are described by %s', async (_what, ParameterFilters, names) => {
  for (const name of ['/a/1', '/a/b/2']) await put(name, 'x');
  await put('bare', 'x', { Type: 'SecureString', Tags: [{ Key: 'stage', Value: 'prod' }] });
  const { Parameters } = await ssm().DescribeParameters({ ParameterFilters });
  expect(named(Parameters)).toEqual(names);
});

test.each<[string, Filters, string, string]>([
  [
    'a key that there is not',
    [{ Key: 'key' }],
    'ValidationException',
    'tag:.+|Name|Type|KeyId|Path|Label|Tier',
  ],
  [
    'a label',
    [{ Key: 'Label', Values: ['a'] }],
    'InvalidFilterKey',
    'The following filter key is not valid: Label. Valid filter keys include: [Path, Name, Type, KeyId, Tier]',
  ],
  [
    'no values',
    [{ Key: 'Name' }],
    'InvalidFilterValue',
    'The following filter values are missing : null for filter key Name',
  ],
  [
    'the same key twice',
    [
      { Key: 'Name', Values: ['a'] },
      { Key: 'Name', Values: ['b'] },
    ],
    'InvalidFilterKey',
    'The following filter is duplicated in the request: Name. A request can contain only one occurrence of a specific filter.',
  ],
  [
    'a path of AWS',
    [{ Key: 'Path', Values: ['/aws', '/ssm'] }],
    'ValidationException',
    'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
  ],
  [
    'an option that paths have not',
    [{ Key: 'Path', Option: 'Equals', Values: ['test'] }],
    'InvalidFilterOption',
    'The following filter option is not valid: Equals. Valid options include: [Recursive, OneLevel]',
  ],
  [
    'an option that there is not',
    [{ Key: 'Name', Option: 'option', Values: ['a'] }],
    'InvalidFilterOption',
    'The following filter option is not valid: option. Valid options include: [BeginsWith, Equals].',
  ],
  [
    'a tier that there is not',
    [{ Key: 'Tier', Values: ['test'] }],
    'InvalidFilterValue',
    'The following filter value is not valid: test. Valid values include: [Standard, Advanced, Intelligent-Tiering]',
  ],
  [
    'a type that there is not',
    [{ Key: 'Type', Values: ['test'] }],
    'InvalidFilterValue',
    'The following filter value is not valid: test. Valid values include: [String, StringList, SecureString]',
  ],
  [
    'characters that paths have not',
    [{ Key: 'Path', Values: ['/###'] }],
    'ValidationException',
    "The parameter doesn't meet the parameter name requirements",
  ],
  [
    'an empty step of a path',
    [{ Key: 'Path', Values: ['//'] }],
    'ValidationException',
    "The parameter doesn't meet the parameter name requirements",
  ],
  [
    'a path without a slash',
    [{ Key: 'Path', Values: ['test'] }],
    'ValidationException',
    "The parameter doesn't meet the parameter name requirements",
  ],
])('A filter with %s is refused', async (_what, ParameterFilters, code, message) => {
  await expect(ssm().DescribeParameters({ ParameterFilters })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test('A path is searched by type, key and label only', async () => {
  await put('/a/1', 'x');
  await put('/a/2', 'x', { Type: 'SecureString' });
  await ssm().LabelParameterVersion({ Name: '/a/1', Labels: ['prod'] });
  const find = (ParameterFilters: Filters) => ssm().GetParametersByPath({ Path: '/a', ParameterFilters });
  expect(named((await find([{ Key: 'Type', Values: ['SecureString'] }])).Parameters)).toEqual(['/a/2']);
  expect(named((await find([{ Key: 'Label', Values: ['prod'] }])).Parameters)).toEqual(['/a/1']);
  await expect(find([{ Key: 'Name', Values: ['x'] }])).rejects.toMatchObject({
    code: 'InvalidFilterKey',
    message: 'The following filter key is not valid: Name. Valid filter keys include: [Type, KeyId].',
  });
});

test('Filters of the old kind ask for beginnings, and not beside those of the new', async () => {
  for (const name of ['param-1', 'param-2', 'other']) await put(name, 'x');
  const Filters = [{ Key: 'Name' as const, Values: ['param'] }];
  expect(named((await ssm().DescribeParameters({ Filters })).Parameters)).toEqual(['param-1', 'param-2']);
  const both = { Filters, ParameterFilters: [{ Key: 'Name', Values: ['other'] }] };
  await expect(ssm().DescribeParameters(both)).rejects.toMatchObject({
    message: 'You can use either Filters or ParameterFilters in a single request.',
  });
});

describe('A parameter that holds an image', () => {
  const IMAGE = { DataType: 'aws:ec2:image' };
  const failed = () =>
    region.events.find(({ detail }) => (detail as { exception?: string }).exception !== undefined)?.detail;

  test('is written only once it is known that the image is there', async () => {
    const [first, second] = [await findImage(region), await findImage(region, 'minimal')];
    expect(await put('/image', first, IMAGE)).toEqual({ Version: 1, Tier: 'Standard' });
    await expect(get('/image')).rejects.toMatchObject({ code: 'ParameterNotFound' });
    await expect(put('/image', second, { ...IMAGE, Overwrite: true })).rejects.toThrow(/still in process/);
    await until(async () => (await get('/image').catch(() => undefined))?.Value === first);
    await put('/image', second, { ...IMAGE, Overwrite: true });
    expect((await get('/image'))?.Value).toBe(first);
    await until(async () => (await get('/image'))?.Value === second);
    expect(await get('/image')).toMatchObject({ Version: 2, DataType: 'aws:ec2:image' });
  });

  test('is never written where there is no such image, of which an event tells alone', async () => {
    await put('/image', 'ami-0123456789abcdef0', IMAGE);
    await until(() => failed() !== undefined);
    expect(failed()).toEqual({
      operation: 'Create',
      name: '/image',
      type: 'String',
      dataType: 'aws:ec2:image',
      exception: 'Unable to Describe Resource',
    });
    await expect(get('/image')).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  test('is not written for who may not describe images, and is not refused either', async () => {
    const iam = region.api('iam');
    await iam.CreateUser({ UserName: 'writer' });
    const Statement = [{ Effect: 'Allow', Action: 'ssm:PutParameter', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.PutUserPolicy({ UserName: 'writer', PolicyName: 'write', PolicyDocument });
    const { AccessKey } = await iam.CreateAccessKey({ UserName: 'writer' });
    const principal = region.state('iam').principalOf(AccessKey?.AccessKeyId ?? '');
    const image = await findImage(region);
    const input = { Name: '/image', Value: image, Type: 'String', ...IMAGE } as const;
    expect(await region.apiAs('ssm', { ...rootCall(), principal }).PutParameter(input)).toMatchObject({
      Version: 1,
    });
    await until(() => failed() !== undefined);
    await expect(get('/image')).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  test('is one from its beginning: no text becomes one, nor one a text', async () => {
    const image = await findImage(region);
    await put('/text', image);
    const asImage = put('/text', image, { ...IMAGE, Overwrite: true });
    await expect(asImage).rejects.toMatchObject({ code: 'ValidationException' });
    await put('/image', image, IMAGE);
    await until(async () => (await get('/image').catch(() => undefined)) !== undefined);
    const asText = put('/image', 'x', { DataType: 'text', Overwrite: true });
    await expect(asText).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
