import { build, ID, OTHER, problem, rollingOut, run, runAt, useApi } from './kit';

const api = useApi();

const accepted = (status = 'RUNNING', id = ID) => ({
  status: 202,
  body: { id, pipeline: 'web', status, href: `/builds/${id}` },
});
const posted = () =>
  api.requests.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body]);

describe('acts on a build', () => {
  test.each([
    [['abort', ID], `/builds/${ID}/abort`, {}],
    [['abort', ID, '--now', '--reason', 'wrong'], `/builds/${ID}/abort`, { now: true, reason: 'wrong' }],
    [['approve', ID, '--reason', 'fine'], `/builds/${ID}/approve`, { reason: 'fine' }],
    [['reject', ID], `/builds/${ID}/reject`, {}],
    [['promote', ID], `/builds/${ID}/promote`, { skip: 'wait' }],
    [
      ['promote', ID, '--skip', 'all', '--reason', 'x'],
      `/builds/${ID}/promote`,
      { skip: 'all', reason: 'x' },
    ],
  ])('kiln %j', async (args, path, body) => {
    api.on(`POST ${path}`, accepted());
    const { code, output } = await runAt(api, args);
    expect(posted()).toEqual([[path, body]]);
    expect(output).toMatch(new RegExp(`^${ID}  RUNNING  .+\nnext: kiln watch ${ID} `));
    expect(code).toBe(0);
  });

  test('take a pipeline for the build of it that runs', async () => {
    api.on('GET /pipelines/web/builds', { body: { builds: [build({ id: OTHER }), rollingOut()] } });
    api.on(`POST /builds/${ID}/abort`, accepted());
    const { code, output } = await runAt(api, ['abort', 'web', '--json']);
    expect(JSON.parse(output)).toEqual(accepted().body);
    expect(code).toBe(0);
  });

  test.each([
    ['approve', 'AwaitApproval'],
    ['reject', 'AwaitApproval'],
    ['promote', 'AwaitWindow'],
  ])('%s of a pipeline means the build of it that is in %s, whatever else runs', async (act, stage) => {
    const stages = [{ stage, startedAt: '2026-11-30T03:02:30.000Z', outcome: 'running' as const }];
    const builds = [rollingOut({ id: OTHER }), rollingOut({ stages })];
    api.on('GET /pipelines/web/builds', { body: { builds } }).on(`POST /builds/${ID}/${act}`, accepted());
    expect((await runAt(api, [act, 'web'])).code).toBe(0);
    expect(posted()[0]?.[0]).toBe(`/builds/${ID}/${act}`);
  });

  test('do nothing where none runs', async () => {
    api.on('GET /pipelines/web/builds', { body: { builds: [build()] } });
    const { code, errors } = await runAt(api, ['abort', 'web']);
    expect(errors).toBe(`kiln: no build of web runs: the newest, ${ID}, is SUCCEEDED`);
    expect(posted()).toEqual([]);
    expect(code).toBe(3);
  });

  test('that come too late are blocked', async () => {
    api.on(`POST /builds/${ID}/abort`, problem(409, 'BuildOver', 'It has ended.'));
    const { code, errors } = await runAt(api, ['abort', ID]);
    expect(errors).toContain('BuildOver: It has ended.');
    expect(code).toBe(1);
  });

  test('promote knows what can be skipped', async () => {
    const { code, errors } = await run(['promote', ID, '--skip', 'tests']);
    expect(errors).toContain('expected wait, window, all');
    expect(code).toBe(2);
  });
});

describe('kiln rollback', () => {
  const rollback = () => api.on('POST /pipelines/web/rollback', accepted('QUEUED'));

  test('asks once, says that the pipeline is held and how to watch', async () => {
    rollback();
    const { code, output } = await runAt(api, ['rollback', 'web', '--build', OTHER, '--reason', '5xx']);
    expect(posted()).toEqual([['/pipelines/web/rollback', { build: OTHER, reason: '5xx' }]]);
    expect(api.requests[0]?.headers['idempotency-key']).toMatch(/^kiln-/);
    expect(output.split('\n').slice(0, 2)).toEqual([
      `${ID}  QUEUED  goes back to the image of ${OTHER}`,
      '‖ web is held: schedules and events roll nothing out until kiln resume web',
    ]);
    expect(code).toBe(0);
  });

  test('with --watch ends as its build does', async () => {
    rollback();
    api.on('GET /pipelines/web/builds', { body: { builds: [] } });
    api.on(`GET /builds/${ID}`, { body: build({ status: 'FAILED', rollback: { build: OTHER } }) });
    expect((await runAt(api, ['rollback', 'web', '--reason', '5xx', '--watch'])).code).toBe(1);
  });

  test('wants a reason', async () => {
    const { code, errors } = await run(['rollback', 'web']);
    expect(errors).toContain("required option '--reason <text>' not specified");
    expect(code).toBe(2);
  });

  test('to nothing is blocked', async () => {
    api.on('POST /pipelines/web/rollback', problem(409, 'NothingToRollBackTo', 'No image before.'));
    expect((await runAt(api, ['rollback', 'web', '--reason', 'x'])).code).toBe(1);
  });
});

