import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { sendSigned } from '../../../testing/signed';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
  await addActiveFunction(region, 'echo', 'exports.handler = async (event) => event');
});
afterAll(() => region[Symbol.asyncDispose]());

const invoke = (FunctionName: string, Payload: string) =>
  region.api('lambda').Invoke({ FunctionName, Payload: Buffer.from(Payload) });

test.each([
  [
    '{',
    'Unexpected end-of-input: expected close marker for Object (start marker at [Source: (byte[])"{"; line: 1, column: 1])\n at [Source: (byte[])"{"; line: 1, column: 2]',
  ],
  [
    'hello',
    "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (byte[])\"hello\"; line: 1, column: 6]",
  ],
])('a payload that is no JSON is refused in the words of its parser: %s', async (payload, fault) => {
  await expect(invoke('echo', payload)).rejects.toMatchObject({
    code: 'InvalidRequestContentException',
    message: `Could not parse request body into json: Could not parse payload into json: ${fault}`,
  });
});

test('a function of another region is not reached', async () => {
  await expect(invoke('arn:aws:lambda:us-west-2:000000000000:function:echo', '{}')).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: "Functions from 'us-west-2' are not reachable in this region ('us-east-1')",
  });
});

test('what a function answers is JSON, and says so', async () => {
  const answer = await sendSigned({
    ...{ endpoint: region.aws.endpoint, service: 'lambda', body: '{"a":1}' },
    path: '/2015-03-31/functions/echo/invocations',
  });
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({ a: 1 });
});
