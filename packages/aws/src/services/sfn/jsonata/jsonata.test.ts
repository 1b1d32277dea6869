import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner, typesOf } from '../../../testing/state-machines';
import { until } from '../../../testing/until';
import type { Execution } from '../execution/execution';

let region: NewRegion;
let machines: StateMachineRunner;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
  const source = `exports.handler = async (event) => {
    if (event.fail) throw Object.assign(new Error('because'), { name: event.fail });
    return { got: event };
  }`;
  await addActiveFunction(region, 'echo', source);
});

afterAll(() => region.aws.stop());

const run = (states: Record<string, object>, input: unknown = {}) =>
  machines.run(states, input, { QueryLanguage: 'JSONata' });

const invoke = (payload: unknown, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'echo', Payload: payload },
  ...rest,
});

/** What each state assigned, as history has it. */
const assignedIn = ({ events }: Execution) =>
  events.flatMap(({ stateExitedEventDetails: { assignedVariables } = { name: undefined } }) =>
    assignedVariables === undefined ? [] : [assignedVariables],
  );

test('Arguments, Output and $states carry data through a task', async () => {
  const execution = await run(
    {
      T: invoke(
        { name: '{% $states.input.name %}', 'not-evaluated': '$states.input' },
        {
          Output: {
            said: "{% 'got ' & $states.result.Payload.got.name %}",
            raw: '{% $states.input %}',
            by: '{% $states.context.State.Name %}',
          },
          End: true,
        },
      ),
    },
    { name: 'web' },
  );
  expect(outputOf(execution)).toEqual({ said: 'got web', raw: { name: 'web' }, by: 'T' });
  const scheduled = execution.events.find(({ type }) => type === 'TaskScheduled');
  expect(JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '')).toEqual({
    FunctionName: 'echo',
    Payload: { name: 'web', 'not-evaluated': '$states.input' },
  });
});

test('without Output a task leaves its result, and any other state its input', async () => {
  const task = await run({ T: invoke({ a: 1 }, { End: true }) });
  expect(outputOf(task)).toMatchObject({ StatusCode: 200, Payload: { got: { a: 1 } } });
  const pass = await run({ P: { Type: 'Pass', Next: 'S' }, S: { Type: 'Succeed' } }, { a: 1 });
  expect(outputOf(pass)).toEqual({ a: 1 });
});

test.each<[string, unknown, unknown]>([
  ['a literal', true, true],
  ['an expression', '{% $states.input.a %}', 1],
  ['null', null, null],
])('Output may be %s', async (_what, Output, expected) => {
  expect(outputOf(await run({ S: { Type: 'Succeed', Output } }, { a: 1 }))).toEqual(expected);
});

test('a state has the query language that it names, or that of the state machine', async () => {
  const execution = await machines.run(
    {
      Paths: { Type: 'Pass', Parameters: { 'inner.$': '$.a' }, Next: 'Expressions' },
      Expressions: {
        Type: 'Pass',
        QueryLanguage: 'JSONata',
        Output: { a: '{% $states.input.inner + 1 %}' },
        Next: 'Again',
      },
      Again: { Type: 'Pass', QueryLanguage: 'JSONPath', OutputPath: '$.a', End: true },
    },
    { a: 1 },
  );
  expect(outputOf(execution)).toBe(2);
});

