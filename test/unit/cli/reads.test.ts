import type { Fleet, Plan, Server } from '../../../cli/remote/answers';
import { widthOf } from '../../../cli/view/text';
import { build, ID, OTHER, rollingOut, run, runAt, useApi } from './kit';

const api = useApi();

const tooWide = (output: string, columns: number) =>
  output
    .split('\n')
    .filter((line) => !line.includes('kiln '))
    .filter((line) => widthOf(line) > columns);

const PLAN: Plan = {
  id: 'p-01JQ8Z0000000000000000000C',
  pipeline: 'web',
  at: '2026-11-30T03:00:00.000Z',
  image: { bakes: true, why: ['base image', 'parameter REVISION'] },
  changes: [
    { what: 'base image', before: 'ami-1', after: 'ami-2' },
    { what: 'parameter REVISION', before: 'v6', after: 'v7' },
  ],
  targets: [
    { autoScalingGroup: 'kiln-fleet-web', servers: 6, fromVersion: '41', action: 'rollOut' },
    { autoScalingGroup: 'kiln-fleet-admin', servers: 1, fromVersion: '7', action: 'skip' },
  ],
  blockers: [],
  notKnown: ['packages: known after the bake'],
  window: { isOpen: true, opensAt: '2026-11-30T03:00:00.000Z', closesAt: '2026-11-30T05:00:00.000Z' },
  approval: { within: 7200, onTimeout: 'stop', approvers: 'other' },
  seconds: { least: 420, most: 540, builds: 12 },
  undoSeconds: 190,
};

const WINDOW = 'window open until 2026-11-30 05:00 UTC';
const APPROVAL = 'waits 2h00m for another person to approve, then stops';

describe('kiln plan', () => {
  test.each([80, 100])('says at %s columns what would be done, and how to do that', async (columns) => {
    api.on('POST /pipelines/web/plan', { body: PLAN });
    const { code, output } = await runAt(api, ['plan', 'web', '-p', 'REVISION=v7', '--no-rollout'], {
      columns,
    });
    expect(api.requests[0]?.body).toEqual({ parameters: { REVISION: 'v7' }, rollout: false });
    expect(output.split('\n').slice(0, -1)).toEqual([
      'Plan p-01JQ8Z0000000000000000000C · web · eu-north-1 · changes nothing',
      '  ~ image a new one is baked: base image; parameter REVISION',
      '  ~ base image          ami-1 → ami-2',
      '  ~ parameter REVISION  v6 → v7',
      '  ~ kiln-fleet-web    6 servers  v41 → a new version',
      '  = kiln-fleet-admin  1 server   skipped: has this release',
      '  ? packages: known after the bake',
      ...(columns === 80 ? [`  ${WINDOW}`, `  ${APPROVAL}`] : [`  ${WINDOW} · ${APPROVAL}`]),
      '  time 7m00s to 9m00s (12 builds) · undo about 3m10s',
      '1 bake, 1 group to roll out to, 1 unchanged, 0 blockers.',
    ]);
    expect(output).toContain(`\nnext: kiln build web --plan ${PLAN.id} --watch`);
    expect(tooWide(output, columns)).toEqual([]);
    expect(code).toBe(0);
  });

  test('is exit code 1 where something would stop it, and says all of that', async () => {
    const blockers = [`kiln-fleet-api: ${'max 4 leaves no room '.repeat(10)}`, 'web is held'];
    api.on('POST /pipelines/web/plan', { body: { ...PLAN, blockers, targets: [], changes: [] } });
    const { code, output } = await runAt(api, ['plan', 'web'], { columns: 80 });
    expect(output).toContain('  ✖ kiln-fleet-api: max 4 leaves no room');
    expect(output).toContain('  ✖ web is held');
    expect(output).toContain('2 blockers.\nafter mending: kiln plan web');
    expect(tooWide(output, 80)).toEqual([]);
    expect(code).toBe(1);
  });

  test('says of a group that is skipped why, once', async () => {
    const targets = [{ ...PLAN.targets[0], action: 'skip', why: 'it runs this image already' }];
    api.on('POST /pipelines/web/plan', { body: { ...PLAN, targets } });
    const { output } = await runAt(api, ['plan', 'web'], { columns: 80 });
    expect(output).toContain('\n  = kiln-fleet-web  6 servers  skipped: it runs this image already\n');
  });

  test('that uses an image again says which, and as JSON is the answer', async () => {
    const plan = { ...PLAN, changes: [], image: { bakes: false, reuse: { build: OTHER, imageId: 'ami-1' } } };
    api.on('POST /pipelines/web/plan', { body: plan });
    expect((await runAt(api, ['plan', 'web'])).output).toContain(
      `  = image ami-1 of ${OTHER} is used again\n`,
    );
    expect(JSON.parse((await runAt(api, ['plan', 'web', '--json'])).output)).toEqual(plan);
  });
});

