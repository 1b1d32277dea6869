import { diagnose } from './read-definition';

const SCHEMA = 'SCHEMA_VALIDATION_FAILED';
const found = (definition: object) =>
  diagnose(JSON.stringify(definition)).map(({ code, message, location }) => [code, message, location]);
const machine = (state: object, QueryLanguage?: unknown) => ({
  QueryLanguage,
  StartAt: 'X',
  States: { X: state, ...('End' in state || !('Next' in state) ? {} : { End: { Type: 'Succeed' } }) },
});
const pass = (rest: object) => ({ Type: 'Pass', End: true, ...rest });
const task = (rest: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  End: true,
  ...rest,
});
const other = (set: string, field: string, only: string) =>
  `The QueryLanguage is set to '${set}', but field '${field}' is only supported for the '${only}' QueryLanguage`;

test.each<[string, object]>([
  ['a JSONata state', machine(pass({ Output: { v: '{% 1 %}' }, Assign: { x: 1 } }), 'JSONata')],
  ['a JSONata state in a JSONPath machine', machine(pass({ QueryLanguage: 'JSONata', Output: 1 }))],
  ['a JSONPath state that says so', machine(pass({ QueryLanguage: 'JSONPath', InputPath: '$.a' }))],
  ['Assign of JSONPath', machine(pass({ Assign: { counter: 1, 'a.$': '$.a' } }))],
  ['Arguments that are an expression', machine(task({ Arguments: '{% $states.input %}' }), 'JSONata')],
  [
    'numbers that are expressions',
    machine(
      task({ Arguments: { FunctionName: 'f' }, TimeoutSeconds: '{% $t %}', HeartbeatSeconds: '{% $h %}' }),
      'JSONata',
    ),
  ],
  ['a wait of an expression', machine({ Type: 'Wait', Seconds: '{% $s %}', End: true }, 'JSONata')],
  ['a time that is an expression', machine({ Type: 'Wait', Timestamp: '{% $t %}', End: true }, 'JSONata')],
  [
    'texts that are no expressions',
    machine(pass({ Comment: '{% phone %}', Output: [' {% a %} ', '$.x', '$$'] }), 'JSONata'),
  ],
  [
    'an error in a catcher',
    machine(
      task({
        Arguments: { FunctionName: 'f' },
        Catch: [
          {
            ErrorEquals: ['X'],
            Assign: { e: '{% $states.errorOutput %}' },
            Output: '{% $states.errorOutput.Cause %}',
            Next: 'X',
          },
        ],
      }),
      'JSONata',
    ),
  ],
])('%s is good', (_what, definition) => {
  expect(found(definition)).toEqual([]);
});