describe('variables', () => {
  test('are what they were when the state was entered, and new ones are there for the next', async () => {
    const execution = await run({
      Begin: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Output: '{% $x %}', Next: 'End' },
      End: { Type: 'Succeed', Output: '{% [$states.input, $x, $nextX, $a] %}' },
    });
    expect(outputOf(execution)).toEqual([3, 6, 3, 6]);
    expect(assignedIn(execution)).toEqual([
      { x: '3', a: '6' },
      { x: '6', nextX: '3' },
    ]);
    const exited = execution.events.find(({ type }) => type === 'PassStateExited');
    expect(exited?.stateExitedEventDetails?.assignedVariablesDetails).toEqual({ truncated: false });
  });

  test('are shared by states of both languages', async () => {
    const execution = await machines.run({
      A: { Type: 'Pass', Assign: { answer: 42, list: [1, 2] }, Next: 'B' },
      B: { Type: 'Pass', QueryLanguage: 'JSONata', Assign: { twice: '{% $answer * 2 %}' }, Next: 'C' },
      C: {
        Type: 'Pass',
        Parameters: { 'a.$': '$answer', 'b.$': '$twice', 'c.$': '$list[1]' },
        End: true,
      },
    });
    expect(outputOf(execution)).toEqual({ a: 42, b: 84, c: 2 });
  });

  test('of JSONPath take the result, the input or an intrinsic function', async () => {
    const execution = await machines.run(
      {
        Task: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Parameters: { FunctionName: 'echo', 'Payload.$': '$' },
          ResultSelector: { 'kept.$': '$.StatusCode' },
          Assign: { 'got.$': '$.Payload.got', 'name.$': '$$.State.Name', fixed: 1 },
          ResultPath: '$.task',
          Next: 'Pass',
        },
        Pass: {
          Type: 'Pass',
          Result: { answer: 42 },
          Assign: { 'answer.$': '$.answer', 'text.$': "States.Format('{}!', $name)" },
          ResultPath: '$.pass',
          Next: 'Wait',
        },
        Wait: { Type: 'Wait', Seconds: 1, Assign: { 'input.$': '$.task.kept' }, Next: 'End' },
        End: { Type: 'Pass', InputPath: '$got', OutputPath: '$answer', End: true },
      },
      { a: 1 },
    );
    expect(outputOf(execution)).toBe(42);
    expect(assignedIn(execution)).toEqual([
      { got: '{"a":1}', name: '"Task"', fixed: '1' },
      { answer: '42', text: '"Task!"' },
      { input: '200' },
    ]);
  });

  test('that were never assigned fail a JSONPath state', async () => {
    const execution = await machines.run({
      P: { Type: 'Pass', Parameters: { 'x.$': '$absent' }, End: true },
    });
    expect(execution.cause).toMatch(
      /The JSONPath '\$absent' specified for the field 'x\.\$' could not be found/,
    );
  });

  test('of a branch and an iteration are their own, and see those around them', async () => {
    const inner = (Output: unknown) => ({
      StartAt: `Set-${Output}`,
      States: {
        [`Set-${Output}`]: { Type: 'Pass', Assign: { own: '{% $x & "!" %}' }, Next: `Get-${Output}` },
        [`Get-${Output}`]: { Type: 'Pass', Output, End: true },
      },
    });
    const execution = await run({
      Begin: { Type: 'Pass', Assign: { x: 'outer' }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [inner('{% $own %}')],
        Assign: { of: '{% $states.result[0] %}' },
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        Items: '{% [1, 2] %}',
        ItemProcessor: inner('{% $own & $string($states.input) %}'),
        Next: 'End',
      },
      End: { Type: 'Succeed', Output: '{% [$states.input, $of, $exists($own)] %}' },
    });
    expect(outputOf(execution)).toEqual(['outer!1', 'outer!2', 'outer!', false]);
  });

  test('may not be larger together than a payload', async () => {
    const execution = await run(
      {
        P: {
          Type: 'Pass',
          Assign: { x: '{% $states.input.a & $states.input.a & $states.input.a %}' },
          End: true,
        },
      },
      { a: 'x'.repeat(100_000) },
    );
    expect(execution.error).toBe('States.DataLimitExceeded');
  });
});

