import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as errors from '../../src/errors';

const ROOT = join(__dirname, '../..');

interface State {
  Type: string;
  Resource?: string;
  Parameters?: { FunctionName: { 'Fn::GetAtt': [string, string] }; Payload: Record<string, unknown> };
  Retry?: {
    ErrorEquals: string[];
    JitterStrategy?: string;
    MaxDelaySeconds?: number;
    MaxAttempts?: number;
  }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  TimeoutSeconds?: number;
  ItemProcessor?: { States: Record<string, State> };
}

function read(file: string) {
  return parse(readFileSync(join(ROOT, file), 'utf8'), { merge: true });
}

const machine = read('statemachines/golden-image.asl.yml') as { States: Record<string, State> };
const functions = read('serverless/functions.yml') as Record<string, { handler: string }>;

function flatten(states: Record<string, State>): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...flatten(state.ItemProcessor?.States ?? {}),
  ]);
}

const states = flatten(machine.States);
const tasks = states.filter(([, state]) => state.Type === 'Task');

const camel = (kebab: string) => kebab.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
const pascal = (kebab: string) => camel(`-${kebab}`);
const functionOf = (state: State) =>
  state.Parameters?.FunctionName['Fn::GetAtt'][0].replace(/LambdaFunction$/, '') ?? '';

/** States that use the function of another state, or whose function has a wider name. */
const SHARED: Record<string, string> = {
  TerminateBase: 'TerminateInstance',
  TerminateTest: 'TerminateInstance',
  TestImage: 'LaunchInstance',
  AwaitHealthyTest: 'AwaitHealthySite',
  LookAtBase: 'LookAtInstance',
  LookAtTest: 'LookAtInstance',
  AwaitCopy: 'AwaitImage',
  AwaitWindow: 'AwaitApproval',
};

/** They run in the VPC and have bundles of their own; all others share one. */
const PROBES = ['await-healthy-site', 'ask-servers'];

/** What is looked at now and then while its site is asked. */
const LOOKED_AT: Record<string, string> = { AwaitHealthySite: 'LookAtBase', AwaitHealthyTest: 'LookAtTest' };

/** Errors that the state machine answers by asking again. */
const ASK_AGAIN = ['SiteNotReady', 'AgentNotReady', 'FleetChanged', 'TargetBusy', 'TransientFailure'];

/** Those that the next state says: the probe has no way to the record, and the server knows more of its script than its console does. */
const HANDED_ON = ['FleetNotHealthy', 'UserDataFailed'];

test('each state has the name of its function', () => {
  const names = tasks.map(([name, state]) => [name, functionOf(state)]);
  expect(names).toEqual(names.map(([name = '']) => [name, SHARED[name] ?? name]));
});

test('each function of the state machine and beside it has a file of its name', () => {
  const files = readdirSync(join(ROOT, 'functions'))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((file) => file !== 'index');
  expect(Object.keys(functions).sort()).toEqual(files.map(camel).sort());
  const handlers = files.map((file) => [
    camel(file),
    PROBES.includes(file) ? `functions/${file}.handler` : `functions/index.${camel(file)}`,
  ]);
  expect(
    Object.entries(functions)
      .map(([name, { handler }]) => [name, handler])
      .sort(),
  ).toEqual(handlers.sort());
  for (const [, state] of tasks) expect(files.map(pascal)).toContain(functionOf(state));
});

test('no anchor of the service has two meanings: the later one would take the place of the earlier', () => {
  for (const file of [
    'serverless/functions.yml',
    'serverless/permissions.yml',
    'statemachines/golden-image.asl.yml',
  ]) {
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/^\s*#.*$/gm, '');
    const anchors = [...text.matchAll(/&(\w+)/g)].map(([, name]) => name);
    expect([file, anchors.filter((name, at) => anchors.indexOf(name) !== at)]).toEqual([file, []]);
  }
});

test('state names are unique in the whole machine', () => {
  const names = states.map(([name]) => name);
  expect(names).toEqual([...new Set(names)]);
});

test('the machine and the list of errors name the same errors', () => {
  const named = states.flatMap(([, state]) => [...(state.Retry ?? []), ...(state.Catch ?? [])]);
  const known = [...new Set(named.flatMap((one) => one.ErrorEquals))].filter((name) => !name.includes('.'));
  expect(known.sort()).toEqual([...ASK_AGAIN, ...HANDED_ON].sort());
  expect(Object.keys(errors)).toEqual(expect.arrayContaining(known));
});

test('each error has the name of its class, whatever a minifier makes of that', () => {
  const { KilnError: _base, ...named } = errors;
  for (const [name, Named] of Object.entries(named)) expect(new Named('why').name).toBe(name);
});

