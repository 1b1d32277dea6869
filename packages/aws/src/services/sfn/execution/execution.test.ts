import { Clock } from '../../../core/clock';
import type { AwsEvent } from '../../../core/event-bus';
import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner, typesOf } from '../../../testing/state-machines';
import { until } from '../../../testing/until';
import { Activities } from '../machines/activities';
import { Execution } from './execution';
import { TaskTokens } from './task-tokens';

let region: NewRegion;
let machines: StateMachineRunner;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
});

afterAll(() => region.aws.stop());

const addFunction = (name: string, handler: string) =>
  addActiveFunction(region, name, `let calls = 0; exports.handler = ${handler}`);

/** An expression that throws an error of this name. */
const failure = (name: string, message = 'because') =>
  `{ throw Object.assign(new Error(${JSON.stringify(message)}), { name: ${JSON.stringify(name)} }) }`;

const lambdaTask = (name: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: name, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...rest,
});

test('data flows through InputPath, Parameters, ResultSelector, ResultPath and OutputPath', async () => {
  const execution = await machines.run(
    {
      Only: {
        Type: 'Pass',
        InputPath: '$.inner',
        Parameters: { 'name.$': '$.name', fixed: 1, 'list.$': "States.Array($.name, 'b')" },
        ResultPath: '$.result',
        OutputPath: '$.result',
        End: true,
      },
    },
    { inner: { name: 'web' } },
  );
  expect(outputOf(execution)).toEqual({ name: 'web', fixed: 1, list: ['web', 'b'] });
});

test('a function gets its payload and its answer has the shape of an invocation', async () => {
  await addFunction('twice', 'async ({ a }) => ({ twice: a * 2 })');
  const execution = await machines.run(
    { Plan: { ...lambdaTask('twice'), OutputPath: undefined, End: true } },
    { a: 2 },
  );
  expect(outputOf(execution)).toMatchObject({
    ExecutedVersion: '$LATEST',
    Payload: { twice: 4 },
    StatusCode: 200,
    SdkHttpMetadata: { HttpStatusCode: 200 },
  });
});

test('history tells what happened as AWS does', async () => {
  await addFunction('one', 'async () => 1');
  const { arn: executionArn } = await machines.run({ Plan: lambdaTask('one', { End: true }) }, { a: 2 });
  const read = (input: object) => region.api('sfn').GetExecutionHistory({ executionArn, ...input });
  expect((await read({})).events?.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  const first = await read({ maxResults: 4 });
  const rest = await read({ maxResults: 4, nextToken: first.nextToken });
  expect(first.events?.[2]).toMatchObject({
    id: 3,
    previousEventId: 2,
    taskScheduledEventDetails: {
      resourceType: 'lambda',
      resource: 'invoke',
      region: 'us-east-1',
      parameters: '{"FunctionName":"one","Payload":{"a":2}}',
    },
  });
  expect(rest.events?.map(({ id }) => id)).toEqual([5, 6, 7]);
  expect(rest.nextToken).toBeUndefined();
  const reversed = await read({ reverseOrder: true, includeExecutionData: false });
  expect(reversed.events?.[0]).toMatchObject({
    type: 'ExecutionSucceeded',
    executionSucceededEventDetails: {},
  });
  await expect(read({ reverseOrder: true, nextToken: first.nextToken })).rejects.toMatchObject({
    code: 'InvalidToken',
  });
});

test('an error is retried as its rule says, by the clock of the embedded AWS', async () => {
  await addFunction(
    'flaky',
    `async () => { calls += 1; if (calls < 3) ${failure('Throttled')}; return 'done' }`,
  );
  const execution = await machines.run({
    Flaky: lambdaTask('flaky', {
      Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 30, BackoffRate: 2, MaxAttempts: 5 }],
      End: true,
    }),
  });
  expect(outputOf(execution)).toBe('done');
  const took = ((execution.stopDate?.getTime() ?? 0) - execution.startDate.getTime()) / 1000;
  expect(took).toBeGreaterThanOrEqual(90);
  expect(execution.transitions).toBe(3);
  expect(typesOf(execution).filter((type) => type === 'TaskScheduled')).toHaveLength(3);
  expect(typesOf(execution).filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
});