describe('Choice', () => {
  const pick = (rest: object = {}) => ({
    Pick: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 5 %}', Assign: { size: 'big' }, Next: 'End' },
        {
          Condition: '{% $states.input.n = 5 %}',
          Output: '{% $states.input.n * 10 %}',
          Next: 'End',
        },
      ],
      Default: 'End',
      Assign: { size: 'small' },
      Output: 'default',
      ...rest,
    },
    End: {
      Type: 'Succeed',
      Output: "{% { 'input': $states.input, 'size': $exists($size) ? $size : null } %}",
    },
  });

  test.each<[number, unknown]>([
    [6, { input: { n: 6 }, size: 'big' }],
    [5, { input: 50, size: null }],
    [1, { input: 'default', size: 'small' }],
  ])('of %p', async (n, expected) => {
    expect(outputOf(await run(pick(), { n }))).toEqual(expected);
  });

  test('of JSONPath assigns what its rule says, or what it says itself', async () => {
    const states = {
      Pick: {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', NumericGreaterThan: 5, Assign: { size: 'big' }, Next: 'End' }],
        Default: 'End',
        Assign: { size: 'small', 'n.$': '$.n' },
      },
      End: { Type: 'Pass', OutputPath: '$size', End: true },
    };
    const big = await machines.run(states, { n: 6 });
    const small = await machines.run(states, { n: 1 });
    expect([outputOf(big), outputOf(small)]).toEqual(['big', 'small']);
    expect([assignedIn(big), assignedIn(small)]).toEqual([
      [{ size: '"big"' }],
      [{ size: '"small"', n: '1' }],
    ]);
  });

  test('needs conditions that are true or false, and a way on', async () => {
    const wrong = await run(pick({ Choices: [{ Condition: '{% $states.input.n %}', Next: 'End' }] }), {
      n: 1,
    });
    expect(wrong).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'Pick' (entered at the event id #2). The JSONata expression '$states.input.n' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    });
    const stuck = await run(pick({ Choices: [{ Condition: false, Next: 'End' }], Default: undefined }), {});
    expect(stuck.error).toBe('States.Runtime');
  });
});

describe('Map', () => {
  const each = (rest: object) => ({
    Each: {
      Type: 'Map',
      ItemProcessor: { StartAt: 'Do', States: { Do: { Type: 'Pass', End: true } } },
      End: true,
      ...rest,
    },
  });

  test.each<[string, object, unknown, unknown]>([
    ['its input', {}, [1, 2], [1, 2]],
    ['an expression', { Items: '{% $states.input.a %}' }, { a: ['x'] }, ['x']],
    ['a list of expressions', { Items: [1, '{% $states.input.a %}', 3] }, { a: 'two' }, [1, 'two', 3]],
    [
      'items that are selected',
      {
        Items: '{% $states.input.a %}',
        ItemSelector: {
          index: '{% $states.context.Map.Item.Index %}',
          value: '{% $states.context.Map.Item.Value * 2 %}',
          all: '{% $count($states.input.a) %}',
        },
        MaxConcurrency: '{% $states.input.most %}',
        Output: '{% $states.result.(value + index) %}',
      },
      { a: [3, 4], most: 1 },
      [6, 9],
    ],
  ])('goes through %s', async (_what, rest, input, expected) => {
    const execution = await run(each(rest), input);
    expect([execution.cause, outputOf(execution)]).toEqual([undefined, expected]);
  });

  test.each<[string, unknown]>([
    ['1', 1],
    ["'string'", 'string'],
    ['true', true],
    ['null', null],
  ])('does not go through %s', async (expression, value) => {
    const execution = await run(each({ Items: `{% ${expression} %}` }));
    const cause = `An error occurred while executing the state 'Each' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${value === null ? 'null' : typeof value}' for value: ${JSON.stringify(value)}`;
    expect(execution.events.slice(2)).toMatchObject([
      {
        id: 3,
        previousEventId: 0,
        type: 'EvaluationFailed',
        evaluationFailedEventDetails: {
          error: 'States.QueryEvaluationError',
          cause,
          location: 'Items',
          state: 'Each',
        },
      },
      { id: 4, previousEventId: 3, type: 'ExecutionFailed', executionFailedEventDetails: { cause } },
    ]);
  });

  test('needs a list where it names no items', async () => {
    const execution = await run(each({}), { foo: 'bar' });
    expect(execution.cause).toBe(
      'An error occurred while executing the state \'Each\' (entered at the event id #2). Map state input must be an array but was: {"foo":"bar"}',
    );
    expect(execution.events[2]?.evaluationFailedEventDetails).not.toHaveProperty(
      'location',
      expect.anything(),
    );
  });
});