const AT = '2026-11-30T03:12:40.000Z';
const server = (instanceId: string, fields: Partial<Server> = {}): Server => ({
  instanceId,
  zone: 'eu-north-1b',
  type: 't3.micro',
  imageId: 'ami-0bb2',
  build: ID,
  version: '42',
  launchedAt: '2026-11-30T01:12:40.000Z',
  state: 'InService',
  healthy: true,
  right: true,
  ...fields,
});
const FLEET: Fleet = {
  at: AT,
  groups: [
    {
      autoScalingGroup: 'kiln-fleet-web',
      pipeline: 'web',
      want: { imageId: 'ami-0bb2', build: ID, version: '42' },
      problems: [],
      servers: [server('i-01'), server('i-02')],
    },
    {
      autoScalingGroup: 'kiln-fleet-api',
      pipeline: 'api',
      want: { imageId: 'ami-0aa1', build: OTHER, version: '7' },
      problems: ['its launch template defaults to version 9, which nobody verified'],
      servers: [
        server('i-03d', {
          imageId: 'ami-0ff9',
          build: undefined,
          right: false,
          why: 'somebody has attached it',
        }),
      ],
    },
    {
      autoScalingGroup: 'kiln-fleet-adm',
      pipeline: 'adm',
      want: {},
      problems: [],
      servers: [server('i-04', { launchedAt: '2026-10-01T00:00:00.000Z' })],
    },
  ],
};

describe('kiln fleet', () => {
  test('tells problems first, and a good group in one line', async () => {
    api.on('GET /fleet', { body: FLEET });
    const { code, output } = await runAt(api, ['fleet'], { columns: 100 });
    expect(output.split('\n').slice(0, -1)).toEqual([
      '4 servers, 3 groups · 3 right, 1 not right · read 03:12:40',
      'GROUP / SERVER    ZONE         IMAGE     BUILD           AGE  STATE',
      '✖ kiln-fleet-api  0/1          ami-0aa1  web-01JQ8Y0000  2h   1 not right',
      '      its launch template defaults to version 9, which nobody verified',
      '  ✖ i-03d         eu-north-1b  ami-0ff9  none            2h   InService',
      '      somebody has attached it',
      '✔ kiln-fleet-web  2/2          ami-0bb2  web-01JQ8Z0000  2h   right',
      '✔ kiln-fleet-adm  1/1          -         -               60d  right',
    ]);
    expect(output).toContain('\nnext: kiln plan api');
    expect(code).toBe(0);
  });

  test('tells what is wrong with pipelines that have no group before all else, in JSON too', async () => {
    const problems = [
      'pipeline base: the SSM parameter /kiln/base/image names ami-9, not ami-5 of build base-1',
    ];
    api.on('GET /fleet', { body: { at: AT, groups: FLEET.groups.slice(0, 1), problems } });
    const { output } = await runAt(api, ['fleet'], { columns: 200 });
    expect(output.split('\n').slice(0, 3)).toEqual([
      '2 servers, 1 group · 2 right · read 03:12:40',
      `✖ ${problems[0]}`,
      expect.stringMatching(/^GROUP/),
    ]);
    expect(JSON.parse((await runAt(api, ['fleet', '--json'])).output)).toHaveProperty('problems', problems);
  });

  test.each([80, 100])('at %s columns no line is wider', async (columns) => {
    const why = 'other image '.repeat(20);
    const [group] = FLEET.groups;
    const groups = [
      { ...group, problems: [why], servers: [server('i-0123456789abcdef0', { right: false, why })] },
    ];
    api.on('GET /fleet', { body: { at: AT, groups, problems: [why], notKnown: [why] } });
    const { output } = await runAt(api, ['fleet'], { columns });
    expect(tooWide(output, columns)).toEqual([]);
    expect(output).toContain('i-0123456789abcdef0');
  });

  test('--old is exit code 1 where a server is older, and shows it', async () => {
    api.on('GET /fleet', { body: FLEET });
    const { code, output } = await runAt(api, ['fleet', '--old', '30d'], { columns: 100 });
    expect(output).toContain('1 older than 30d');
    expect(output).toContain('⚠ kiln-fleet-adm');
    expect(output).toContain('  ⚠ i-04 ');
    expect(code).toBe(1);
    expect((await runAt(api, ['fleet', '--old', '90d'])).code).toBe(0);
    expect((await run(['fleet', '--old', 'old'])).code).toBe(2);
  });

  test('goes on to further pages', async () => {
    api.on('GET /fleet?pipeline=web', { body: { ...FLEET, groups: FLEET.groups.slice(0, 1), next: 'n' } });
    api.on('GET /fleet?pipeline=web&next=n', { body: { ...FLEET, groups: FLEET.groups.slice(1) } });
    const { output } = await runAt(api, ['fleet', 'web', '--json']);
    expect(JSON.parse(output)).toEqual(FLEET);
  });
});

