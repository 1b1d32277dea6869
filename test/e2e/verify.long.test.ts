import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aws, startAws } from 'embedded-aws';
import { silent, type Teller } from '../../cli/story/tell';
import { lookForAll } from '../../cli/verify/look/look';
import { namesOf } from '../../cli/verify/names';
import { type Report, reportText } from '../../cli/verify/report';
import { removeOnly, verify } from '../../cli/verify/verify';
import { runKiln } from './command';
import { until } from './until';

/** Two stacks and five builds, on whatever machine. */
const PATIENCE = 1_800_000;
jest.setTimeout(PATIENCE);

const REGION = 'us-east-1';
const NAME = 'kiln-verify-whole';
const CALM = new AbortController().signal;

let aws: Aws;
let folder: string;

beforeAll(async () => {
  aws = await startAws({ leap: true });
  folder = await mkdtemp(join(tmpdir(), 'kiln-verify-'));
});
afterAll(async () => {
  await aws?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the program is given, and what it said. */
function contextOf(teller: Teller = silent) {
  const said: string[] = [];
  const settings = { endpoint: aws.endpoint, credentials: aws.client.credentials };
  return { settings, teller, say: (text: string) => said.push(text), said };
}

const lookFor = (name: string) => lookForAll(aws.client, namesOf(name, REGION));

describe('the whole verification, on the embedded AWS', () => {
  let report: Report;
  let said: string;

  beforeAll(async () => {
    const context = contextOf();
    const file = join(folder, 'report.json');
    report = await verify({ region: REGION, yes: true, name: NAME, report: file }, context, CALM);
    said = context.said.join('\n');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(report);
  }, PATIENCE);

  test('passes', () => {
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, name: NAME, account: '000000000000', embedded: true });
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('builds five versions: three are rolled out, one is rolled back, one aborted', () => {
    expect(report.builds.map(({ version, status }) => `${version} ${status}`)).toEqual([
      '1 SUCCEEDED',
      '2 SUCCEEDED',
      '3 SUCCEEDED',
      '4 FAILED',
      '5 ABORTED',
    ]);
    expect(report.builds[3]?.error?.message).toContain('RollbackSuccessful');
  });

  test('turns no visitor away, and shows none the bad version', () => {
    expect(report.traffic.map(({ failures }) => failures)).toEqual([[], [], []]);
    expect(report.traffic.map(({ failed }) => failed)).toEqual([0, 0, 0]);
    expect(report.traffic.map(({ versions }) => Object.keys(versions))).toEqual([
      ['1', '2'],
      ['2', '3'],
      ['3'],
    ]);
  });

  test('leaves nothing, which its report says and the account shows', async () => {
    expect(report.left).toEqual([]);
    expect(await lookFor(NAME)).toEqual([]);
    expect(report.goesByItself).toEqual([expect.stringMatching(/^KMS key [0-9a-f-]{36}, on \d{4}-/)]);
  });

  test('says what it will make and costs before it makes anything, and how to remove it', () => {
    const [plan = ''] = said.split('If this program should end');
    expect(plan).toContain(`the stack ${NAME}-fleet`);
    expect(plan).toMatch(/\$0\.\d{3} {2}in all/);
    expect(said).toContain(`npm run verify -- --region ${REGION} --remove ${NAME}`);
    expect(said).toContain(reportText(report));
  });

  test('counts its own calls as the embedded AWS counts them', async () => {
    // Those of CloudFormation are made by this program alone.
    const { CloudFormation = 0, SFN = 0 } = report.calls.own;
    const logged = (await aws.calls()).filter(
      ({ service, caller }) => service === 'cloudformation' && caller,
    );
    expect(CloudFormation).toBeGreaterThan(20);
    expect(logged.length).toBeGreaterThanOrEqual(CloudFormation);
    expect(report.calls.all?.states).toBeGreaterThanOrEqual(SFN);
  });
});

/** Aborts when a step, or a line of one, says so, and after that an operation is called, if one is named. */
function interruptedAt(step: RegExp, operation?: string) {
  const controller = new AbortController();
  const reason = new Error('interrupted by a test');
  const hear = async (text: string) => {
    if (!step.test(text)) return;
    if (operation) await called(operation);
    controller.abort(reason);
  };
  const teller: Teller = { chapter: (text) => void hear(text), line: (text) => void hear(text) };
  return { teller, signal: controller.signal, reason };
}

/** Resolves when the embedded AWS has been asked for an operation once more. */
async function called(operation: string): Promise<void> {
  const count = async () => (await aws.calls()).filter((call) => call.operation === operation).length;
  const before = await count();
  await until(`${operation} is called`, async () => ((await count()) > before ? true : undefined));
}

test.each([
  ['while a stack is updated', 'kiln-verify-stack', /^deploy the service/, 'UpdateStack'],
  ['while a build makes its image', 'kiln-verify-image', /^AwaitImage/, undefined],
  ['while servers scale out', 'kiln-verify-scale', /^ScaleOut/, undefined],
] as const)('interrupted %s it removes all, says so, and ends', async (_when, name, step, operation) => {
  const { teller, signal, reason } = interruptedAt(step, operation);
  const context = contextOf(teller);
  await expect(verify({ region: REGION, yes: true, name }, context, signal)).rejects.toBe(reason);
  const said = context.said.join('\n');
  expect(said).toContain('interrupted: all that was made is removed now');
  expect(said).toContain('left in the account: nothing');
  expect(await lookFor(name)).toEqual([]);
});

/** The program as people run it, against the same embedded AWS. */
function runVerify(args: readonly string[], at?: RegExp, name: NodeJS.Signals = 'SIGINT') {
  const env = { ...aws.env, NO_COLOR: '1' };
  return runKiln(
    ['verify', '--region', REGION, ...args],
    (output, signal) => {
      if (at?.test(output)) signal(name);
    },
    env,
  );
}

test('Ctrl-C while a stack is made ends it with nothing left, here and there', async () => {
  const name = 'kiln-verify-ctrlc';
  const { code, output, files } = await runVerify(['--yes', '--name', name], /deploy the fleet/);
  expect(output).toContain('left in the account: nothing');
  expect(code).toBe(130);
  expect(files).toEqual([]);
  expect(await lookFor(name)).toEqual([]);
});

describe('where the program is killed in the middle of a build', () => {
  const name = 'kiln-verify-kill';
  let command: string | undefined;

  beforeAll(async () => {
    const { output } = await runVerify(['--yes', '--name', name], /CreateImage/, 'SIGKILL');
    command = /^ {2}(npm run verify -- .*)$/m.exec(output)?.[1];
  }, PATIENCE);

  test('it has printed the command that removes all', () => {
    expect(command).toBe(`npm run verify -- --region ${REGION} --remove ${name}`);
  });

  test('a second verification does not take its name', async () => {
    await expect(verify({ region: REGION, yes: true, name }, contextOf(), CALM)).rejects.toThrow(
      `there is something of the name ${name} already`,
    );
  });

  test('the look through the account sees each kind of thing that was made', async () => {
    const found = await lookFor(name);
    const kinds = new Set(found.map((one) => one.slice(0, one.lastIndexOf(' '))));
    // No schedule: a verification starts its builds itself.
    expect([...kinds].sort()).toEqual([
      ...['Auto Scaling group', 'HTTP API', 'alarm', 'bucket', 'function', 'image', 'instance'],
      ...['instance profile', 'internet-gateway', 'launch-template', 'load balancer', 'log group'],
      ...['network-interface', 'parameter', 'role', 'route-table', 'rule', 'security-group', 'snapshot'],
      ...['stack', 'state machine', 'subnet', 'table', 'target group', 'topic', 'volume', 'vpc'],
    ]);
  });

  test('the command removes all, and may be run again', async () => {
    expect(await lookFor(name)).not.toEqual([]);
    const first = await runVerify(['--remove', name]);
    expect(first.output).toContain('left in the account: nothing');
    expect(first.code).toBe(0);
    expect(await lookFor(name)).toEqual([]);
    const context = contextOf();
    expect(await removeOnly({ region: REGION, yes: false, remove: name }, context)).toBe(true);
  });
});

test('without a terminal and without --yes nothing is made, and that is said', async () => {
  const { code, errors, output } = await runVerify(['--name', 'kiln-verify-ask']);
  expect(output).toContain('this will make');
  expect(errors).toBe(
    'kiln: nobody can be asked here, since this is no terminal: --yes agrees to all of this\n',
  );
  expect(code).toBe(1);
  expect(await lookFor('kiln-verify-ask')).toEqual([]);
});
