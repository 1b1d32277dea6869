import type { Build, Stage } from '../../../cli/remote/answers';
import { drawBuild } from '../../../cli/view/progress';
import { widthOf } from '../../../cli/view/text';
import { usualOf } from '../../../cli/view/usual';
import { build, ID, OTHER, problem, rollingOut, runAt, useApi } from './kit';

const api = useApi();
beforeEach(() => {
  api.on('GET /pipelines/web/builds', { body: { builds: [earlier] } });
});

const earlier = build({ id: OTHER });
const now = new Date('2026-11-30T03:04:00Z');
const looks = (...builds: Build[]) => api.on(`GET /builds/${ID}`, ...builds.map((body) => ({ body })));
const approval = rollingOut({
  stages: [{ stage: 'AwaitApproval', startedAt: '2026-11-30T03:02:30.000Z', outcome: 'running' }],
});

describe('in a pipe', () => {
  test('there is a line for each event, the end by itself, and the next command last', async () => {
    looks(rollingOut(), rollingOut(), build());
    const { code, output } = await runAt(api, ['watch', ID], { now });
    expect(output.split('\n')).toEqual([
      '03:00:00  asked for, http by eva',
      '03:00:01  ◐ Plan',
      '03:00:01  ◐ RUNNING',
      '03:00:02  ✔ Plan succeeded 1s',
      '03:00:02  ◐ LaunchInstance',
      '03:00:10  ✔ LaunchInstance succeeded 8s',
      '03:00:10  ◐ AwaitHealthySite',
      '03:02:00  ✔ AwaitHealthySite succeeded 1m50s',
      '03:02:00  ◐ PublishImage',
      '03:02:30  ✔ PublishImage succeeded 30s',
      '03:02:30  ◐ AwaitRefresh kiln-fleet-web waits for the refresh 0f1e of kiln-fleet-web',
      '03:03:00    AwaitRefresh kiln-fleet-web: InProgress, 33 %, 2 servers to go',
      '          usually 6m02s, by 1 build before',
      '03:06:00  ✔ AwaitRefresh kiln-fleet-web succeeded 3m30s',
      '03:06:00  ◐ Finish',
      '03:06:03  ✔ Finish succeeded 3s',
      '03:06:03  ✔ SUCCEEDED in 6m02s',
      expect.stringMatching(/^next: kiln fleet web .* · kiln rollback web /),
    ]);
    expect(code).toBe(0);
  });

  test.each(['FAILED', 'ABORTED', 'TIMED_OUT', 'SUPERSEDED', 'SKIPPED'])(
    'a build that ends as %s is exit code 1',
    async (status) => {
      looks(build({ status, error: { name: 'RefreshFailed', message: 'why\nmore', stage: 'AwaitRefresh' } }));
      const { code, output } = await runAt(api, ['watch', ID]);
      expect(output).toContain('✖ RefreshFailed in AwaitRefresh: why\n  more\nnext: ');
      expect(code).toBe(1);
    },
  );

  test('a build with nothing to do has succeeded', async () => {
    looks(build({ status: 'UP_TO_DATE' }));
    expect((await runAt(api, ['watch', ID])).code).toBe(0);
  });

  test('with --json there is a document a line, and the build at the end', async () => {
    looks(rollingOut(), build());
    const { output } = await runAt(api, ['watch', ID, '--json'], { now });
    const events = output.split('\n').map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({
      event: 'status',
      status: 'QUEUED',
      at: '2026-11-30T03:00:00.000Z',
      build: ID,
    });
    expect(events.find(({ event }) => event === 'says')).toMatchObject({
      stage: { says: 'InProgress, 33 %, 2 servers to go' },
    });
    expect(events.at(-1)).toEqual({ at: '2026-11-30T03:06:03.000Z', event: 'end', build: build() });
  });

  test('an API that fails for a while ends nothing, and is told of once', async () => {
    const down = { status: 503, body: { message: 'Service Unavailable' } };
    api.on(`GET /builds/${ID}`, { body: rollingOut() }, ...Array(6).fill(down), { body: build() });
    const { code, errors } = await runAt(api, ['watch', ID]);
    expect(errors.match(/asked again: the service failed: Service Unavailable/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  test('a build that is not there is exit code 3', async () => {
    api.on(`GET /builds/${ID}`, problem(404, 'UnknownBuild', 'There is no build.'));
    expect((await runAt(api, ['watch', ID])).code).toBe(3);
  });
});

describe('--until', () => {
  test('approval ends where the build waits for one, with the commands for it', async () => {
    looks(rollingOut({ stages: [] }), approval);
    const { code, output } = await runAt(api, ['watch', ID, '--until', 'approval']);
    expect(output).toMatch(/\napprove: kiln approve web-01JQ8Z\w+ .* · or: kiln reject web-01JQ8Z/);
    expect(code).toBe(0);
  });

  test('image ends where it is published', async () => {
    looks(rollingOut({ stages: [] }), rollingOut());
    const { code, output } = await runAt(api, ['watch', ID, '--until', 'image']);
    expect(output).toMatch(/\nnext: kiln watch web-01JQ8Z/);
    expect(code).toBe(0);
  });

  test('ends with the build where that fails before', async () => {
    looks(rollingOut({ stages: [] }), build({ status: 'FAILED' }));
    expect((await runAt(api, ['watch', ID, '--until', 'image'])).code).toBe(1);
  });

  test('kiln build --watch follows what it started', async () => {
    const accepted = { id: ID, pipeline: 'web', status: 'RUNNING', href: `/builds/${ID}` };
    api.on('POST /pipelines/web/builds', { status: 202, body: accepted });
    looks(build({ status: 'FAILED' }));
    const { code, output } = await runAt(api, ['build', 'web', '--watch', '--json']);
    expect(JSON.parse(output.split('\n')[0] ?? '')).toEqual({ event: 'accepted', build: accepted });
    expect(code).toBe(1);
  });
});

test('Ctrl-C leaves the build alone and says how to come back', async () => {
  looks(rollingOut());
  const { errors } = await runAt(api, ['watch', ID], { interruptAt: 4 });
  expect(errors).toMatch(/^web-01JQ8Z\w+ goes on: return with kiln watch web-01JQ8Z\w+ --region eu-north-1/);
  expect(api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

const fleet = {
  at: now.toISOString(),
  groups: [
    {
      autoScalingGroup: 'kiln-fleet-web',
      pipeline: 'web',
      // The service wants what was verified last, until the build has verified what it brings.
      want: { imageId: 'ami-0aa1', build: OTHER, version: '41' },
      problems: [],
      servers: [
        ['i-0c4', '42', 'InService', true],
        ['i-0c9', '42', 'Pending', true],
        ['i-07a', '41', 'InService', true],
        ['i-07b', '41', 'Terminating:Wait', true],
      ].map(([instanceId, version, state, healthy]) => ({
        instanceId: String(instanceId),
        zone: 'eu-north-1a',
        type: 't3.micro',
        imageId: version === '42' ? 'ami-0bb2' : 'ami-0aa1',
        version: String(version),
        launchedAt: '2026-11-30T03:03:29.000Z',
        state: String(state),
        healthy: healthy === true,
        right: version === '41',
      })),
    },
  ],
};

const leave = 'Ctrl-C leaves the build alone · stop: kiln abort web · return: kiln watch web';

describe('the picture on a terminal', () => {
  const usual = usualOf([earlier], build());

  test('at 100 columns: where it is, what it waits for, wanted beside actual, and what to type', () => {
    const lines = drawBuild({ build: rollingOut(), usual, fleet }, now, { columns: 100, rows: 40 }, leave);
    expect(lines).toEqual([
      `${ID} · ◐ RUNNING · 3m59s, usually 6m02s`,
      'http by eva',
      'REVISION v6 → v7 · ami-0bb2',
      '✔ Plan 1s  ✔ Bake 1m58s  ✔ Publish 30s  ◐ RollOut 1m30s  ○ Finish',
      '',
      '◐ AwaitRefresh kiln-fleet-web  1m30s, usually 3m30s',
      '  waits for the refresh 0f1e of kiln-fleet-web',
      '  AWS says: InProgress, 33 %, 2 servers to go',
      'kiln-fleet-web  wanted 3 × v42 ami-0bb2  actual 1  ██████░░░░░░░░░░░░░░',
      '├─ new v42 ami-0bb2  1 serving, 1 Pending',
      '│  i-0c4  eu-north-1a  ✔ serving  31s',
      '│  i-0c9  eu-north-1a  ◌ Pending  31s',
      '├─ old v41 ami-0aa1  1 serving, 1 Terminating:Wait',
      '│  i-07a  eu-north-1a  ✔ serving  31s',
      '│  i-07b  eu-north-1a  ⇣ Terminating:Wait  31s',
      leave,
    ]);
  });

  test.each([80, 100])('at %s columns no line is wider, whatever AWS and people say', (columns) => {
    const long = rollingOut({
      reason: '理由'.repeat(60),
      resolved: { SITE: { value: 's3://bucket/'.repeat(20), from: 'request', before: 's3://old' } },
      stages: rollingOut().stages.map((stage) => ({
        ...stage,
        says: 'word '.repeat(100),
        waitsFor: 'x'.repeat(200),
      })),
      left: ['something that could not be undone '.repeat(10)],
    });
    const trouble = 'nobody answers '.repeat(20);
    const lines = drawBuild({ build: long, usual, fleet, trouble }, now, { columns, rows: 60 }, leave);
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(lines.join('\n')).toContain('AWS says: word');
  });

  test('a screen that is low loses lines of servers first', () => {
    const lines = drawBuild({ build: rollingOut(), usual, fleet }, now, { columns: 80, rows: 12 }, leave);
    expect(lines.length).toBeLessThan(12);
    expect(lines.join('\n')).not.toContain('i-0c9');
    expect(lines.join('\n')).toContain('AWS says: InProgress');
    expect(lines.at(-1)).toBe(leave);
  });

  test('a wait says when it ends by itself, what comes then, and who may end it', () => {
    const gate = { since: now.toISOString(), expiresAt: '2026-11-30T04:04:00.000Z' };
    const waiting = { ...approval, approval: { ...gate, onTimeout: 'stop', approvers: 'other' } };
    const draw = (one: Build) => drawBuild({ build: one, usual }, now, { columns: 80, rows: 40 }, leave);
    expect(draw(waiting)).toContain('  ends by itself at 2026-11-30 04:04 UTC, in 1h00m: then it stops');
    expect(draw(waiting)).toContain('  another person than who asked for it must approve it');
    const back = { ...waiting, approval: { ...waiting.approval, onTimeout: 'rollback' } };
    expect(draw(back)).toContain('  ends by itself at 2026-11-30 04:04 UTC, in 1h00m: then it rolls back');
    const stages = [{ ...(approval.stages[0] as Stage), stage: 'AwaitWindow' }];
    const opensAt = '2026-11-30T03:34:00.000Z';
    const windowed = { ...approval, stages, window: { ...gate, opensAt, onTimeout: 'continue' } };
    expect(draw(windowed)).toContain('  the window opens at 2026-11-30 03:34 UTC, in 30m00s');
    expect(draw(windowed)).toContain('  ends by itself at 2026-11-30 04:04 UTC, in 1h00m: then it goes on');
  });

  test('a build that is queued waits for its turn', () => {
    const queued = build({ status: 'QUEUED', stages: [], endedAt: undefined, rollouts: [] });
    const lines = drawBuild({ build: queued, usual }, now, { columns: 80, rows: 40 }, leave);
    expect(lines).toContain('○ Plan  ○ Bake  ○ Image  ○ Publish  ○ RollOut  ○ Finish');
    expect(lines).toContain('○ waits for its turn: another build of the pipeline runs');
  });

  test('a failure takes the place of what is waited for', () => {
    const failed = build({
      status: 'FAILED',
      error: { name: 'RefreshFailed', message: 'web-5xx 3.1 % > 1 %', stage: 'AwaitRefresh' },
    });
    const lines = drawBuild({ build: failed, usual }, now, { columns: 80, rows: 40 }, 'next: kiln build web');
    expect(lines.slice(-2)).toEqual([
      '✖ RefreshFailed in AwaitRefresh: web-5xx 3.1 % > 1 %',
      'next: kiln build web',
    ]);
  });

  test('is drawn anew in place as time passes, with the groups of the pipeline, and its last one is the end', async () => {
    looks(rollingOut(), build());
    api.on('GET /fleet', { body: fleet });
    const { code, output, pictures } = await runAt(api, ['watch', ID], { columns: 80, now });
    expect(output).toBe('');
    expect(pictures.length).toBeGreaterThan(3);
    expect(pictures[0]?.join('\n')).toContain('kiln-fleet-web  wanted 3 × v42');
    expect(pictures.at(-1)?.[0]).toBe(`${ID} · ✔ SUCCEEDED · in 6m02s, usually 6m02s`);
    expect(api.requests.some(({ path }) => path === '/fleet?pipeline=web')).toBe(true);
    expect(code).toBe(0);
  });

  test('a service that does not know the fleet is asked for it once', async () => {
    looks(rollingOut(), rollingOut(), rollingOut(), build());
    await runAt(api, ['watch', ID], { columns: 80 });
    expect(api.requests.filter(({ path }) => path.startsWith('/fleet'))).toHaveLength(1);
  });
});

describe('what the script writes', () => {
  const baking = rollingOut({
    stages: [{ stage: 'AwaitHealthySite', startedAt: '2026-11-30T03:00:10.000Z', outcome: 'running' }],
  });
  const log = (text: string, next: string) => ({
    body: { build: ID, instanceId: 'i-1', at: '', text, isLive: true, next },
  });
  beforeEach(() => {
    api.on(`GET /builds/${ID}/log`, log('installing\u001b[2J httpd', 'n1'));
    api.on(`GET /builds/${ID}/log?after=n1`, log('done', 'n2'));
    looks(baking, baking, build());
  });

  test('is in the picture while the build bakes, without what would steer the terminal', async () => {
    const { pictures } = await runAt(api, ['watch', ID], { columns: 80, now });
    expect(pictures[0]).toContain('  │ installing httpd');
    expect(pictures.some((lines) => lines.includes('  │ done'))).toBe(true);
    expect(pictures.at(-1)?.join('\n')).not.toContain('│');
  });

  test('is told in a pipe where that is asked for', async () => {
    expect((await runAt(api, ['watch', ID, '--log'])).output).toContain('\n          | done\n');
    looks(baking, build());
    api.requests.length = 0;
    await runAt(api, ['watch', ID]);
    expect(api.requests.filter(({ path }) => path.includes('/log'))).toEqual([]);
  });

  test('is done without where the service does not tell it', async () => {
    api.on(`GET /builds/${ID}/log`, { status: 404, body: { message: 'Not Found' } });
    expect((await runAt(api, ['watch', ID], { columns: 80 })).code).toBe(0);
  });
});

test('what is usual comes from builds alike that succeeded', () => {
  const history = [
    earlier,
    build({ id: `${OTHER}1`, status: 'FAILED', endedAt: '2026-11-30T03:00:02.000Z' }),
    build({ id: `${OTHER}2`, rollout: false, endedAt: '2026-11-30T03:00:02.000Z' }),
    build({
      id: `${OTHER}3`,
      reused: { build: OTHER, imageId: 'ami-0bb2' },
      endedAt: '2026-11-30T03:00:02.000Z',
    }),
  ];
  expect(usualOf(history, { id: ID })).toMatchObject({
    builds: 1,
    seconds: 362,
    stageSeconds: { AwaitRefresh: 210 },
  });
  expect(usualOf([], { id: ID })).toEqual({ builds: 0, seconds: undefined, stageSeconds: {} });
});