test('an error that is caught goes on with Error and Cause at the ResultPath', async () => {
  await addFunction('broken', `async () => ${failure('ImageFailed', 'no disk')}`);
  const execution = await machines.run(
    {
      Bad: lambdaTask('broken', {
        Retry: [{ ErrorEquals: ['Other'] }],
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Wrong' },
          { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Recover' },
        ],
        End: true,
      }),
      Recover: { Type: 'Pass', End: true },
      Wrong: { Type: 'Fail' },
    },
    { build: 'web-1' },
  );
  const { build, error } = outputOf(execution);
  expect({ build, Error: error.Error }).toEqual({ build: 'web-1', Error: 'ImageFailed' });
  expect(JSON.parse(error.Cause)).toEqual({
    errorType: 'ImageFailed',
    errorMessage: 'no disk',
    trace: expect.arrayContaining(['ImageFailed: no disk']),
  });
});

test('an error that nothing catches fails the execution', async () => {
  const execution = await machines.run({ Stop: { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'on purpose' });
  expect(typesOf(execution)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
});

test('a Fail state without a name fails without one', async () => {
  const execution = await machines.run({ Stop: { Type: 'Fail' } });
  expect(execution.events.at(-1)?.executionFailedEventDetails).toEqual({});
  expect(await region.api('sfn').DescribeExecution({ executionArn: execution.arn })).toMatchObject({
    status: 'FAILED',
    error: undefined,
    cause: undefined,
  });
});

test('the first state follows nothing, and each event the one before it', async () => {
  const execution = await machines.run({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } });
  expect(execution.events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual([
    [1, 0],
    [2, 0],
    [3, 2],
    [4, 3],
    [5, 4],
    [6, 5],
  ]);
});

test('a result that is too large fails its task, and can be caught', async () => {
  await addFunction('big', "async () => 'x'.repeat(300_000)");
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
  const execution = await machines.run({
    Big: lambdaTask('big', { Catch, End: true }),
    Caught: { Type: 'Pass', End: true },
  });
  expect(outputOf(execution)).toEqual({
    Error: 'States.DataLimitExceeded',
    Cause:
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  expect(typesOf(execution)).toContain('TaskFailed');
});

test('what a state passes on may be too large as well, and that nothing catches', async () => {
  const execution = await machines.run(
    { P: { Type: 'Pass', Parameters: { 'x.$': 'States.Array($.a, $.a, $.a)' }, End: true } },
    { a: 'x'.repeat(100_000) },
  );
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('a path that is not there fails the execution and says which', async () => {
  const execution = await machines.run(
    { P: { Type: 'Pass', Parameters: { 'x.$': '$.absent' }, End: true } },
    { a: 1 },
  );
  expect(execution.error).toBe('States.Runtime');
  expect(execution.cause).toBe(
    "An error occurred while executing the state 'P' (entered at the event id #2). The JSONPath '$.absent' specified for the field 'x.$' could not be found in the input '{\"a\":1}'",
  );
});

test('States.ALL does not catch a runtime error', async () => {
  const execution = await machines.run({
    P: lambdaTask('x', {
      Parameters: { FunctionName: 'x', 'Payload.$': '$.absent' },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Q' }],
      End: true,
    }),
    Q: { Type: 'Succeed' },
  });
  expect(execution.status).toBe('FAILED');
});

test('Choice compares input and context', async () => {
  const choice = {
    Pick: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.n', IsPresent: false, Next: 'None' },
        {
          And: [
            { Variable: '$.n', NumericGreaterThan: 5 },
            { Variable: '$$.State.Name', StringMatches: 'P*k' },
          ],
          Next: 'Big',
        },
      ],
      Default: 'Small',
    },
    Big: { Type: 'Pass', Result: 'big', End: true },
    Small: { Type: 'Pass', Result: 'small', End: true },
    None: { Type: 'Pass', Result: 'none', End: true },
  };
  const stateMachineArn = await machines.create({ StartAt: 'Pick', States: choice });
  const results = [];
  for (const input of [{ n: 6 }, { n: 1 }, {}]) {
    const execution = await machines.start(stateMachineArn, input);
    await execution.ended;
    results.push(outputOf(execution));
  }
  expect(results).toEqual(['big', 'small', 'none']);
});

test.each<[string, object, string]>([
  [
    'no rule fits',
    { a: 2 },
    'Failed to transition out of the state. The state does not point to a next state.',
  ],
  [
    'there is no variable',
    {},
    "Invalid path '$.a': The choice state's condition path references an invalid value.",
  ],
])('a Choice fails when %s', async (_what, input, reason) => {
  const execution = await machines.run(
    {
      Pick: { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: 1, Next: 'S' }] },
      S: { Type: 'Succeed' },
    },
    input,
  );
  expect(execution).toMatchObject({
    error: 'States.Runtime',
    cause: `An error occurred while executing the state 'Pick' (entered at the event id #2). ${reason}`,
  });
});

test('Map runs its items with their own context and the input of the execution', async () => {
  await addFunction(
    'each',
    'async (event) => { await new Promise((resolve) => setTimeout(resolve, 20)); return event }',
  );
  const Payload = {
    'item.$': '$.item',
    'build.$': '$$.Execution.Input.build',
    'index.$': '$$.Map.Item.Index',
  };
  const Do = lambdaTask('each', { End: true, Parameters: { FunctionName: 'each', Payload } });
  const execution = await machines.run(
    {
      Each: {
        Type: 'Map',
        ItemsPath: '$.groups',
        MaxConcurrency: 2,
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
        ItemProcessor: { StartAt: 'Do', States: { Do } },
        ResultPath: '$.done',
        End: true,
      },
    },
    { build: 'web-1', groups: ['a', 'b', 'c'] },
  );
  expect(outputOf(execution).done).toEqual([
    { item: 'a', build: 'web-1', index: 0 },
    { item: 'b', build: 'web-1', index: 1 },
    { item: 'c', build: 'web-1', index: 2 },
  ]);
  const types = typesOf(execution);
  const running = types.map(
    (_, i) =>
      types.slice(0, i + 1).filter((type) => type === 'MapIterationStarted').length -
      types.slice(0, i + 1).filter((type) => type === 'MapIterationSucceeded').length,
  );
  expect(Math.max(...running)).toBe(2);
  expect(types).toEqual(
    expect.arrayContaining([
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'MapIterationSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
    ]),
  );
});

test('one item that fails fails the Map, and its Catch takes it', async () => {
  await addFunction(
    'choosy',
    `async (event) => { if (event === 'b') ${failure('RefreshFailed')}; return event }`,
  );
  const execution = await machines.run(
    {
      Each: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Do', States: { Do: lambdaTask('choosy', { End: true }) } },
        Catch: [{ ErrorEquals: ['RefreshFailed'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    },
    ['a', 'b'],
  );
  expect(outputOf(execution).Error).toBe('RefreshFailed');
  expect(typesOf(execution)).toContain('MapStateFailed');
});

test('Parallel gives the outputs of its branches in order', async () => {
  const branch = (value: string) => ({
    StartAt: value,
    States: { [value]: { Type: 'Pass', Result: value, End: true } },
  });
  const execution = await machines.run({
    Both: { Type: 'Parallel', Branches: [branch('a'), branch('b')], End: true },
  });
  expect(outputOf(execution)).toEqual(['a', 'b']);
});

test('a branch that fails ends the others, and history says so', async () => {
  const execution = await machines.run({
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9e6, End: true } } },
        { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Broken' } } },
      ],
      Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Succeed' },
  });
  expect(execution.status).toBe('SUCCEEDED');
  const all = typesOf(execution);
  expect(all.indexOf('WaitStateAborted')).toBeGreaterThan(all.indexOf('FailStateEntered'));
  expect(all.indexOf('ParallelStateFailed')).toBeGreaterThan(all.indexOf('WaitStateAborted'));
});

test('nothing comes after the end of an execution that was stopped', async () => {
  const stateMachineArn = await machines.create({
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9e6, End: true } } },
        End: true,
      },
    },
  });
  const execution = await machines.start(stateMachineArn, [1, 2]);
  await until(() => typesOf(execution).filter((type) => type === 'WaitStateEntered').length === 2);
  await region.api('sfn').StopExecution({ executionArn: execution.arn });
  await execution.ended;
  expect(execution.events.at(-1)).toMatchObject({ type: 'ExecutionAborted', previousEventId: 0 });
});

