import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());
afterEach(() => region.aws.faults.clear());

async function ask(method: string, body?: string, path = 'faults') {
  const answer = await fetch(`${region.aws.endpoint}/_local/${path}`, { method, body });
  return { status: answer.status, allow: answer.headers.get('allow'), said: await answer.json() };
}
const lost = { service: 'ssm', operation: 'PutParameter', kind: 'lost' };

test('a fault is added, listed and taken back', async () => {
  const pending = [{ ...lost, skip: 0, times: 1 }];
  expect(await ask('POST', JSON.stringify(lost))).toMatchObject({ status: 200, said: pending });
  expect((await ask('GET')).said).toEqual(pending);
  expect(await ask('DELETE')).toMatchObject({ status: 200, said: [] });
  expect((await ask('GET')).said).toEqual([]);
});

test.each([
  ['', 'the body is no JSON'],
  ['{ "service": NaN }', 'the body is no JSON'],
  [JSON.stringify([lost]), 'the fault: Invalid input: expected object, received array'],
  ['{}', 'service: Invalid input: expected string, received undefined; operation: '],
  [JSON.stringify({ ...lost, times: '3' }), 'times: Invalid input: expected number, received string'],
  [JSON.stringify({ ...lost, service: 'sms' }), "service: there is no 'sms'"],
])('what is no fault is refused, and none is added: %s', async (body, message) => {
  const { status, said } = await ask('POST', body);
  expect([status, said]).toEqual([400, { message: expect.stringContaining(message) }]);
  expect(await region.aws.faults.list()).toEqual([]);
});

test('a method that a path does not have is refused with those that it has', async () => {
  const said = { message: 'the embedded AWS has no PUT /_local/faults, but GET, POST, DELETE' };
  expect(await ask('PUT', '{}')).toEqual({ status: 405, allow: 'GET, POST, DELETE', said });
  expect((await ask('GET', undefined, 'defaults')).status).toBe(404);
});