describe('kiln log', () => {
  const log = (text: string, fields: object = {}) => ({
    body: { build: ID, instanceId: 'i-1', at: AT, text, isLive: true, next: 'n1', ...fields },
  });

  test('prints what the script wrote', async () => {
    api.on(`GET /builds/${ID}/log`, log('one\r\ntwo'));
    const { code, output } = await runAt(api, ['log', ID]);
    expect(output).toBe('one\ntwo');
    expect(code).toBe(0);
    expect(JSON.parse((await runAt(api, ['log', ID, '--json'])).output)).toEqual(log('one\r\ntwo').body);
    await runAt(api, ['log', ID, '--whole']);
    expect(api.requests.at(-1)?.path).toBe(`/builds/${ID}/log?whole=true`);
  });

  test('of a build without a server says why, beside the output', async () => {
    api.on(`GET /builds/${ID}/log`, log('', { instanceId: undefined, next: undefined, why: 'No server.' }));
    const { code, output, errors } = await runAt(api, ['log', ID]);
    expect([code, output, errors]).toEqual([0, '', 'No server.']);
  });

  test('--follow prints what comes, with gaps, until the build is over', async () => {
    api.on(`GET /builds/${ID}/log`, log('one'));
    api.on(`GET /builds/${ID}/log?after=n1`, log(''), log('two', { gaps: ['lost'], next: 'n2' }));
    const gone = log('it failed', { instanceId: undefined, next: undefined, why: 'Gone.' });
    api.on(`GET /builds/${ID}/log?after=n2`, gone, gone);
    const running = { body: rollingOut() };
    api.on(`GET /builds/${ID}`, running, running, running, running, { body: build() });
    const { code, output, errors } = await runAt(api, ['log', ID, '--follow']);
    expect(output).toBe('one\n[… lost …]\ntwo\nit failed');
    expect(errors).toBe('Gone.');
    expect(code).toBe(0);
  });

  test('--follow ends at Ctrl-C', async () => {
    api.on(`GET /builds/${ID}/log`, log('one'));
    api.on(`GET /builds/${ID}/log?after=n1`, log('two'));
    api.on(`GET /builds/${ID}`, { body: rollingOut() });
    const { output } = await runAt(api, ['log', ID, '--follow'], { interruptAt: 2 });
    expect(output).toBe('one\ntwo');
  });
});