test.each([
  [-1, 'references a negative value: $.s == -1'],
  [1.5, 'cannot be parsed as a long value: $.s == 1.5'],
  ['x', 'cannot be parsed as a long value: $.s == x'],
])('a Wait state cannot wait for %p seconds', async (s, reason) => {
  const execution = await machines.run({ W: { Type: 'Wait', SecondsPath: '$.s', End: true } }, { s });
  expect(execution).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: expect.stringContaining(`The SecondsPath parameter ${reason}`),
  });
});

test('Wait lasts its seconds of AWS time', async () => {
  const execution = await machines.run({ W: { Type: 'Wait', SecondsPath: '$.s', End: true } }, { s: 120 });
  expect((execution.stopDate?.getTime() ?? 0) - execution.startDate.getTime()).toBeGreaterThanOrEqual(
    120_000,
  );
});

test('Wait lasts until a time', async () => {
  const at = new Date(region.context.clock.millis() + 600_000).toISOString();
  const execution = await machines.run({ W: { Type: 'Wait', TimestampPath: '$.at', End: true } }, { at });
  expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(Date.parse(at));
  const refused = await machines.run(
    { W: { Type: 'Wait', TimestampPath: '$.at', End: true } },
    { at: '2016-13-05T21:29:29Z' },
  );
  expect(refused.cause).toMatch(
    /The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: \$\.at == 2016-13-05T21:29:29Z$/,
  );
});

