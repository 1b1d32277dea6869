import { type NewRegion, newRegion } from '../../../testing/region';
import { runnerOf, type StateMachineRunner } from '../../../testing/state-machines';

let region: NewRegion;
let machines: StateMachineRunner;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
});

afterAll(() => region.aws.stop());

const api = () => region.api('sfn');
const succeed = { StartAt: 'S', States: { S: { Type: 'Succeed' } } };
const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9e6, End: true } } };

test('a start is idempotent by name and input while the execution runs', async () => {
  const stateMachineArn = await machines.create(waiting);
  const begin = (name: string, input: string) => api().StartExecution({ stateMachineArn, name, input });
  const first = await begin('web-1', '{"a":1}');
  expect((await begin('web-1', '{"a":1}')).executionArn).toBe(first.executionArn);
  await expect(begin('web-1', '{"a":2}')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  await expect(begin('web 1', '{}')).rejects.toMatchObject({ code: 'InvalidName' });
  for (const [input, reason] of [
    [
      '{',
      'Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"; line: 1, column: 1])',
    ],
    ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    ['', 'Invalid execution input.'],
  ] as const)
    await expect(begin('web-2', input)).rejects.toMatchObject({
      code: 'InvalidExecutionInput',
      message: `Invalid State Machine Execution Input: '${reason}'`,
    });
  await expect(begin('web-2', JSON.stringify('ä'.repeat(140_000)))).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

test('executions are listed newest first, by status, page by page', async () => {
  const stateMachineArn = await machines.create(succeed);
  for (const name of ['a', 'b', 'c']) {
    const { executionArn } = await api().StartExecution({ stateMachineArn, name });
    await region.state('sfn').executions.get(executionArn).ended;
  }
  const list = (input: object) => api().ListExecutions({ stateMachineArn, ...input });
  const first = await list({ maxResults: 2, statusFilter: 'SUCCEEDED' });
  const second = await list({ maxResults: 2, statusFilter: 'SUCCEEDED', nextToken: first.nextToken });
  const names = [...(first.executions ?? []), ...(second.executions ?? [])].map(({ name }) => name);
  expect(names).toEqual(['c', 'b', 'a']);
  await expect(list({ nextToken: first.nextToken })).rejects.toMatchObject({ code: 'InvalidToken' });
  expect((await list({ statusFilter: 'FAILED' })).executions).toEqual([]);
  await expect(list({ statusFilter: 'succeeded' })).rejects.toThrow(
    'Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]',
  );
  await expect(list({ maxResults: 1001 })).rejects.toThrow(
    'Member must have value less than or equal to 1000',
  );
});

test('an execution shows the trace that it was given, and no other', async () => {
  const stateMachineArn = await machines.create(succeed);
  const traceHeader = 'Root=1-67891233-abcdef012345678912345678;Sampled=1';
  const describe = async (given?: string) => {
    const { executionArn } = await api().StartExecution({ stateMachineArn, traceHeader: given });
    return (await api().DescribeExecution({ executionArn })).traceHeader;
  };
  expect(await describe(traceHeader)).toBe(traceHeader);
  expect(await describe()).toBeUndefined();
});

test('an execution keeps the state machine that it was started with', async () => {
  const stateMachineArn = await machines.create(waiting);
  const { executionArn } = await api().StartExecution({ stateMachineArn });
  await api().UpdateStateMachine({ stateMachineArn, definition: JSON.stringify(succeed) });
  expect(await api().DescribeStateMachineForExecution({ executionArn })).toMatchObject({
    stateMachineArn,
    definition: JSON.stringify(waiting),
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  const { stopDate } = await api().StopExecution({ executionArn });
  expect(await api().DescribeExecution({ executionArn })).toMatchObject({ status: 'ABORTED', stopDate });
});

test('an execution that there is not, or of another kind, is refused', async () => {
  const arn = 'arn:aws:states:us-east-1:000000000000';
  await expect(api().DescribeExecution({ executionArn: `${arn}:execution:m:gone` })).rejects.toMatchObject({
    code: 'ExecutionDoesNotExist',
  });
  await expect(api().DescribeExecution({ executionArn: `${arn}:stateMachine:m` })).rejects.toMatchObject({
    code: 'InvalidArn',
    message: `Invalid Arn: 'Invalid ARN prefix: ${arn}:stateMachine:m'`,
  });
});

test('express executions may share a name, and are not to be asked about', async () => {
  const stateMachineArn = await machines.create(succeed, { type: 'EXPRESS', name: 'fast' });
  const begin = async () => (await api().StartExecution({ stateMachineArn, name: 'same' })).executionArn;
  const executionArn = await begin();
  expect(executionArn).toMatch(/^arn:aws:states:us-east-1:000000000000:express:fast:same:[0-9a-f-]{36}$/);
  expect(await begin()).not.toBe(executionArn);
  for (const ask of [
    () => api().DescribeExecution({ executionArn }),
    () => api().StopExecution({ executionArn }),
    () => api().GetExecutionHistory({ executionArn }),
  ])
    await expect(ask()).rejects.toThrow("Invalid Arn: 'Resource type not valid in this context: express'");
  await expect(api().ListExecutions({ stateMachineArn })).rejects.toMatchObject({
    code: 'StateMachineTypeNotSupported',
  });
});

test('an express state machine can be run to its end in one call', async () => {
  const stateMachineArn = await machines.create(
    { StartAt: 'P', States: { P: { Type: 'Pass', Result: 1, End: true } } },
    { type: 'EXPRESS' },
  );
  expect(await api().StartSyncExecution({ stateMachineArn })).toMatchObject({
    status: 'SUCCEEDED',
    output: '1',
    inputDetails: { included: true },
    outputDetails: { included: true },
    billingDetails: { billedMemoryUsedInMB: 64 },
  });
  const standard = await machines.create(succeed);
  await expect(api().StartSyncExecution({ stateMachineArn: standard })).rejects.toMatchObject({
    code: 'StateMachineTypeNotSupported',
  });
});
