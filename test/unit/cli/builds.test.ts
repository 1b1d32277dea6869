import { build, ID, OTHER, problem, run, runAt, useApi } from './kit';

const api = useApi();

const PLAN = `p-${'0'.repeat(26)}`;
const accepted = { status: 202, body: { id: ID, pipeline: 'web', status: 'RUNNING', href: `/builds/${ID}` } };
const pipeline = (name: string) => ({ name, queued: [], groups: [], parameters: {} });

describe('kiln build', () => {
  test('sends what was given, with a key of its own, and says how to watch', async () => {
    api.on('POST /pipelines/web/builds', accepted);
    const args = ['-p', 'REVISION=v=7', '-p', 'SITE=s3://x', '--once', '--force', '--no-rollout', '--hotfix'];
    const { code, output } = await runAt(api, ['build', 'web', ...args, '--reason', 'why', '--plan', PLAN]);
    expect(api.requests[0]?.body).toEqual({
      parameters: { REVISION: 'v=7', SITE: 's3://x' },
      once: true,
      force: true,
      rollout: false,
      hotfix: true,
      reason: 'why',
      plan: PLAN,
    });
    expect(api.requests[0]?.headers['idempotency-key']).toMatch(/^kiln-[0-9a-f-]{36}$/);
    expect(output).toBe(`${ID}  RUNNING\nnext: kiln watch ${ID} --region eu-north-1 --api ${api.url}`);
    expect(code).toBe(0);
  });

  test('sends an empty body where nothing was given, and the key that was', async () => {
    api.on('POST /pipelines/web/builds', accepted);
    await runAt(api, ['build', 'web', '--key', 'commit-7f3']);
    expect(api.requests[0]).toMatchObject({ body: {}, headers: { 'idempotency-key': 'commit-7f3' } });
  });

  test('takes the only pipeline where none is named', async () => {
    api
      .on('GET /pipelines', { body: { pipelines: [pipeline('web')] } })
      .on('POST /pipelines/web/builds', accepted);
    const { code, output } = await runAt(api, ['build', '--json']);
    expect(JSON.parse(output)).toEqual(accepted.body);
    expect(code).toBe(0);
  });

  test('wants a name where there are several', async () => {
    api.on('GET /pipelines', { body: { pipelines: [pipeline('api')], next: 'n' } });
    api.on('GET /pipelines?next=n', { body: { pipelines: [pipeline('web')] } });
    const { code, errors } = await runAt(api, ['build']);
    expect(errors).toBe('kiln: name the pipeline: there are api, web');
    expect(code).toBe(2);
  });

  test.each([
    [['-p', 'REVISION'], 'expected NAME=value'],
    [['-p', 'A=1', '-p', 'A=2'], 'A is given twice'],
    [['--until', 'lunch'], 'expected image, approval, done'],
    [['--frce'], 'Did you mean --force?'],
    [['web', 'api'], 'too many arguments'],
  ])('%j is wrong usage', async (args, words) => {
    const { code, errors } = await run(['build', ...args]);
    expect(errors).toContain(words);
    expect(code).toBe(2);
  });

  test('a build that the pipeline is too busy for is blocked', async () => {
    api.on('POST /pipelines/web/builds', problem(409, 'PipelineBusy', 'web-01… runs.'));
    expect((await runAt(api, ['build', 'web'])).code).toBe(1);
  });
});

