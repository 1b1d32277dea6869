import type { FaultInput } from '../core/faults/faults';
import { rootCall } from '../testing/api';
import { addActiveFunction } from '../testing/functions';
import { type NewRegion, newRegion } from '../testing/region';
import { sendSigned } from '../testing/signed';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());
afterEach(() => region.aws.faults.clear());

let count = 0;
/** A parameter of its own for each test: its version says how often it was put. */
function newName(): string {
  count += 1;
  return `/test/${count}`;
}
const put = (Name: string, Value = 'a') =>
  region.api('ssm').PutParameter({ Name, Value, Type: 'String', Overwrite: true });
const versionOf = async (Name: string) => {
  const { Parameters } = await region.api('ssm').GetParameters({ Names: [Name] });
  return Parameters?.[0]?.Version ?? 0;
};
const sendPut = (endpoint: string, Name: string) =>
  sendSigned({
    ...{ endpoint, service: 'ssm' },
    headers: { 'x-amz-target': 'AmazonSSM.PutParameter', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Name, Value: 'a', Type: 'String' }),
  });
const PUT = { service: 'ssm', operation: 'PutParameter' };

test('a refused call has no effect, and the next is as ever', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, code: 'ThrottlingException', message: 'too fast' });
  await expect(put(name)).rejects.toMatchObject({
    code: 'ThrottlingException',
    message: 'too fast',
    status: 400,
  });
  expect(await versionOf(name)).toBe(0);
  await put(name);
  expect(await versionOf(name)).toBe(1);
});

test('a call that is refused after its effect has had it', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, kind: 'afterEffect' });
  await expect(put(name)).rejects.toMatchObject({ code: 'InternalError', status: 500 });
  expect(await versionOf(name)).toBe(1);
});

test('an effect comes twice, its answer once', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, kind: 'twice' });
  expect(await put(name)).toMatchObject({ Version: 1 });
  expect(await versionOf(name)).toBe(2);
});

test('a late answer comes with its effect; with a code the refusal comes first', async () => {
  const [slow, refused] = [newName(), newName()];
  const { clock } = region.aws;
  await region.aws.faults.add({ ...PUT, kind: 'late', delay: 30, input: { Name: slow } });
  await region.aws.faults.add({ ...PUT, kind: 'late', delay: 30, status: 503, input: { Name: refused } });
  const before = clock.now().getTime();
  const answer = put(slow);
  await expect(put(refused)).rejects.toMatchObject({ status: 503 });
  expect(await versionOf(refused)).toBe(0);
  await clock.sleep(31);
  await answer;
  expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(30_000);
  expect([await versionOf(slow), await versionOf(refused)]).toEqual([1, 1]);
});

test('a lost call breaks the connection off', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, kind: 'lost' });
  const send = () => sendPut(region.aws.endpoint, name);
  await expect(send()).rejects.toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } });
  expect(await versionOf(name)).toBe(0);
  expect((await send()).status).toBe(200);
});

test('it strikes only who and what it is meant for, after those that it lets pass, and for its time', async () => {
  const [name, other] = [newName(), newName()];
  const { faults, clock } = region.aws;
  await faults.add({ ...PUT, caller: 'somebody-else' });
  await faults.add({ ...PUT, input: { Name: name }, skip: 1, times: 2, lasts: 60 });
  await put(other);
  await put(name);
  await expect(put(name)).rejects.toMatchObject({ code: 'InternalError' });
  expect((await faults.list()).map(({ skip, times }) => [skip, times])).toEqual([
    [0, 1],
    [0, 1],
  ]);
  await clock.sleep(61);
  await put(name);
  expect([await versionOf(name), await versionOf(other)]).toEqual([2, 1]);
  expect(await faults.list()).toHaveLength(1);
});

test('parallel calls are let pass and struck exactly as often as is said', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, skip: 3, times: 5 });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => put(name)));
  expect(outcomes.map(({ status }) => (status === 'rejected' ? 'x' : '.')).join('')).toBe(
    '...xxxxx............',
  );
  expect(await versionOf(name)).toBe(15);
});

test('it strikes in its region', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, region: 'eu-west-1' });
  await put(name);
  const { context } = region.aws.account.region('eu-west-1');
  const input = { Name: name, Value: 'a', Type: 'String' };
  await expect(context.invoke(rootCall('eu-west-1'), 'ssm', 'PutParameter', input)).rejects.toMatchObject({
    code: 'InternalError',
  });
  expect((await region.aws.faults.strikes()).at(-1)).toMatchObject({ region: 'eu-west-1' });
});

