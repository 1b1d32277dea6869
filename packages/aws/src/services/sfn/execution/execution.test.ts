import { AwsError } from '../../../core/aws-error';
import type { AwsEvent } from '../../../core/event-bus';
import { makeContext, roleArn, until } from '../../../testing/serverless-context';
import type { InvokeRequest, InvokeResult } from '../../lambda/invocation/invoke';
import { StepFunctions } from '..';

type Handler = (payload: never, request: InvokeRequest) => unknown;

let context: ReturnType<typeof makeContext>;
let states: StepFunctions;
let functions: Record<string, Handler>;
/** What tasks called of other services. */
let called: { service: string; operation: string; input: object }[];
let answers: { PutEvents: object };

beforeEach(() => {
  called = [];
  answers = { PutEvents: { FailedEntryCount: 0, Entries: [{ EventId: 'one' }] } };
  context = makeContext();
  functions = {};
  states = new StepFunctions(context, {
    iam: {
      role: (arn) => ({ arn, name: 'app', assumableBy: ['states.amazonaws.com'] }),
      issue: () => {
        throw new AwsError('NoSuchEntity', 'nobody here is given credentials', 404);
      },
    },
    lambda: { invoke, invokeLater: () => 'request' },
    callService: async (service, operation, input) => {
      called.push({ service, operation, input });
      if (operation === 'DescribeImages') throw new AwsError('InvalidAMIID.NotFound', 'no such image');
      if (operation === 'GetParameter') throw new AwsError('ParameterNotFound', 'no such parameter');
      if (operation === 'StartInstanceRefresh') throw new AwsError('InstanceRefreshInProgress', 'not now');
      if (operation === 'PutEvents') return answers.PutEvents;
      if (operation === 'DescribeLogGroups') return { logGroups: [{ logGroupName: 'a', creationTime: 1 }] };
      return { MessageId: 'id' };
    },
  });
});

afterEach(() => {
  states.dispose();
  context.clock.stop();
});

/** A stand-in for Lambda: the real one is tested apart. */
async function invoke(request: InvokeRequest): Promise<InvokeResult> {
  const handler = functions[request.functionName.split(':').at(-1) ?? ''];
  if (!handler) throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
  const base = { executedVersion: '$LATEST', requestId: 'id', logTail: '' };
  try {
    const answer = await handler(JSON.parse(request.payload ?? '{}') as never, request);
    return { ...base, payload: JSON.stringify(answer ?? null) };
  } catch (thrown) {
    if (thrown instanceof AwsError) throw thrown;
    const error = { errorType: (thrown as Error).name, errorMessage: (thrown as Error).message };
    return { ...base, functionError: 'Unhandled', error, payload: JSON.stringify(error) };
  }
}

class Named extends Error {
  constructor(name: string, message = 'because') {
    super(message);
    this.name = name;
  }
}

const lambdaTask = (name: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: name, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...rest,
});

const create = async (
  definition: object,
  settings: { name?: string; type?: 'STANDARD' | 'EXPRESS' } = {},
) => {
  const { stateMachineArn } = await states.operations.CreateStateMachine({
    name: settings.name ?? 'machine',
    type: settings.type,
    definition: JSON.stringify(definition),
    roleArn,
  });
  return stateMachineArn;
};

const run = async (machineStates: Record<string, object>, input: unknown = {}, rest: object = {}) => {
  const [StartAt] = Object.keys(machineStates);
  const stateMachineArn = await create({ StartAt, States: machineStates, ...rest });
  const execution = states.start({ stateMachineArn, input: JSON.stringify(input) });
  await execution.ended;
  return execution;
};

const output = (execution: { output?: string }) => JSON.parse(execution.output ?? 'null');
const types = (execution: { events: readonly { type?: string }[] }) =>
  execution.events.map(({ type }) => type);