test('an error that a person must mend is never retried', () => {
  const mend = Object.keys(errors).filter((name) => !ASK_AGAIN.includes(name));
  const retried = tasks.flatMap(([, state]) => state.Retry ?? []).flatMap((retry) => retry.ErrorEquals);
  expect(mend.length).toBeGreaterThan(8);
  expect(retried.filter((name) => mend.includes(name))).toEqual([]);
  expect(retried).not.toContain('States.ALL');
  expect(retried).not.toContain('States.TaskFailed');
});

test('a function whose process dies is run again, whatever Lambda calls that', () => {
  for (const [name, state] of tasks) {
    const transient = state.Retry?.find((retry) => retry.ErrorEquals.includes('TransientFailure'));
    expect([name, transient?.ErrorEquals]).toEqual([
      name,
      expect.arrayContaining(['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError']),
    ]);
  }
});

test('every task retries transient failures with a cap and full jitter, and has a timeout', () => {
  for (const [name, state] of tasks) {
    const transient = state.Retry?.find((retry) => retry.ErrorEquals.includes('TransientFailure'));
    expect([name, transient?.JitterStrategy, transient?.MaxDelaySeconds]).toEqual([name, 'FULL', 60]);
    expect([name, typeof state.TimeoutSeconds]).toEqual([name, 'number']);
  }
});

test('a fleet that is verified is no release yet: what is left to do is tried for most of an hour, as is what SSM may take minutes for', () => {
  const attempts = tasks.map(([name, state]) => {
    const transient = state.Retry?.find((retry) => retry.ErrorEquals.includes('TransientFailure'));
    return [name, transient?.MaxAttempts] as const;
  });
  const patient = attempts.filter(([, most = 0]) => most > 8);
  expect(patient).toEqual([
    ['PublishImage', 100],
    ['VerifyFleet', 100],
    ['Finish', 100],
  ]);
});

/**
 * What Lambda may answer though nothing is wrong with the function.
 * See https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception and the errors of
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html that pass by themselves.
 */
const LAMBDAS_OWN = [
  ...['ClientExecutionTimeoutException', 'ServiceException', 'AWSLambdaException', 'SdkClientException'],
  ...['TooManyRequestsException', 'Unknown', 'CodeArtifactUserPendingException', 'ResourceConflictException'],
  ...['ResourceNotReadyException', 'EC2ThrottledException', 'EC2UnexpectedException', 'ENINotReadyException'],
].map((name) => `Lambda.${name}`);

test('every task retries what Lambda answers though nothing is wrong with the function', () => {
  for (const [name, state] of tasks) {
    const retried = (state.Retry ?? []).flatMap((retry) => retry.ErrorEquals);
    expect([name, LAMBDAS_OWN.filter((error) => !retried.includes(error))]).toEqual([name, []]);
  }
});

test('every failure before the end comes to Recover', () => {
  for (const [name, state] of Object.entries(machine.States)) {
    if (!['Task', 'Map'].includes(state.Type) || name === 'Recover') continue;
    expect([name, state.Catch?.at(-1)]).toEqual([
      name,
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Recover' },
    ]);
    const before = state.Catch?.slice(0, -1).map(({ ErrorEquals, Next }) => [...ErrorEquals, Next]);
    const handedOn = name === 'LookAtBase' ? [['UserDataFailed', 'CanServerTell']] : [];
    expect([name, before]).toEqual([name, LOOKED_AT[name] ? [['SiteNotReady', LOOKED_AT[name]]] : handedOn]);
  }
});

test('each state that waits for AWS parks its token, and no other does', () => {
  const parking = tasks
    .filter(([, state]) => state.Resource?.endsWith('.waitForTaskToken'))
    .map(([name]) => name);
  expect(parking).toEqual([
    'PrepareImage',
    'AwaitImage',
    'RunTests',
    'ScanImage',
    'AwaitCopy',
    'AwaitApproval',
    'AwaitWindow',
    'AwaitRefresh',
    'AwaitFleet',
  ]);
  for (const [name, state] of tasks) {
    expect([name, state.Parameters?.Payload['token.$']]).toEqual([
      name,
      parking.includes(name) ? '$$.Task.Token' : undefined,
    ]);
  }
});

test('nothing waits for a time but the next question to a site', () => {
  const waits = states.filter(([, state]) => state.Type === 'Wait').map(([name]) => name);
  expect(waits).toEqual(['PauseBeforeSite', 'PauseBeforeTest', 'PauseBeforeServers']);
});