test('what is late comes though the faults are taken back', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, kind: 'late', delay: 30, status: 503 });
  await expect(put(name)).rejects.toMatchObject({ status: 503 });
  await region.aws.faults.clear();
  await region.aws.clock.sleep(31);
  expect(await versionOf(name)).toBe(1);
});

test('a call that is late when the account is reset is answered, and has no effect', async () => {
  await using other = await newRegion({ timeScale: 1 });
  await other.aws.faults.add({ ...PUT, kind: 'late', delay: 3600 });
  const struck = new Promise<void>((resolve) => {
    other.aws.watch(({ operation }) => {
      if (operation === 'PutParameter') resolve();
      return undefined;
    });
  });
  const sent = sendPut(other.aws.endpoint, newName());
  await struck;
  await other.aws.reset();
  const answer = await sent;
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('was reset')]);
});

test('a service that is not answered by another one answers its own caller', async () => {
  await using other = await newRegion({
    instead: { ssm: { PutParameter: () => other.api('kms').ListKeys({}) } },
  });
  await other.aws.faults.add({ service: 'kms', operation: 'ListKeys', kind: 'lost' });
  const answer = await sendPut(other.aws.endpoint, newName());
  expect([answer.status, await answer.text()]).toEqual([
    503,
    expect.stringContaining('ListKeys was not answered'),
  ]);
});

test('a whole service can be down', async () => {
  const { faults } = region.aws;
  await faults.add({ service: 'ssm', operation: '*', status: 503, times: 1000, lasts: 60 });
  await expect(put(newName())).rejects.toMatchObject({ status: 503 });
  await expect(region.api('ssm').DescribeParameters({})).rejects.toMatchObject({ status: 503 });
  await region.api('ec2').DescribeVpcs({});
});

test('what struck is told', async () => {
  const name = newName();
  await region.aws.faults.add({ ...PUT, kind: 'twice' });
  await put(name);
  expect((await region.aws.faults.strikes()).at(-1)).toEqual({
    time: expect.stringMatching(/Z$/),
    region: 'us-east-1',
    ...PUT,
    caller: 'arn:aws:iam::000000000000:root',
    fault: { ...PUT, kind: 'twice', skip: 0, times: 1 },
  });
});

test('who watches is told of a call before it is made', async () => {
  const name = newName();
  const seen: unknown[] = [];
  const end = region.aws.watch((call) => {
    seen.push([call.service, call.operation, call.input.Name]);
    return undefined;
  });
  await region.aws.faults.add(PUT);
  await expect(put(name)).rejects.toThrow();
  end();
  await put(name);
  expect(seen).toEqual([['ssm', 'PutParameter', name]]);
});

test('who watches may let a fault strike the very call that is told', async () => {
  const name = newName();
  let calls = 0;
  const end = region.aws.watch(({ operation, input }) => {
    if (operation !== 'PutParameter' || input.Name !== name) return undefined;
    calls += 1;
    return calls === 2 ? { ...PUT, kind: 'afterEffect', message: 'the second' } : undefined;
  });
  await put(name);
  await expect(put(name)).rejects.toMatchObject({ status: 500, message: 'the second' });
  await put(name);
  end();
  expect(await versionOf(name)).toBe(3);
  expect((await region.aws.faults.strikes()).at(-1)).toMatchObject({ fault: { message: 'the second' } });
  expect(await region.aws.faults.list()).toEqual([]);
});

const IMAGE = { service: 'ec2', operation: 'CopyImage', kind: 'lateFailure' };
test('a fault of who watches is read as others are', async () => {
  const end = region.aws.watch(() => ({ ...PUT, kind: 'late' }));
  const { error } = console;
  const complaints: unknown[] = [];
  console.error = (_what: string, why: Error) => complaints.push(why.message);
  await expect(put(newName())).rejects.toMatchObject({ code: 'InternalFailure' });
  console.error = error;
  end();
  expect(complaints).toEqual([expect.stringContaining("delay: a fault of kind 'late' has one")]);
  expect(await region.aws.faults.list()).toEqual([]);
});