describe('kiln revoke', () => {
  const users = [
    { kind: 'group', name: 'kiln-fleet-web' },
    { kind: 'parameter', name: '/kiln/web/image' },
  ];

  test('names all who use the image, and what rolls them back', async () => {
    api.on('POST /images/ami-0bb2/revoke', { body: { imageId: 'ami-0bb2', users, rollbacks: [OTHER] } });
    const { code, output } = await runAt(api, ['revoke', 'ami-0bb2', '--reason', 'CVE', '--rollback']);
    expect(posted()).toEqual([['/images/ami-0bb2/revoke', { reason: 'CVE', rollback: true }]]);
    expect(output.split('\n').slice(0, 5)).toEqual([
      'ami-0bb2 is revoked: nothing uses it again',
      'in use by, or made of it:',
      '  group      kiln-fleet-web',
      '  parameter  /kiln/web/image',
      `rolled back by ${OTHER}`,
    ]);
    expect(code).toBe(0);
  });

  test('is exit code 1 where a pipeline that runs it cannot go back, and says why', async () => {
    const moved = [{ parameter: '/kiln/web/image', imageId: 'ami-0aa1' }];
    const notRolledBack = [{ pipeline: 'web', why: 'there is no image before' }];
    const body = { imageId: 'ami-0bb2', users, moved, rollbacks: [], notRolledBack, notKnown: ['denied'] };
    api.on('POST /images/ami-0bb2/revoke', { body });
    const { code, output } = await runAt(api, ['revoke', 'ami-0bb2', '--reason', 'CVE', '--rollback']);
    expect(output).toContain(
      '/kiln/web/image names ami-0aa1 now\n✖ web cannot go back: there is no image before\n? denied',
    );
    expect(code).toBe(1);
  });

  test('is taken back by kiln unrevoke, which says what may be used again, or why it may not', async () => {
    const revoked = { at: '2026-11-30T03:00:00.000Z', reason: 'CVE' };
    const moved = [{ parameter: '/kiln/web/image', imageId: 'ami-0bb2' }];
    api.on('POST /images/ami-0bb2/unrevoke', { body: { imageId: 'ami-0bb2', revoked, moved } });
    const { code, output } = await runAt(api, ['unrevoke', 'ami-0bb2', '--reason', 'not ours']);
    expect(posted()).toEqual([['/images/ami-0bb2/unrevoke', { reason: 'not ours' }]]);
    expect(output.split('\n').slice(0, 3)).toEqual([
      'ami-0bb2 is revoked no more, which was: "CVE"',
      'it may be used and gone back to again; nothing was rolled out',
      '/kiln/web/image names ami-0bb2 now',
    ]);
    expect(code).toBe(0);
    const notUsed = 'it is gone since today: retired';
    api.on('POST /images/ami-0bb2/unrevoke', { body: { imageId: 'ami-0bb2', revoked, notUsed } });
    expect((await runAt(api, ['unrevoke', 'ami-0bb2', '--reason', 'x'])).output).toContain(
      `✖ it is not used all the same: ${notUsed}`,
    );
    api.on('POST /images/ami-0bb2/unrevoke', problem(409, 'NotRevoked', 'It is not revoked.'));
    expect((await runAt(api, ['unrevoke', 'ami-0bb2', '--reason', 'x'])).code).toBe(1);
  });

  test('takes a build for its image, and refuses one that has none', async () => {
    api.on(`GET /builds/${ID}`, { body: build() });
    api.on('POST /images/ami-0bb2/revoke', { body: { imageId: 'ami-0bb2', users: [] } });
    expect((await runAt(api, ['revoke', ID, '--reason', 'CVE'])).output).toContain('nobody uses it');
    api.on(`GET /builds/${ID}`, { body: build({ imageId: undefined, status: 'FAILED' }) });
    const { code, errors } = await runAt(api, ['revoke', ID, '--reason', 'CVE']);
    expect(errors).toContain(`${ID} has no image, it is FAILED`);
    expect(code).toBe(3);
  });
});

describe('kiln hold and kiln resume', () => {
  test('hold with a reason and who may pass', async () => {
    const hold = { since: '2026-11-30T03:00:00.000Z', message: 'web is held by eva: "freeze"' };
    api.on('POST /pipelines/web/hold', { body: { pipeline: 'web', hold } });
    const args = ['hold', 'web', '--reason', 'freeze', '--allow', 'arn:a', '--allow', 'arn:b'];
    const { code, output } = await runAt(api, args);
    expect(posted()).toEqual([['/pipelines/web/hold', { reason: 'freeze', allow: ['arn:a', 'arn:b'] }]]);
    expect(output).toMatch(/^‖ web is held by eva: "freeze"\nnext: kiln resume web /);
    expect(code).toBe(0);
  });

  test('resume', async () => {
    api.on('POST /pipelines/web/resume', { body: { pipeline: 'web' } });
    const { code, output } = await runAt(api, ['resume', 'web', '--reason', 'done']);
    expect(posted()).toEqual([['/pipelines/web/resume', { reason: 'done' }]]);
    expect(output).toMatch(/^✔ web is held no more\nnext: kiln build web /);
    expect(code).toBe(0);
  });

  test('hold wants a reason', async () => {
    expect((await run(['hold', 'web'])).code).toBe(2);
  });
});