describe('Wait', () => {
  const took = ({ startDate, stopDate }: Execution) => (stopDate?.getTime() ?? 0) - startDate.getTime();

  test('lasts as long as an expression says', async () => {
    const execution = await run(
      { W: { Type: 'Wait', Seconds: '{% $states.input.s * 2 %}', End: true } },
      { s: 60 },
    );
    expect(took(execution)).toBeGreaterThanOrEqual(120_000);
  });

  test('lasts until the time of an expression', async () => {
    const Timestamp = '{% $fromMillis($millis() + 120000) %}';
    expect(took(await run({ W: { Type: 'Wait', Timestamp, End: true } }))).toBeGreaterThanOrEqual(120_000);
  });

  test.each(['2016-12-05 21:29:29Z', '2016-12-05T21:29:29', '2016-13-05T21:29:29Z', '05-12-2016T21:29:29Z'])(
    'does not last until %s',
    async (at) => {
      const execution = await run(
        { W: { Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true } },
        { at },
      );
      expect(execution.events.at(-2)).toMatchObject({
        id: 3,
        previousEventId: 2,
        type: 'EvaluationFailed',
        evaluationFailedEventDetails: {
          cause: `An error occurred while executing the state 'W' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${at}`,
          error: 'States.QueryEvaluationError',
          location: 'Timestamp',
          state: 'W',
        },
      });
    },
  );

  test.each([
    ["'x'", /Expected 'number', but was 'string' for value: "x"$/],
    ['-1', /whole number of 0 or more: -1$/],
  ])('does not last %s seconds', async (expression, cause) => {
    const execution = await run({ W: { Type: 'Wait', Seconds: `{% ${expression} %}`, End: true } });
    expect(execution).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringMatching(cause),
    });
  });
});

