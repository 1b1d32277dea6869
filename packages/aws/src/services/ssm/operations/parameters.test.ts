import { Clock } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { type AwsEvent, EventBus } from '../../../core/event-bus';
import { Faults } from '../../../core/faults';
import { Ledger } from '../../../core/ledger';
import { serviceCall } from '../../../core/service-call';
import { noCorridor } from '../../../testing/no-corridor';
import { Ssm } from '..';

const clock = new Clock(1);
let events: AwsEvent[];
let context: Context;
let ssm: Ssm;

beforeEach(() => {
  events = [];
  const bus = new EventBus('us-east-1', '000000000000', () => clock.now());
  bus.subscribe((event) => events.push(event));
  context = {
    region: 'us-east-1',
    accountId: '000000000000',
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus,
    faults: new Faults(),
    endpoint: '',
    ...noCorridor,
  };
  ssm = new Ssm(context);
});
afterAll(() => clock.stop());

const call = () => serviceCall(context, 'test');
const put = (Name: string, Value: string, more = {}) =>
  ssm.operations.PutParameter({ Name, Value, Type: 'String', ...more }, call());
const get = (Name: string, WithDecryption = false) =>
  ssm.operations.GetParameter({ Name, WithDecryption }, call()).Parameter;

test('A parameter is written, read and overwritten, and every change is announced', () => {
  expect(put('/kiln/web/site', 's3://a')).toEqual({ Version: 1, Tier: 'Standard' });
  expect(put('/kiln/web/site', 's3://b', { Overwrite: true }).Version).toBe(2);
  expect(get('/kiln/web/site')).toMatchObject({
    Value: 's3://b',
    Version: 2,
    ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/kiln/web/site',
    DataType: 'text',
  });
  expect(get('/kiln/web/site:1')).toMatchObject({ Value: 's3://a', Selector: ':1' });
  expect(ssm.parameter('/kiln/web/site')).toBe('s3://b');
  ssm.operations.DeleteParameter({ Name: '/kiln/web/site' }, call());
  expect(ssm.parameter('/kiln/web/site')).toBeUndefined();
  expect(events.map((event) => event.detail)).toEqual(
    ['Create', 'Update', 'Delete'].map((operation) => ({
      name: '/kiln/web/site',
      type: 'String',
      operation,
    })),
  );
});

test('A SecureString shows its value only with decryption', () => {
  put('secret', 'hush', { Type: 'SecureString' });
  expect(get('secret')?.Value).not.toContain('hush');
  expect(get('secret', true)?.Value).toBe('hush');
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
])('A parameter that breaks a rule is refused as AWS refuses it (%#)', (name, value, more, code, message) => {
  expect(() => put(name, value, more)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('A parameter is not overwritten unless that is asked for', () => {
  put('p', 'x');
  expect(() => put('p', 'y')).toThrow(expect.objectContaining({ code: 'ParameterAlreadyExists' }));
});

test('Unknown parameters and versions have their own errors', () => {
  put('p', 'x');
  expect(() => get('q')).toThrow(expect.objectContaining({ code: 'ParameterNotFound' }));
  expect(() => get('p:7')).toThrow(expect.objectContaining({ code: 'ParameterVersionNotFound' }));
  expect(ssm.operations.GetParameters({ Names: ['p', 'q', 'p:7'] }, call())).toMatchObject({
    Parameters: [{ Name: 'p' }],
    InvalidParameters: ['q', 'p:7'],
  });
});

test('Parameters are found by path, page by page', () => {
  for (const name of ['/a/1', '/a/2', '/a/b/3', '/c']) put(name, 'x');
  const list = (input: object) => ssm.operations.GetParametersByPath({ Path: '/a', ...input }, call());
  expect(list({}).Parameters.map((one) => one.Name)).toEqual(['/a/1', '/a/2']);
  const first = list({ Recursive: true, MaxResults: 2 });
  const second = list({ Recursive: true, NextToken: first.NextToken });
  expect(second.Parameters.map((one) => one.Name)).toEqual(['/a/b/3']);
});

test("Amazon's public parameters are readable", () => {
  const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  expect(get(name)).toMatchObject({
    Value: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
    DataType: 'aws:ec2:image',
    ARN: `arn:aws:ssm:us-east-1::parameter${name}`,
  });
  const page = ssm.operations.GetParametersByPath({ Path: '/aws/service/ami-amazon-linux-latest' }, call());
  expect(page.Parameters.map((one) => one.Name)).toContain(name);
});

test('Labels move between versions, and tags stay with the parameter', () => {
  put('p', 'one', { Tags: [{ Key: 'team', Value: 'a' }] });
  put('p', 'two', { Overwrite: true });
  ssm.operations.LabelParameterVersion({ Name: 'p', ParameterVersion: 1, Labels: ['prod'] }, call());
  expect(get('p:prod')?.Value).toBe('one');
  ssm.operations.LabelParameterVersion({ Name: 'p', Labels: ['prod'] }, call());
  expect(get('p:prod')?.Value).toBe('two');
  expect(
    ssm.operations.GetParameterHistory({ Name: 'p' }, call()).Parameters.map((one) => one.Labels),
  ).toEqual([[], ['prod']]);
  ssm.operations.AddTagsToResource(
    { ResourceType: 'Parameter', ResourceId: 'p', Tags: [{ Key: 'team', Value: 'b' }] },
    call(),
  );
  const found = ssm.operations.DescribeParameters(
    { ParameterFilters: [{ Key: 'tag:team', Values: ['b'] }] },
    call(),
  );
  expect(found.Parameters.map((one) => one.Name)).toEqual(['p']);
});