describe('a member of the other query language is refused', () => {
  test.each(['InputPath', 'OutputPath', 'Parameters', 'ResultPath', 'Result'])('%s in JSONata', (field) => {
    expect(found(machine(pass({ [field]: '$.a' }), 'JSONata'))).toEqual([
      [SCHEMA, other('JSONata', field, 'JSONPath'), '/States/X'],
    ]);
  });

  test.each<[string, object]>([
    ['ResultSelector', task({ Arguments: { FunctionName: 'f' }, ResultSelector: {} })],
    ['TimeoutSecondsPath', task({ Arguments: { FunctionName: 'f' }, TimeoutSecondsPath: '$.a' })],
    ['ErrorPath', { Type: 'Fail', ErrorPath: '$.a' }],
    [
      'ItemsPath',
      {
        Type: 'Map',
        ItemsPath: '$.a',
        ItemProcessor: { StartAt: 'P', States: { P: pass({}) } },
        End: true,
      },
    ],
  ])('%s in JSONata', (field, state) => {
    expect(found(machine(state, 'JSONata'))).toEqual([
      [SCHEMA, other('JSONata', field, 'JSONPath'), '/States/X'],
    ]);
  });

  test.each<[string, object]>([
    ['Output', pass({ Output: 1 })],
    ['Arguments', task({ Parameters: { FunctionName: 'f' }, Arguments: {} })],
    [
      'Items',
      { Type: 'Map', Items: [1], ItemProcessor: { StartAt: 'P', States: { P: pass({}) } }, End: true },
    ],
  ])('%s in JSONPath', (field, state) => {
    expect(found(machine(state))).toEqual([[SCHEMA, other('JSONPath', field, 'JSONata'), '/States/X']]);
  });

  test('Variable in JSONata, Condition in JSONPath', () => {
    const choice = (rule: object) => ({
      Type: 'Choice',
      Choices: [{ ...rule, Next: 'X' }],
    });
    expect(found(machine(choice({ Variable: '$.a', IsPresent: true }), 'JSONata'))).toEqual([
      [SCHEMA, other('JSONata', 'Variable', 'JSONPath'), '/States/X/Choices[0]'],
    ]);
    expect(found(machine(choice({ Condition: true })))).toEqual([
      [SCHEMA, other('JSONPath', 'Condition', 'JSONata'), '/States/X/Choices[0]'],
    ]);
    expect(found(machine(choice({ Condition: 'yes' }), 'JSONata'))).toEqual([
      [SCHEMA, 'Value is of the wrong type', '/States/X/Choices[0]/Condition'],
    ]);
    expect(found(machine(choice({}), 'JSONata'))).toEqual([
      [SCHEMA, 'These fields are required: [Condition]', '/States/X/Choices[0]'],
    ]);
  });

  test('ResultPath of a catcher in JSONata, Output of one in JSONPath', () => {
    const caught = (rest: object) => ({ Catch: [{ ErrorEquals: ['X'], Next: 'X', ...rest }] });
    expect(
      found(machine(task({ Arguments: { FunctionName: 'f' }, ...caught({ ResultPath: '$.e' }) }), 'JSONata')),
    ).toEqual([[SCHEMA, other('JSONata', 'ResultPath', 'JSONPath'), '/States/X/Catch[0]']]);
    expect(found(machine(task({ Parameters: { FunctionName: 'f' }, ...caught({ Output: 1 }) })))).toEqual([
      [SCHEMA, other('JSONPath', 'Output', 'JSONata'), '/States/X/Catch[0]'],
    ]);
  });
});

test('a state cannot go back to JSONPath in a JSONata machine, and that is all that is said', () => {
  expect(found(machine(pass({ QueryLanguage: 'JSONPath', Output: 1 }), 'JSONata'))).toEqual([
    [
      SCHEMA,
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
      '/States/X',
    ],
  ]);
});

test('states within others have the language of the state machine, and not of the state around them', () => {
  const inner = { StartAt: 'P', States: { P: pass({ Output: 1 }) } };
  const message = other('JSONPath', 'Output', 'JSONata');
  expect(
    found(machine({ Type: 'Map', QueryLanguage: 'JSONata', Items: [1], ItemProcessor: inner, End: true })),
  ).toEqual([[SCHEMA, message, '/States/X/ItemProcessor/States/P']]);
  expect(
    found(machine({ Type: 'Parallel', QueryLanguage: 'JSONata', Branches: [inner], End: true })),
  ).toEqual([[SCHEMA, message, '/States/X/Branches[0]/States/P']]);
});

test('what is no state has no query language', () => {
  const inner = { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: pass({}) } };
  const message = "Field 'QueryLanguage' is not supported";
  expect(found(machine({ Type: 'Map', ItemProcessor: inner, End: true }))).toEqual([
    [SCHEMA, message, '/States/X/ItemProcessor'],
  ]);
  expect(found(machine({ Type: 'Parallel', Branches: [inner], End: true }))).toEqual([
    [SCHEMA, message, '/States/X/Branches[0]'],
  ]);
});

test('a language that there is not is taken for JSONata, and refused', () => {
  const enumeration = 'Value should be one of the following: [JSONPath, JSONata]';
  expect(found(machine(pass({ Output: 1 }), 'jsonata'))).toEqual([[SCHEMA, enumeration, '/QueryLanguage']]);
  expect(found(machine(pass({ QueryLanguage: 'jsonpath' }), 'JSONata'))).toEqual([
    [SCHEMA, enumeration, '/States/X/QueryLanguage'],
  ]);
  expect(found(machine(pass({}), 5))).toEqual([
    [SCHEMA, 'Expected value of type [STRING]', '/QueryLanguage'],
  ]);
});

