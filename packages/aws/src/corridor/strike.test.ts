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
  const send = () =>
    sendSigned({
      ...{ endpoint: region.aws.endpoint, service: 'ssm' },
      headers: { 'x-amz-target': 'AmazonSSM.PutParameter', 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ Name: name, Value: 'a', Type: 'String' }),
    });
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

test.each([
  [{ kind: 'late' }, "delay: a fault of kind 'late' has one, in seconds, and no other has"],
  [{ delay: 3 }, "delay: a fault of kind 'late' has one"],
  [{ service: 'sms' }, "service: there is no 'sms', expected * or one of "],
  [{ operation: 'Put' }, "operation: ssm has no operation 'Put'"],
  [{ kind: 'error' }, 'kind'],
])('a fault that could never strike is refused: %j', async (wrong, message) => {
  await expect(region.aws.faults.add({ ...PUT, ...wrong } as never)).rejects.toThrow(message);
});

describe('a function that dies', () => {
  const SOURCE = `
    const { SSMClient, PutParameterCommand } = require('@aws-sdk/client-ssm');
    let runs = 0;
    exports.handler = async ({ name }) => {
      runs += 1;
      const ssm = new SSMClient({ maxAttempts: 1 });
      await ssm.send(new PutParameterCommand({ Name: name, Value: 'a', Type: 'String', Overwrite: true }));
      return runs;
    };`;
  const invoke = async (name: string) => {
    const answer = await region
      .api('lambda')
      .Invoke({ FunctionName: 'putter', Payload: Buffer.from(JSON.stringify({ name })) });
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
});
