import { addRole } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner } from '../../../testing/state-machines';

let region: NewRegion;
let machines: StateMachineRunner;
let roleArn: string;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
  roleArn = await addRole(region, 'app');
});

afterAll(() => region.aws.stop());

const api = () => region.api('sfn');
const succeed = { StartAt: 'S', States: { S: { Type: 'Succeed' } } };

test('a state machine of an unknown type is refused', async () => {
  await expect(machines.create(succeed, { type: 'FAST' as 'EXPRESS' })).rejects.toMatchObject({
    code: 'ValidationException',
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
    /'SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: \[.*\] at \/States\/A\/Type/,
  ],
  [
    'a distributed Map',
    JSON.stringify({
      StartAt: 'A',
      States: {
        A: {
          Type: 'Map',
          ItemProcessor: { ...succeed, ProcessorConfig: { Mode: 'DISTRIBUTED' } },
          End: true,
        },
      },
    }),
    /lacks distributed Map/,
  ],
])('a definition with %s is InvalidDefinition', async (_what, definition, message) => {
  await expect(api().CreateStateMachine({ name: 'm', definition, roleArn })).rejects.toMatchObject({
    code: 'InvalidDefinition',
    message: expect.stringMatching(message),
  });
});

test.each([
  ['of another service', 'lambda', 'AccessDeniedException'],
  ['that there is not', undefined, 'AccessDeniedException'],
])('a role %s is refused', async (_what, service, code) => {
  const arn = service
    ? await addRole(region, service, [`${service}.amazonaws.com`])
    : 'arn:aws:iam::000000000000:role/gone';
  const definition = JSON.stringify(succeed);
  await expect(api().CreateStateMachine({ name: 'm', definition, roleArn: arn })).rejects.toMatchObject({
    code,
  });
  await expect(
    api().CreateStateMachine({ name: 'm', definition, roleArn: 'arn:aws:iam::000000000000:user/x' }),
  ).rejects.toMatchObject({ code: 'InvalidArn' });
});

test('a version stays what it was when it was published, and can be started', async () => {
  const pass = (Result: string) =>
    JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', Result, End: true } } });
  const made = await api().CreateStateMachine({
    name: 'versioned',
    definition: pass('one'),
    roleArn,
    publish: true,
    versionDescription: 'first',
  });
  const { stateMachineArn = '' } = made;
  expect(made.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
  const again = await api().PublishStateMachineVersion({ stateMachineArn });
  expect(again.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
  const { revisionId } = await api().UpdateStateMachine({ stateMachineArn, definition: pass('two') });
  const unchanged = await api().UpdateStateMachine({ stateMachineArn, definition: pass('two') });
  expect(unchanged.revisionId).toBe(revisionId);
  await expect(
    api().PublishStateMachineVersion({ stateMachineArn, revisionId: 'INITIAL' }),
  ).rejects.toMatchObject({ code: 'ConflictException' });
  await api().PublishStateMachineVersion({ stateMachineArn, revisionId });
  const list = async (input: object = {}) => {
    const page = await api().ListStateMachineVersions({ stateMachineArn, ...input });
    const arns = page.stateMachineVersions?.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
    return { arns, nextToken: page.nextToken };
  };
  expect((await list()).arns).toEqual([`${stateMachineArn}:2`, `${stateMachineArn}:1`]);
  const { nextToken } = await list({ maxResults: 1 });
  expect((await list({ nextToken })).arns).toEqual([`${stateMachineArn}:1`]);
  expect(await api().DescribeStateMachine({ stateMachineArn: `${stateMachineArn}:1` })).toMatchObject({
    stateMachineArn: `${stateMachineArn}:1`,
    description: 'first',
    definition: pass('one'),
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  const execution = await machines.start(`${stateMachineArn}:1`);
  await execution.ended;
  expect(outputOf(execution)).toBe('one');
  expect(await api().DescribeExecution({ executionArn: execution.arn })).toMatchObject({
    stateMachineArn,
    stateMachineVersionArn: `${stateMachineArn}:1`,
  });
  const ofVersion = await api().ListExecutions({ stateMachineArn: `${stateMachineArn}:1` });
  expect(ofVersion.executions?.map(({ executionArn }) => executionArn)).toEqual([execution.arn]);
  const deleted = await api().DeleteStateMachineVersion({ stateMachineVersionArn: `${stateMachineArn}:1` });
  expect(deleted).toEqual({});
  await expect(machines.start(`${stateMachineArn}:1`)).rejects.toMatchObject({
    code: 'StateMachineDoesNotExist',
  });
  await expect(
    api().DeleteStateMachineVersion({ stateMachineVersionArn: stateMachineArn }),
  ).rejects.toMatchObject({ code: 'ValidationException' });
  await expect(
    api().UpdateStateMachine({ stateMachineArn: `${stateMachineArn}:2`, roleArn }),
  ).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
});

test('a version is not described without being published', async () => {
  const definition = JSON.stringify(succeed);
  await expect(
    api().CreateStateMachine({ name: 'm', definition, roleArn, versionDescription: 'x' }),
  ).rejects.toThrow('Version description can only be set when publish is true');
});

test('creating the same state machine again is no error, another definition is', async () => {
  const arn = await machines.create(succeed, { name: 'same' });
  expect(await machines.create(succeed, { name: 'same' })).toBe(arn);
  await expect(machines.create({ ...succeed, Comment: 'new' }, { name: 'same' })).rejects.toMatchObject({
    code: 'StateMachineAlreadyExists',
  });
});

test('an update that says nothing is refused', async () => {
  const stateMachineArn = await machines.create(succeed);
  await expect(api().UpdateStateMachine({ stateMachineArn })).rejects.toMatchObject({
    code: 'MissingRequiredParameter',
  });
});

test('state machines are listed page by page, and deleted with what they run', async () => {
  await using other = await newRegion();
  const own = runnerOf(other);
  const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9e6, End: true } } };
  const arns = [];
  for (const name of ['b', 'a', 'c']) arns.push(await own.create(waiting, { name }));
  const list = (input: object) => other.api('sfn').ListStateMachines(input);
  const first = await list({ maxResults: 2 });
  const second = await list({ maxResults: 2, nextToken: first.nextToken });
  const all = [...(first.stateMachines ?? []), ...(second.stateMachines ?? [])];
  expect(all.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  await expect(list({ nextToken: 'elsewhere' })).rejects.toMatchObject({ code: 'InvalidToken' });
  const [stateMachineArn = ''] = arns;
  const execution = await own.start(stateMachineArn);
  expect(await other.api('sfn').DeleteStateMachine({ stateMachineArn })).toEqual({});
  await execution.ended;
  expect(execution.status).toBe('ABORTED');
  expect(await other.api('sfn').DeleteStateMachine({ stateMachineArn })).toEqual({});
});

test('tags are set, listed and taken away', async () => {
  const resourceArn = await machines.create(succeed);
  const tags = [
    { key: 'team', value: 'build' },
    { key: 'stage', value: 'test' },
  ];
  expect(await api().TagResource({ resourceArn, tags })).toEqual({});
  expect(await api().UntagResource({ resourceArn, tagKeys: ['stage'] })).toEqual({});
  expect(await api().ListTagsForResource({ resourceArn })).toEqual({
    tags: [{ key: 'team', value: 'build' }],
  });
  await expect(api().ListTagsForResource({ resourceArn: `${resourceArn}-gone` })).rejects.toMatchObject({
    code: 'ResourceNotFound',
  });
});

test('a definition can be validated without a state machine', async () => {
  const validate = (definition: object, maxResults?: number) =>
    api().ValidateStateMachineDefinition({ definition: JSON.stringify(definition), maxResults });
  expect(await validate(succeed)).toEqual({ result: 'OK', diagnostics: [], truncated: false });
  expect(await validate({}, 1)).toEqual({
    result: 'FAIL',
    diagnostics: [
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'These fields are required: [States, StartAt]',
        location: '/',
      },
    ],
    truncated: false,
  });
  expect(await validate({ States: { A: { Type: 'Pass', End: true } } })).toEqual({
    result: 'FAIL',
    diagnostics: [
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'These fields are required: [StartAt]',
        location: '/',
      },
    ],
    truncated: false,
  });
  const location = '[Source: (String)"not a definition"; line: 1, column: 4]';
  expect(await api().ValidateStateMachineDefinition({ definition: 'not a definition' })).toMatchObject({
    diagnostics: [
      {
        code: 'INVALID_JSON_DESCRIPTION',
        message: `Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${location}`,
        location,
      },
    ],
  });
  const two = { StartAt: 'A', States: { A: { Type: 'Pass', Colour: 1, Size: 2, End: true } } };
  expect(await validate(two, 1)).toMatchObject({ diagnostics: [{}], truncated: true });
});