describe('kiln builds', () => {
  const now = new Date('2026-11-30T05:00:00Z');
  const failed = build({
    id: OTHER,
    status: 'FAILED',
    imageId: undefined,
    error: { name: 'SiteNotHealthy', message: 'no', stage: 'AwaitHealthySite' },
  });

  test('lists them, a line each, with what is held', async () => {
    const held = { builds: [], message: 'web is held since 03:00: kiln resume web' };
    api.on('GET /pipelines/web/builds', { body: { builds: [build(), failed], held } });
    const { code, output } = await runAt(api, ['builds', 'web'], { columns: 110, now });
    expect(output.split('\n').slice(0, 4)).toEqual([
      '‖ web is held since 03:00: kiln resume web',
      'BUILD                           STATUS       AGE  TOOK   IMAGE     WHY',
      `${ID}  ✔ SUCCEEDED  2h   6m02s  ami-0bb2  http`,
      `${OTHER}  ✖ FAILED     2h   6m02s  -         SiteNotHealthy in AwaitHealthySite`,
    ]);
    expect(code).toBe(0);
  });

  test('at 80 columns have the beginnings of their ids, which commands take, and room for why', async () => {
    const image = { imageId: 'ami-0123456789abcdef0' };
    api.on('GET /pipelines/web/builds', { body: { builds: [build({ ...image, reason: 'new checkout' })] } });
    const { output } = await runAt(api, ['builds', 'web'], { columns: 80, now });
    expect(output).toContain(
      '\nweb-01JQ8Z0000  ✔ SUCCEEDED  2h   6m02s  ami-0123456789abcdef0  "new checkout"\n',
    );
  });

  test('goes on to further pages until there are as many as were asked for', async () => {
    api.on('GET /pipelines/web/builds?limit=100', { body: { builds: Array(100).fill(build()), next: ID } });
    api.on(`GET /pipelines/web/builds?limit=20&next=${ID}`, { body: { builds: [failed] } });
    const { output } = await runAt(api, ['builds', 'web', '--limit', '120', '--json']);
    expect(JSON.parse(output).builds).toHaveLength(101);
    expect(JSON.parse(output).next).toBeUndefined();
  });

  test('of all pipelines are sorted by when they were asked for', async () => {
    api.on('GET /pipelines', { body: { pipelines: [pipeline('api'), pipeline('web')] } });
    const early = build({ id: OTHER, requestedAt: '2026-11-29T03:00:00.000Z' });
    api.on('GET /pipelines/api/builds', { body: { builds: [early] } });
    api.on('GET /pipelines/web/builds', { body: { builds: [build()] } });
    const { output } = await runAt(api, ['builds', '--json']);
    expect(JSON.parse(output).builds.map(({ id }: { id: string }) => id)).toEqual([ID, OTHER]);
  });
});