test('a stopped execution runs nothing more', async () => {
  await addFunction('again', `async () => ${failure('Again')}`);
  const stateMachineArn = await machines.create({
    StartAt: 'Loop',
    States: {
      Loop: lambdaTask('again', {
        Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 9e6, MaxAttempts: 9 }],
        End: true,
      }),
    },
  });
  const execution = await machines.start(stateMachineArn);
  await until(() => typesOf(execution).includes('TaskFailed'));
  const stop = { executionArn: execution.arn, error: 'Stopped', cause: 'by hand' };
  expect((await region.api('sfn').StopExecution(stop)).stopDate).toEqual(execution.stopDate);
  await execution.ended;
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by hand' });
  const calls = await region.aws.calls();
  expect(calls.filter(({ traceId }) => traceId === execution.traceId)).toHaveLength(1);
  expect(typesOf(execution).at(-1)).toBe('ExecutionAborted');
});

test('an execution times out as a whole', async () => {
  const execution = await machines.run(
    { W: { Type: 'Wait', Seconds: 9e6, End: true } },
    {},
    { TimeoutSeconds: 60 },
  );
  expect(execution).toMatchObject({ status: 'TIMED_OUT', error: undefined });
});

test('a standard execution lasts a year at most', async () => {
  const arn = await machines.create({
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 99_999_999, End: true } },
  });
  // On a clock of its own: what else goes on in a whole account takes its time in a year.
  const clock = new Clock({ leap: true });
  const parts = {
    context: { ...region.context, clock },
    tokens: new TaskTokens(clock),
    activities: new Activities(clock),
    call: () => Promise.reject(new Error('it calls nothing')),
  };
  const stateMachine = region.state('sfn').stateMachines.get(arn);
  const execution = new Execution({ arn, name: 'long', input: '{}' }, stateMachine, parts, () => {});
  await execution.ended;
  clock.end();
  expect(execution.status).toBe('TIMED_OUT');
  const days = ((execution.stopDate?.getTime() ?? 0) - execution.startDate.getTime()) / 86_400_000;
  expect(days).toBeCloseTo(365, 2);
});

test('an express execution lasts five minutes at most, whatever its definition says', async () => {
  const definition = {
    StartAt: 'W',
    TimeoutSeconds: 7200,
    States: { W: { Type: 'Wait', Seconds: 3600, End: true } },
  };
  const stateMachineArn = await machines.create(definition, { type: 'EXPRESS' });
  const { status, startDate, stopDate } = await region.api('sfn').StartSyncExecution({ stateMachineArn });
  expect(status).toBe('TIMED_OUT');
  expect(((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1000).toBeCloseTo(300, 0);
});

test('start and end are announced on the event bus', async () => {
  const execution = await machines.run({ S: { Type: 'Succeed' } }, { a: 1 });
  const events = region.events.filter(
    ({ detail }) => (detail as { executionArn?: string }).executionArn === execution.arn,
  ) as AwsEvent[];
  expect(events.map(({ detail }) => (detail as { status: string }).status)).toEqual(['RUNNING', 'SUCCEEDED']);
  expect(events[1]).toMatchObject({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      name: execution.name,
      output: '{"a":1}',
      stopDate: execution.stopDate?.getTime(),
    },
  });
});

test('all functions of an execution get one and the same trace', async () => {
  const arn = await addFunction('trace', 'async () => process.env._X_AMZN_TRACE_ID');
  const execution = await machines.run({
    A: lambdaTask('trace', { ResultPath: '$.a', OutputPath: '$', Next: 'B' }),
    B: { Type: 'Task', Resource: arn, ResultPath: '$.b', End: true },
  });
  const { a, b } = outputOf(execution);
  expect([a.Payload, b]).toEqual([execution.traceId, execution.traceId]);
  expect(typesOf(execution)).toContain('LambdaFunctionSucceeded');
});

test('a text with quotes survives States.JsonToString', async () => {
  const execution = await machines.run(
    { P: { Type: 'Pass', Parameters: { 'text.$': 'States.JsonToString($.value)' }, End: true } },
    { value: { said: 'a "quoted" \\ word' } },
  );
  expect(JSON.parse(outputOf(execution).text)).toEqual({ said: 'a "quoted" \\ word' });
});