describe('errors', () => {
  const Catch = [
    {
      ErrorEquals: ['States.ALL'],
      Assign: { error: '{% $states.errorOutput %}' },
      Output: { from: '{% $states.input.fail %}', what: '{% $states.errorOutput.Error %}' },
      Next: 'Caught',
    },
  ];

  test('that are caught are there for Assign and Output of the catcher', async () => {
    const execution = await run(
      {
        T: invoke('{% $states.input %}', { Assign: { error: 'none' }, Catch, End: true }),
        Caught: { Type: 'Succeed', Output: '{% [$states.input, $parse($error.Cause).errorMessage] %}' },
      },
      { fail: 'ImageFailed' },
    );
    expect(outputOf(execution)).toEqual([{ from: 'ImageFailed', what: 'ImageFailed' }, 'because']);
  });

  test('that a catcher says nothing of are its output', async () => {
    const execution = await run(
      {
        T: invoke('{% $states.input %}', { Catch: [{ ErrorEquals: ['X'], Next: 'Caught' }], End: true }),
        Caught: { Type: 'Succeed' },
      },
      { fail: 'X' },
    );
    expect(outputOf(execution)).toEqual({ Error: 'X', Cause: expect.any(String) });
  });

  test('of JSONPath are assigned by their catcher', async () => {
    const execution = await machines.run(
      {
        T: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Parameters: { FunctionName: 'echo', 'Payload.$': '$' },
          Catch: [{ ErrorEquals: ['X'], ResultPath: null, Assign: { 'error.$': '$.Error' }, Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', Parameters: { 'error.$': '$error', 'input.$': '$' }, End: true },
      },
      { fail: 'X' },
    );
    expect(outputOf(execution)).toEqual({ error: 'X', input: { fail: 'X' } });
  });

  test('of expressions can be retried and caught, and history has each', async () => {
    const execution = await run({
      T: invoke('{% $absent %}', {
        Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
        End: true,
      }),
      Caught: { Type: 'Succeed', Output: '{% $states.input.Cause %}' },
    });
    expect(outputOf(execution)).toBe(
      "An error occurred while executing the state 'T' (entered at the event id #2). The JSONata expression '$absent' specified for the field 'Arguments/Payload' returned nothing (undefined).",
    );
    expect(typesOf(execution).filter((type) => type === 'EvaluationFailed')).toHaveLength(2);
    expect(typesOf(execution)).not.toContain('TaskScheduled');
  });

  test.each<[string, object, string]>([
    ['Output', { Output: '{% $doesNotExist %}' }, 'Output'],
    ['a member of Output', { Output: { result: '{% $doesNotExist %}' } }, 'Output/result'],
    ['an item of Output', { Output: { list: [1, '{% $doesNotExist %}'] } }, 'Output/list[1]'],
    ['Assign', { Assign: { result: '{% $doesNotExist %}' } }, 'Assign/result'],
  ])('of %s fail the state and say where', async (_what, rest, location) => {
    const execution = await run({ P: { Type: 'Pass', End: true, ...rest } });
    const cause = `An error occurred while executing the state 'P' (entered at the event id #2). The JSONata expression '$doesNotExist' specified for the field '${location}' returned nothing (undefined).`;
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError', cause });
    expect(execution.events.slice(2)).toMatchObject([
      {
        id: 3,
        previousEventId: 0,
        evaluationFailedEventDetails: { cause, error: 'States.QueryEvaluationError', location, state: 'P' },
      },
      { id: 4, previousEventId: 3, type: 'ExecutionFailed' },
    ]);
  });

  test('within a Map are told once, by the innermost state', async () => {
    const execution = await run({
      Each: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: {
          StartAt: 'Do',
          States: { Do: { Type: 'Pass', Output: '{% $stateError %}', End: true } },
        },
        End: true,
      },
    });
    expect(execution.cause).toMatch(/^An error occurred while executing the state 'Do'/);
    expect(typesOf(execution)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'PassStateEntered',
      'EvaluationFailed',
      'MapIterationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('of a Fail state are what its expressions say', async () => {
    const execution = await run(
      { F: { Type: 'Fail', Error: "{% 'My' & $states.input.kind %}", Cause: '{% $states.input.why %}' } },
      { kind: 'Error', why: 'because' },
    );
    expect(execution).toMatchObject({ error: 'MyError', cause: 'because' });
  });

  test('of a catcher fail the state', async () => {
    const execution = await run(
      {
        T: invoke('{% $states.input %}', {
          Catch: [{ ErrorEquals: ['X'], Output: '{% $absent %}', Next: 'Caught' }],
          End: true,
        }),
        Caught: { Type: 'Succeed' },
      },
      { fail: 'X' },
    );
    expect(execution).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("specified for the field 'Catch[0]/Output' returned nothing"),
    });
  });
});

test("a task's timeout and heartbeat are expressions, and its token is in the context", async () => {
  const stateMachineArn = await machines.create({
    QueryLanguage: 'JSONata',
    StartAt: 'Park',
    States: {
      Park: {
        ...invoke({ token: '{% $states.context.Task.Token %}' }),
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        TimeoutSeconds: '{% $states.input.timeout %}',
        HeartbeatSeconds: '{% $states.input.timeout / 3 %}',
        Output: '{% $states.result.image %}',
        End: true,
      },
    },
  });
  const execution = await machines.start(stateMachineArn, { timeout: 9e6 });
  await until(() => typesOf(execution).includes('TaskScheduled'));
  const details = execution.events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails;
  expect(details).toMatchObject({ timeoutInSeconds: 9e6, heartbeatInSeconds: 3e6 });
  const taskToken = JSON.parse(details?.parameters ?? '').Payload.token;
  await region.api('sfn').SendTaskSuccess({ taskToken, output: '{"image":"ami-1"}' });
  await execution.ended;
  expect(outputOf(execution)).toBe('ami-1');
});

test('a Parallel gives its branches its Arguments', async () => {
  const branch = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Pass', Output: `{% $states.input.a & '${name}' %}`, End: true } },
  });
  const execution = await run(
    {
      Both: {
        Type: 'Parallel',
        Arguments: { a: "{% 'x' & $states.input %}" },
        Branches: [branch('A'), branch('B')],
        Output: "{% $join($states.result, ' ') %}",
        End: true,
      },
    },
    'y',
  );
  expect(outputOf(execution)).toBe('xyA xyB');
});