test.each<[string, object, string, string, string]>([
  ['Output', { Output: { v: '{% a[1,2) %}' } }, 'INVALID', 'Expected "]", got ","', '/Output/v'],
  ['an empty one', { Output: '{% %}' }, 'INVALID', 'Unexpected end of expression', '/Output'],
  [
    'an item',
    { Output: { a: [1, '{% phone %}'] } },
    'UNSUPPORTED',
    "Reference to 'phone' at the top level is not supported.",
    '/Output/a[1]',
  ],
  [
    'Assign',
    { Assign: { Next: '{% phone %}' } },
    'UNSUPPORTED',
    "Reference to 'phone' at the top level is not supported.",
    '/Assign/Next',
  ],
  ['$$', { Output: '{% $$ %}' }, 'UNSUPPORTED', "Reference to '$$' is not supported.", '/Output'],
  [
    'an error where none is caught',
    { Output: '{% $states.errorOutput %}' },
    'UNSUPPORTED',
    "Field '$states.errorOutput' does not exist.",
    '/Output',
  ],
  [
    'the result of a state that has none',
    { Output: '{% $states.result %}' },
    'UNSUPPORTED',
    "Field '$states.result' does not exist.",
    '/Output',
  ],
  [
    'one without its end',
    { Output: '{% 1' },
    'INVALID',
    "A JSONata expression must start with '{%' and end with '%}'",
    '/Output',
  ],
])('an expression that cannot be is refused: %s', (_what, rest, kind, message, place) => {
  expect(found(machine(pass(rest), 'JSONata'))).toEqual([
    [`${kind}_JSONATA_EXPRESSION`, message, `/States/X${place}`],
  ]);
});

test('expressions of conditions, waits and items are read, too', () => {
  const message = "Reference to 'phone' at the top level is not supported.";
  const inner = { StartAt: 'P', States: { P: pass({}) } };
  const places = [
    machine({ Type: 'Choice', Choices: [{ Condition: '{% phone = 1 %}', Next: 'X' }] }, 'JSONata'),
    machine({ Type: 'Wait', Seconds: '{% phone %}', End: true }, 'JSONata'),
    machine({ Type: 'Fail', Cause: '{% phone %}' }, 'JSONata'),
    machine({ Type: 'Map', Items: '{% phone %}', ItemProcessor: inner, End: true }, 'JSONata'),
  ].flatMap((definition) => found(definition));
  expect(places.map(([, text, place]) => [text, place])).toEqual([
    [message, '/States/X/Choices[0]/Condition'],
    [message, '/States/X/Seconds'],
    [message, '/States/X/Cause'],
    [message, '/States/X/Items'],
  ]);
});

test.each<[string, object, string]>([
  ['x.y', { 'x.y': 42 }, "'x.y' is not a valid variable name"],
  ['a number', { '1x': 42 }, "'1x' is not a valid variable name"],
  ['a long one', { ['x'.repeat(81)]: 1 }, `'${'x'.repeat(81)}' is not a valid variable name`],
  ['states', { states: 1 }, "'states' is a reserved variable name"],
])('a variable of this name is refused: %s', (_what, Assign, message) => {
  for (const language of ['JSONata', 'JSONPath'])
    expect(found(machine(pass({ Assign }), language))).toEqual([
      [SCHEMA, message, `/States/X/Assign/${Object.keys(Assign)[0]}`],
    ]);
});

test('what JSONPath assigns is a path', () => {
  expect(found(machine(pass({ Assign: { 'x.$': 'a' } })))).toEqual([
    [
      SCHEMA,
      "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call",
      '/States/X/Assign/x.$',
    ],
  ]);
  expect(found(machine(pass({ Assign: 1 })))).toEqual([
    [SCHEMA, 'Value must be an object', '/States/X/Assign'],
  ]);
  expect(found(machine({ Type: 'Succeed', Assign: {} }))).toEqual([
    [SCHEMA, "Field 'Assign' is not supported", '/States/X'],
  ]);
});