test('data flows through InputPath, Parameters, ResultSelector, ResultPath and OutputPath', async () => {
  const execution = await run(
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
  expect(output(execution)).toEqual({ name: 'web', fixed: 1, list: ['web', 'b'] });
});

test('a function gets its payload and its answer has the shape of an invocation', async () => {
  functions.plan = (event: { a: number }) => ({ twice: event.a * 2 });
  const execution = await run(
    { Plan: { ...lambdaTask('plan'), OutputPath: undefined, End: true } },
    { a: 2 },
  );
  expect(output(execution)).toMatchObject({
    ExecutedVersion: '$LATEST',
    Payload: { twice: 4 },
    StatusCode: 200,
    SdkHttpMetadata: { HttpStatusCode: 200 },
  });
});

test('history tells what happened as AWS does', async () => {
  functions.plan = () => 1;
  const execution = await run({ Plan: lambdaTask('plan', { End: true }) }, { a: 2 });
  expect(types(execution)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  const read = (maxResults: number, nextToken?: string) =>
    states.operations.GetExecutionHistory({ executionArn: execution.arn, maxResults, nextToken });
  const first = read(4);
  const rest = read(4, first.nextToken);
  expect(first.events[2]).toMatchObject({
    id: 3,
    previousEventId: 2,
    taskScheduledEventDetails: {
      resourceType: 'lambda',
      resource: 'invoke',
      region: 'us-east-1',
      parameters: '{"FunctionName":"plan","Payload":{"a":2}}',
    },
  });
  expect(rest.events.map(({ id }) => id)).toEqual([5, 6, 7]);
  expect(rest.nextToken).toBeUndefined();
  const reversed = states.operations.GetExecutionHistory({ executionArn: execution.arn, reverseOrder: true });
  expect(reversed.events[0]?.type).toBe('ExecutionSucceeded');
});

test('an error is retried as its rule says, by the clock of the embedded AWS', async () => {
  let attempts = 0;
  functions.flaky = () => {
    attempts += 1;
    if (attempts < 3) throw new Named('Throttled');
    return 'done';
  };
  const execution = await run({
    Flaky: lambdaTask('flaky', {
      Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 30, BackoffRate: 2, MaxAttempts: 5 }],
      End: true,
    }),
  });
  expect(output(execution)).toBe('done');
  const took = ((execution.stopDate?.getTime() ?? 0) - execution.startDate.getTime()) / 1000;
  expect(took).toBeGreaterThanOrEqual(90);
  expect(execution.transitions).toBe(3);
  expect(types(execution).filter((type) => type === 'TaskScheduled')).toHaveLength(3);
  expect(types(execution).filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
});

test('an error that is caught goes on with Error and Cause at the ResultPath', async () => {
  functions.bad = () => {
    throw new Named('ImageFailed', 'no disk');
  };
  const execution = await run(
    {
      Bad: lambdaTask('bad', {
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
  expect(output(execution)).toEqual({
    build: 'web-1',
    error: {
      Error: 'ImageFailed',
      Cause: JSON.stringify({ errorType: 'ImageFailed', errorMessage: 'no disk' }),
    },
  });
});

test('an error that nothing catches fails the execution', async () => {
  const execution = await run({ Stop: { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'on purpose' });
  expect(types(execution)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
});

test('a Fail state without a name fails without one', async () => {
  const execution = await run({ Stop: { Type: 'Fail' } });
  expect(execution.events.at(-1)?.executionFailedEventDetails).toEqual({});
  expect(states.operations.DescribeExecution({ executionArn: execution.arn })).toMatchObject({
    status: 'FAILED',
    error: undefined,
    cause: undefined,
  });
});

test('the first state follows nothing, and each event the one before it', async () => {
  const execution = await run({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } });
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
  functions.big = () => 'x'.repeat(300_000);
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
  const execution = await run({
    Big: lambdaTask('big', { Catch, End: true }),
    Caught: { Type: 'Pass', End: true },
  });
  expect(output(execution)).toEqual({
    Error: 'States.DataLimitExceeded',
    Cause:
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  expect(types(execution)).toContain('TaskFailed');
});

test('what a state passes on may be too large as well, and that nothing catches', async () => {
  const execution = await run(
    { P: { Type: 'Pass', Parameters: { 'x.$': 'States.Array($.a, $.a, $.a)' }, End: true } },
    { a: 'x'.repeat(100_000) },
  );
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('what Lambda refuses is an error of its own name', async () => {
  const execution = await run({ Gone: lambdaTask('gone', { End: true }) });
  expect(execution.error).toBe('Lambda.ResourceNotFoundException');
});

test('a path that is not there fails the execution and says which', async () => {
  const execution = await run(
    { P: { Type: 'Pass', Parameters: { 'x.$': '$.absent' }, End: true } },
    { a: 1 },
  );
  expect(execution.error).toBe('States.Runtime');
  expect(execution.cause).toBe(
    "An error occurred while executing the state 'P' (entered at the event id #2). The JSONPath '$.absent' specified for the field 'x.$' could not be found in the input '{\"a\":1}'",
  );
});

test('States.ALL does not catch a runtime error', async () => {
  const execution = await run({
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
            { Variable: '$$.State.Name', StringEquals: 'Pick' },
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
  const stateMachineArn = await create({ StartAt: 'Pick', States: choice });
  const results = [];
  for (const input of [{ n: 6 }, { n: 1 }, {}]) {
    const execution = states.start({ stateMachineArn, input: JSON.stringify(input) });
    await execution.ended;
    results.push(output(execution));
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
  const execution = await run(
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
  let most = 0;
  let now = 0;
  functions.each = async (event: { item: string }) => {
    now += 1;
    most = Math.max(most, now);
    await context.clock.sleep(5);
    now -= 1;
    return event;
  };
  const execution = await run(
    {
      Each: {
        Type: 'Map',
        ItemsPath: '$.groups',
        MaxConcurrency: 2,
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
        ItemProcessor: {
          StartAt: 'Do',
          States: {
            Do: lambdaTask('each', {
              ResultPath: '$',
              End: true,
              Parameters: {
                FunctionName: 'each',
                Payload: {
                  'item.$': '$.item',
                  'build.$': '$$.Execution.Input.build',
                  'index.$': '$$.Map.Item.Index',
                },
              },
            }),
          },
        },
        ResultPath: '$.done',
        End: true,
      },
    },
    { build: 'web-1', groups: ['a', 'b', 'c'] },
  );
  expect(output(execution).done).toEqual([
    { item: 'a', build: 'web-1', index: 0 },
    { item: 'b', build: 'web-1', index: 1 },
    { item: 'c', build: 'web-1', index: 2 },
  ]);
  expect(most).toBe(2);
  expect(types(execution)).toEqual(
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
  functions.each = (event: string) => {
    if (event === 'b') throw new Named('RefreshFailed');
    return event;
  };
  const execution = await run(
    {
      Each: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Do', States: { Do: lambdaTask('each', { End: true }) } },
        Catch: [{ ErrorEquals: ['RefreshFailed'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    },
    ['a', 'b'],
  );
  expect(output(execution).Error).toBe('RefreshFailed');
  expect(types(execution)).toContain('MapStateFailed');
});

test('Parallel gives the outputs of its branches in order', async () => {
  const branch = (value: string) => ({
    StartAt: value,
    States: { [value]: { Type: 'Pass', Result: value, End: true } },
  });
  const execution = await run({
    Both: { Type: 'Parallel', Branches: [branch('a'), branch('b')], End: true },
  });
  expect(output(execution)).toEqual(['a', 'b']);
});

test('a branch that fails ends the others, and history says so', async () => {
  const execution = await run({
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
  const all = types(execution);
  expect(all.indexOf('WaitStateAborted')).toBeGreaterThan(all.indexOf('FailStateEntered'));
  expect(all.indexOf('ParallelStateFailed')).toBeGreaterThan(all.indexOf('WaitStateAborted'));
});

test('nothing comes after the end of an execution that was stopped', async () => {
  const stateMachineArn = await create({
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9e6, End: true } } },
        End: true,
      },
    },
  });
  const execution = states.start({ stateMachineArn, input: '[1,2]' });
  await until(() => types(execution).filter((type) => type === 'WaitStateEntered').length === 2);
  states.operations.StopExecution({ executionArn: execution.arn });
  await execution.ended;
  expect(execution.events.at(-1)).toMatchObject({ type: 'ExecutionAborted', previousEventId: 0 });
});

test('Wait lasts its seconds of AWS time', async () => {
  const execution = await run({ W: { Type: 'Wait', SecondsPath: '$.s', End: true } }, { s: 120 });
  expect((execution.stopDate?.getTime() ?? 0) - execution.startDate.getTime()).toBeGreaterThanOrEqual(
    120_000,
  );
});

describe('a task with a token', () => {
  const parked = (rest: object = {}) => ({
    Park: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'park', Payload: { 'token.$': '$$.Task.Token', 'build.$': '$.build' } },
      ResultPath: '$.image',
      End: true,
      ...rest,
    },
  });
  let token = '';

  beforeEach(() => {
    token = '';
    functions.park = (event: { token: string }) => {
      token = event.token;
    };
  });

  const start = async (rest: object = {}) => {
    const stateMachineArn = await create({ StartAt: 'Park', States: parked(rest) });
    const execution = states.start({ stateMachineArn, input: '{"build":"web-1"}' });
    await until(() => token !== '');
    return execution;
  };

  test('goes on with what the token is answered with', async () => {
    const execution = await start();
    expect(execution.status).toBe('RUNNING');
    states.operations.SendTaskSuccess({ taskToken: token, output: '{"id":"ami-1"}' });
    await execution.ended;
    expect(output(execution)).toEqual({ build: 'web-1', image: { id: 'ami-1' } });
    expect(types(execution)).toContain('TaskSubmitted');
  });

  test('fails with what the token is failed with', async () => {
    const execution = await start();
    states.operations.SendTaskFailure({ taskToken: token, error: 'ImageFailed', cause: 'no disk' });
    await execution.ended;
    expect(execution).toMatchObject({ status: 'FAILED', error: 'ImageFailed', cause: 'no disk' });
  });

  test('times out, and its token is then of no use', async () => {
    const execution = await start({ TimeoutSeconds: 300 });
    await execution.ended;
    expect(execution.error).toBe('States.Timeout');
    expect(() => states.operations.SendTaskSuccess({ taskToken: token, output: '{}' })).toThrow(
      expect.objectContaining({ code: 'TaskTimedOut' }),
    );
  });

  test('misses a heartbeat', async () => {
    const execution = await start({ HeartbeatSeconds: 60 });
    await execution.ended;
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
    const { taskTimedOutEventDetails } = execution.events.at(-2) ?? {};
    expect(taskTimedOutEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      error: 'States.Timeout',
      cause: undefined,
    });
  });

  test('can tell a missed heartbeat from another timeout', async () => {
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Missed' }];
    const stateMachineArn = await create({
      StartAt: 'Park',
      States: {
        ...parked({ HeartbeatSeconds: 60, Catch }),
        Missed: { Type: 'Pass', Result: 'missed', End: true },
      },
    });
    const execution = states.start({ stateMachineArn, input: '{"build":"web-1"}' });
    await execution.ended;
    expect(output(execution)).toBe('missed');
  });

  test('can be answered once', async () => {
    await start();
    states.operations.SendTaskSuccess({ taskToken: token, output: '{}' });
    expect(() => states.operations.SendTaskSuccess({ taskToken: token, output: '{}' })).toThrow(
      expect.objectContaining({ code: 'TaskTimedOut' }),
    );
    expect(() => states.operations.SendTaskSuccess({ taskToken: 'made up', output: '{}' })).toThrow(
      expect.objectContaining({ code: 'InvalidToken' }),
    );
  });

  test('takes only JSON', async () => {
    await start();
    expect(() => states.operations.SendTaskSuccess({ taskToken: token, output: '{' })).toThrow(
      expect.objectContaining({ code: 'InvalidOutput' }),
    );
  });
});

test('a stopped execution runs nothing more', async () => {
  let calls = 0;
  functions.count = () => {
    calls += 1;
    throw new Named('Again');
  };
  const stateMachineArn = await create({
    StartAt: 'Loop',
    States: {
      Loop: lambdaTask('count', {
        Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 3600, MaxAttempts: 9 }],
        End: true,
      }),
    },
  });
  const execution = states.start({ stateMachineArn });
  await until(() => calls === 1);
  states.operations.StopExecution({ executionArn: execution.arn, error: 'Stopped', cause: 'by hand' });
  await execution.ended;
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by hand' });
  expect(calls).toBe(1);
  expect(types(execution).at(-1)).toBe('ExecutionAborted');
});

test('an execution times out as a whole', async () => {
  const execution = await run({ W: { Type: 'Wait', Seconds: 900, End: true } }, {}, { TimeoutSeconds: 60 });
  expect(execution).toMatchObject({ status: 'TIMED_OUT', error: undefined });
});

test('a start is idempotent by name and input while the execution runs', async () => {
  const stateMachineArn = await create({
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 9e6, End: true } },
  });
  const begin = (name: string, input: string) =>
    states.operations.StartExecution({ stateMachineArn, name, input });
  const first = begin('web-1', '{"a":1}');
  expect(begin('web-1', '{"a":1}').executionArn).toBe(first.executionArn);
  expect(() => begin('web-1', '{"a":2}')).toThrow(
    expect.objectContaining({ code: 'ExecutionAlreadyExists' }),
  );
  expect(() => begin('web 1', '{}')).toThrow(expect.objectContaining({ code: 'InvalidName' }));
  expect(() => begin('web-2', '{')).toThrow(expect.objectContaining({ code: 'InvalidExecutionInput' }));
});

test('executions are listed newest first, by status, page by page', async () => {
  const stateMachineArn = await create({ StartAt: 'S', States: { S: { Type: 'Succeed' } } });
  for (const name of ['a', 'b', 'c']) await states.start({ stateMachineArn, name }).ended;
  const first = states.operations.ListExecutions({
    stateMachineArn,
    maxResults: 2,
    statusFilter: 'SUCCEEDED',
  });
  const second = states.operations.ListExecutions({
    stateMachineArn,
    maxResults: 2,
    nextToken: first.nextToken,
  });
  expect([...first.executions, ...second.executions].map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  expect(states.operations.ListExecutions({ stateMachineArn, statusFilter: 'FAILED' }).executions).toEqual(
    [],
  );
  expect(() =>
    states.operations.ListExecutions({ stateMachineArn, statusFilter: 'succeeded' as 'SUCCEEDED' }),
  ).toThrow(
    'Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]',
  );
  expect(() => states.operations.ListExecutions({ stateMachineArn, maxResults: 1001 })).toThrow(
    'Member must have value less than or equal to 1000',
  );
});

test('start and end are announced on the event bus', async () => {
  const events: AwsEvent[] = [];
  context.bus.subscribe((event) => events.push(event));
  const execution = await run({ S: { Type: 'Succeed' } }, { a: 1 });
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
  const traces: (string | undefined)[] = [];
  functions.note = (_event, request) => void traces.push(request.traceId);
  const execution = await run({
    A: lambdaTask('note', { Next: 'B' }),
    B: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:note', End: true },
  });
  expect(traces).toEqual([execution.traceId, execution.traceId]);
  expect(types(execution)).toContain('LambdaFunctionSucceeded');
});

test('an execution shows the trace that it was given, and no other', async () => {
  const stateMachineArn = await create({ StartAt: 'S', States: { S: { Type: 'Succeed' } } });
  const traceHeader = 'Root=1-67891233-abcdef012345678912345678;Sampled=1';
  const describe = (given?: string) => {
    const { executionArn } = states.operations.StartExecution({ stateMachineArn, traceHeader: given });
    return states.operations.DescribeExecution({ executionArn }).traceHeader;
  };
  expect(describe(traceHeader)).toBe(traceHeader);
  expect(describe()).toBeUndefined();
});

test('a machine of an unknown type is refused', async () => {
  const definition = { StartAt: 'S', States: { S: { Type: 'Succeed' } } };
  await expect(create(definition, { type: 'FAST' as 'EXPRESS' })).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

describe('a task that calls another service', () => {
  const call = (resource: string, parameters: object) =>
    run({
      T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true },
    });

  test('gives its parameters and gets the answer, both in the names of tasks', async () => {
    const execution = await call('aws-sdk:cloudwatchlogs:describeLogGroups', { LogGroupNamePrefix: 'a' });
    expect(called).toEqual([
      { service: 'logs', operation: 'DescribeLogGroups', input: { logGroupNamePrefix: 'a' } },
    ]);
    expect(output(execution)).toEqual({ LogGroups: [{ LogGroupName: 'a', CreationTime: 1 }] });
  });

  test.each<[string, object, string]>([
    ['ec2:describeImages', {}, 'Ec2.Ec2Exception'],
    ['ssm:getParameter', { Name: 'x' }, 'Ssm.ParameterNotFoundException'],
    [
      'autoscaling:startInstanceRefresh',
      { AutoScalingGroupName: 'x' },
      'AutoScaling.InstanceRefreshInProgressException',
    ],
    ['autoscaling:deletePolicy', {}, 'AutoScaling.AutoScalingException'],
    ['ec2:describeNothing', {}, 'States.Runtime'],
  ])('fails with the name that the SDK gives: %s', async (action, parameters, error) => {
    const execution = await call(`aws-sdk:${action}`, parameters);
    expect(execution.error).toBe(error);
    if (error !== 'States.Runtime')
      expect(execution.cause).toMatch(/ \(Service: \w+, Status Code: 400, Request ID: [\w-]+\)$/);
    expect(types(execution)).toContain('TaskFailed');
  });

  test('fails as a fault says', async () => {
    context.faults.add({
      ...{ service: 'sns', operation: 'Publish', kind: 'error', times: 1 },
      ...{ code: 'Throttled', message: 'slowly', status: 429 },
    });
    const execution = await call('sns:publish', { TopicArn: 'arn', Message: 'hi' });
    expect(execution).toMatchObject({
      error: 'SNS.ThrottledException',
      cause: expect.stringMatching(/^slowly \(Service: AmazonSNS; Status Code: \d+; Error Code: Throttled; /),
    });
  });

  test('may give a message as JSON', async () => {
    const execution = await call('sns:publish', { TopicArn: 'arn', Message: { text: 'hi' } });
    expect(called[0]?.input).toEqual({ TopicArn: 'arn', Message: '{"text":"hi"}' });
    expect(output(execution)).toMatchObject({ MessageId: 'id', SdkHttpMetadata: { HttpStatusCode: 200 } });
  });

  test('may give the detail of an event as JSON, and is named in the event', async () => {
    const entry = { Source: 'kiln', DetailType: 'x', Detail: { a: 1 } };
    const execution = await call('events:putEvents', { Entries: [entry] });
    const Resources = [execution.machine.arn, execution.arn];
    expect(called[0]?.input).toEqual({ Entries: [{ ...entry, Detail: '{"a":1}', Resources }] });
    expect(output(execution)).toEqual(answers.PutEvents);
  });

  test('fails when a bus does not take all events', async () => {
    answers.PutEvents = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail' }] };
    const execution = await call('events:putEvents', {
      Entries: [{ Source: 'kiln', DetailType: 'x', Detail: '[]' }],
    });
    expect(execution.error).toBe('EventBridge.FailedEntry');
    expect(JSON.parse(execution.cause ?? '')).toEqual(answers.PutEvents);
  });
});

test('express executions may share a name, and are not to be asked about', async () => {
  const stateMachineArn = await create(
    { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
    { type: 'EXPRESS' },
  );
  const begin = () => states.operations.StartExecution({ stateMachineArn, name: 'same' }).executionArn;
  const executionArn = begin();
  expect(executionArn).toMatch(/^arn:aws:states:us-east-1:000000000000:express:machine:same:[0-9a-f-]{36}$/);
  expect(begin()).not.toBe(executionArn);
  for (const ask of [
    () => states.operations.DescribeExecution({ executionArn }),
    () => states.operations.StopExecution({ executionArn }),
    () => states.operations.GetExecutionHistory({ executionArn }),
  ])
    expect(ask).toThrow("Invalid Arn: 'Resource type not valid in this context: express'");
  expect(() => states.operations.ListExecutions({ stateMachineArn })).toThrow(
    expect.objectContaining({ code: 'StateMachineTypeNotSupported' }),
  );
});

test('an express machine can be run to its end in one call', async () => {
  const stateMachineArn = await create(
    { StartAt: 'P', States: { P: { Type: 'Pass', Result: 1, End: true } } },
    { type: 'EXPRESS' },
  );
  expect(await states.operations.StartSyncExecution({ stateMachineArn })).toMatchObject({
    status: 'SUCCEEDED',
    output: '1',
    inputDetails: { included: true },
    outputDetails: { included: true },
    billingDetails: { billedMemoryUsedInMB: 64 },
  });
});

test.each([
  ['no JSON', '{', /INVALID_JSON_DESCRIPTION/],
  [
    'a Next that is not there',
    JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }),
    /'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at \/States\/A\/Next'$/,
  ],
  [
    'an unknown type',
    JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Nap', End: true } } }),
    /SCHEMA_VALIDATION_FAILED/,
  ],
  [
    'JSONata',
    JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
    /lacks the query language JSONata/,
  ],
])('a definition with %s is InvalidDefinition', async (_what, definition, message) => {
  expect(() => states.operations.CreateStateMachine({ name: 'm', definition, roleArn })).toThrow(
    expect.objectContaining({
      code: 'InvalidDefinition',
      message: expect.stringMatching(message),
    }),
  );
});

test('a version stays what it was when it was published, and can be started', async () => {
  const pass = (Result: string) =>
    JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', Result, End: true } } });
  const api = states.operations;
  const made = api.CreateStateMachine({
    name: 'versioned',
    definition: pass('one'),
    roleArn,
    publish: true,
    versionDescription: 'first',
  });
  const { stateMachineArn } = made;
  expect(made.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
  const again = () => api.PublishStateMachineVersion({ stateMachineArn }).stateMachineVersionArn;
  expect(again()).toBe(`${stateMachineArn}:1`);
  const { revisionId } = api.UpdateStateMachine({ stateMachineArn, definition: pass('two') });
  expect(() => api.PublishStateMachineVersion({ stateMachineArn, revisionId: 'INITIAL' })).toThrow(
    expect.objectContaining({ code: 'ConflictException' }),
  );
  api.PublishStateMachineVersion({ stateMachineArn, revisionId });
  expect(
    api
      .ListStateMachineVersions({ stateMachineArn })
      .stateMachineVersions.map(({ stateMachineVersionArn }) => stateMachineVersionArn),
  ).toEqual([`${stateMachineArn}:2`, `${stateMachineArn}:1`]);
  expect(api.DescribeStateMachine({ stateMachineArn: `${stateMachineArn}:1` })).toMatchObject({
    stateMachineArn: `${stateMachineArn}:1`,
    description: 'first',
    definition: pass('one'),
  });
  const execution = states.start({ stateMachineArn: `${stateMachineArn}:1` });
  await execution.ended;
  expect(output(execution)).toBe('one');
  expect(api.DescribeExecution({ executionArn: execution.arn })).toMatchObject({
    stateMachineArn,
    stateMachineVersionArn: `${stateMachineArn}:1`,
  });
  api.DeleteStateMachineVersion({ stateMachineVersionArn: `${stateMachineArn}:1` });
  expect(() => states.start({ stateMachineArn: `${stateMachineArn}:1` })).toThrow(
    expect.objectContaining({ code: 'StateMachineDoesNotExist' }),
  );
});

test('a version is not described without being published', () => {
  const definition = JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Succeed' } } });
  expect(() =>
    states.operations.CreateStateMachine({ name: 'm', definition, roleArn, versionDescription: 'x' }),
  ).toThrow('Version description can only be set when publish is true');
});

test('creating the same machine again is no error, another definition is', async () => {
  const definition = { StartAt: 'S', States: { S: { Type: 'Succeed' } } };
  const arn = await create(definition);
  expect(await create(definition)).toBe(arn);
  await expect(create({ ...definition, Comment: 'new' })).rejects.toMatchObject({
    code: 'StateMachineAlreadyExists',
  });
});

test('a text with quotes survives States.JsonToString', async () => {
  const execution = await run(
    { P: { Type: 'Pass', Parameters: { 'text.$': 'States.JsonToString($.value)' }, End: true } },
    { value: { said: 'a "quoted" \\ word' } },
  );
  expect(JSON.parse(output(execution).text)).toEqual({ said: 'a "quoted" \\ word' });
});