describe('kiln show', () => {
  test('says all there is, and no line is wider than the terminal', async () => {
    const changes = {
      since: OTHER,
      counts: { added: 3, removed: 1, upgraded: 12 },
      ...{ added: [], removed: [], upgraded: [] },
    };
    const acts = [{ at: '2026-11-30T03:05:00.000Z', act: 'promote', by: 'eva', reason: 'fine' }];
    const approval = {
      since: '2026-11-30T03:02:00.000Z',
      expiresAt: '2026-11-30T05:02:00.000Z',
      onTimeout: 'stop',
      ...{ decision: 'approved', decidedAt: '2026-11-30T03:04:00.000Z', by: 'ola', reason: 'looked' },
    };
    const fields = { packageChanges: changes, reason: 'new checkout', acts, approval };
    api.on(`GET /builds/${ID}`, { body: build(fields) });
    const { code, output } = await runAt(api, ['show', ID], { columns: 80 });
    const lines = output.split('\n');
    expect(lines[0]).toBe(`${ID}  ✔ SUCCEEDED  6m02s`);
    expect(output).toContain('asked for  2026-11-30 03:00 UTC, http by eva');
    expect(output).toContain('reason     "new checkout"');
    expect(output).toContain('parameters REVISION = v7 (request, before v6)');
    expect(output).toContain(`packages   +3 ~12 -1 since ${OTHER}`);
    expect(output).toContain('approval   approved 2026-11-30 03:04 UTC by ola: "looked"');
    expect(output).toContain('acts       2026-11-30 03:05 promote by eva: "fine"');
    expect(output).toContain('  03:02:30  ✔ AwaitRefresh kiln-fleet-web  succeeded  3m30s');
    expect(output).toContain('rollouts   kiln-fleet-web  template version 42  ✔ 3 servers verified by site');
    expect(lines.slice(0, -1).filter((line) => line.length > 80)).toEqual([]);
    expect(lines.at(-1)).toMatch(/^next: kiln fleet web .* · kiln rollback web /);
    expect(code).toBe(0);
  });

  test('cuts nothing off', async () => {
    const value = `s3://${'bucket-'.repeat(9)}site.tar.gz`;
    const resolved = { SITE: { value, from: 'default', before: 's3://before' } };
    api.on(`GET /builds/${ID}`, { body: build({ resolved }) });
    const { output } = await runAt(api, ['show', ID], { columns: 80 });
    expect(output).toContain(
      `parameters SITE =\n           ${value}\n           (default, before s3://before)\n`,
    );
  });

  test('takes a pipeline for its running build, or its newest', async () => {
    api.on('GET /pipelines/web/builds', {
      body: { builds: [build({ id: OTHER }), build({ status: 'RUNNING' })] },
    });
    api.on(`GET /builds/${ID}`, { body: build({ status: 'RUNNING' }) });
    expect(JSON.parse((await runAt(api, ['show', 'web', '--json'])).output).id).toBe(ID);
    api.on('GET /pipelines/web/builds', { body: { builds: [build({ id: OTHER }), build()] } });
    api.on(`GET /builds/${OTHER}`, { body: build({ id: OTHER }) });
    expect(JSON.parse((await runAt(api, ['show', 'web', '--json'])).output).id).toBe(OTHER);
  });

  test('takes the beginning of an id that only one build has', async () => {
    api.on('GET /pipelines/web/builds', { body: { builds: [build({ id: OTHER }), build()] } });
    api.on(`GET /builds/${ID}`, { body: build() });
    expect((await runAt(api, ['show', 'web-01JQ8Z'])).code).toBe(0);
    const both = await runAt(api, ['show', 'web-01JQ8']);
    expect(both.errors).toBe(`kiln: 2 builds begin with web-01JQ8: ${OTHER}, ${ID}`);
    expect(both.code).toBe(2);
    const none = await runAt(api, ['show', 'web-01JQ9']);
    expect(none.errors).toContain('no build of web begins with web-01JQ9');
    expect(none.code).toBe(3);
  });

  test('takes a word that ends in digits for a pipeline', async () => {
    api.on('GET /pipelines/web-2026/builds', { body: { builds: [build()] } });
    api.on(`GET /builds/${ID}`, { body: build() });
    expect((await runAt(api, ['show', 'web-2026'])).code).toBe(0);
  });

  test('of a pipeline that has had no build says how to start one', async () => {
    api.on('GET /pipelines/web/builds', { body: { builds: [] } });
    const { code, errors } = await runAt(api, ['show', 'web']);
    expect(errors).toBe(
      `kiln: web has had no build yet: kiln build web --region eu-north-1 --api ${api.url} starts one`,
    );
    expect(code).toBe(3);
  });
});

test('kiln pipelines says of each what serves, what runs, what holds it and what comes next', async () => {
  const pipelines = [
    {
      ...pipeline('api'),
      hold: { message: 'held', by: 'arn:aws:sts::111122223333:assumed-role/ops/eva', reason: '5xx on /pay' },
      last: { id: OTHER, status: 'FAILED', endedAt: '2026-11-30T03:00:00.000Z' },
    },
    {
      ...pipeline('web'),
      serving: { build: OTHER, imageId: 'ami-0aa1' },
      running: { id: ID, status: 'RUNNING', stage: 'AwaitRefresh' },
      queued: [OTHER],
      schedule: { cron: '0 3 * * ? *', next: '2026-12-01T02:00:00.000Z' },
    },
  ];
  api.on('GET /pipelines', { body: { pipelines } });
  const now = new Date('2026-11-30T05:00:00Z');
  const { code, output } = await runAt(api, ['pipelines'], { columns: 120, now });
  expect(output.split('\n').slice(0, 3)).toEqual([
    'PIPELINE  SERVES    BUILD                          NEXT',
    'api       -         ✖ FAILED 2h ago                ‖ HELD by ops/eva: "5xx on /pay"',
    'web       ami-0aa1  ◐ AwaitRefresh web-01JQ8Z0000  1 queued, at 2026-12-01 02:00 UTC',
  ]);
  expect(code).toBe(0);
});