test.each([
  [{ kind: 'late' }, "delay: a fault of kind 'late' has one, in seconds, and no other has"],
  [{ delay: 3 }, "delay: a fault of kind 'late' has one"],
  [{ service: 'sms' }, "service: there is no 'sms', expected * or one of "],
  [{ operation: 'Put' }, "operation: ssm has no operation 'Put'"],
  [{ kind: 'error' }, 'kind: Invalid option: expected one of "refuse"|'],
  [{ times: 0, skip: -1 }, 'skip: Too small: expected number to be >=0; times: Too small'],
  [{ after: 3 }, 'the fault: Unrecognized key: "after"; there is service, operation, kind, '],
  [{ kind: 'late', delay: 1e14 }, 'delay: Too big: expected number to be <=31536000'],
  [{ code: 'Too\nFast' }, 'code: expected letters, digits and . : _ -'],
  [{ code: '' }, 'code: expected letters'],
  [{ region: 'Virginia' }, 'region: expected the name of a region, such as us-east-1'],
  [{ kind: 'lost', status: 500 }, "status: a fault of kind 'lost' tells nobody; leave it out"],
  [{ input: { Nmae: 'a' } }, 'input.Nmae: PutParameter has no such member, expected one of Name, '],
  [{ service: '*', operation: 'Put' }, "operation: no service here has an operation 'Put'"],
  [{ operation: 'DescribePatchGroups' }, 'operation: the embedded AWS lacks DescribePatchGroups of ssm'],
  [{ kind: 'never' }, "operation: 'never' does not know ssm PutParameter, expected one of ec2 CreateImage, "],
  [{ ...IMAGE, service: '*' }, "operation: 'lateFailure' does not know * CopyImage"],
  [{ ...IMAGE, operation: 'RegisterImage' }, "operation: 'lateFailure' does not know ec2 RegisterImage"],
  [{ ...IMAGE, code: 'A' }, "code: a fault of kind 'lateFailure' tells nobody"],
  [{ ...IMAGE, caller: 'a' }, "caller: 'lateFailure' strikes what was begun, whoever asked for it"],
])('a fault that could never strike is refused: %j', async (wrong, message) => {
  await expect(region.aws.faults.add({ ...PUT, ...wrong } as never)).rejects.toThrow(message);
});

test.each([
  { service: 'elasticloadbalancing', operation: 'CreateTargetGroup' },
  { service: 'elasticloadbalancing', operation: 'ConfigureHealthCheck' },
  { service: 'elasticloadbalancing', operation: 'CreateLoadBalancer', input: { LoadBalancerName: 'a' } },
  { service: 'elasticloadbalancing', operation: 'CreateLoadBalancer', input: { Name: 'a' } },
  { service: '*', operation: 'TagResource' },
  { ...PUT, kind: 'lost', message: 'a note for the strikes' },
  { ...IMAGE, region: 'eu-west-1', message: 'disk on fire' },
  { service: 'autoscaling', operation: 'RunInstances', kind: 'lateFailure', code: 'A', message: 'a' },
] as const)('a fault that some call may meet is taken: %j', async (fault) => {
  await region.aws.faults.add(fault as FaultInput);
  expect(await region.aws.faults.list()).toMatchObject([fault]);
});

describe('a function that dies', () => {
  const SOURCE = `
    const { SSMClient, PutParameterCommand } = require('@aws-sdk/client-ssm');
    let runs = 0;
    exports.handler = async ({ name, region }) => {
      runs += 1;
      const ssm = new SSMClient({ maxAttempts: 1, region });
      await ssm.send(new PutParameterCommand({ Name: name, Value: 'a', Type: 'String', Overwrite: true }));
      return runs;
    };`;
  const invoke = async (name: string, where?: string) => {
    const Payload = Buffer.from(JSON.stringify({ name, region: where }));
    const answer = await region.api('lambda').Invoke({ FunctionName: 'putter', Payload });
    return [answer.FunctionError, JSON.parse(Buffer.from(answer.Payload ?? []).toString())];
  };
  beforeAll(async () => {
    await addActiveFunction(region, 'putter', SOURCE);
  });

  test.each([
    ['kill', 0],
    ['killAfterEffect', 1],
  ] as const)(
    '%s: its call has had %d effects, and the next run is in a new sandbox',
    async (kind, effects) => {
      const name = newName();
      await region.aws.faults.add({ ...PUT, kind, caller: 'putter' });
      expect(await invoke(name)).toEqual([
        'Unhandled',
        { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
      ]);
      expect(await versionOf(name)).toBe(effects);
      expect(await invoke(name)).toEqual([undefined, 1]);
      expect(await versionOf(name)).toBe(effects + 1);
    },
  );

  test('a function dies of its call to another region, too', async () => {
    await region.aws.faults.add({ ...PUT, kind: 'kill', region: 'eu-west-1' });
    const name = newName();
    expect(await invoke(name)).toEqual([undefined, expect.any(Number)]);
    const [error, { errorType }] = await invoke(name, 'eu-west-1');
    expect([error, errorType]).toEqual(['Unhandled', 'Runtime.ExitError']);
  });
});
