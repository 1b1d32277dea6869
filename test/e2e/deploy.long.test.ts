import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describeApi } from '../../src/api/openapi';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const SCRIPT = `#!/bin/bash
set -euo pipefail
dnf install -y httpd
mkdir /var/www/html/api
echo "version $VERSION" | tee /var/www/html/index.html > /var/www/html/api/health.json
systemctl enable --now httpd
`;
/** The hour in which its window opens: far from now, whenever the tests run. */
const OPENS = (new Date().getUTCHours() + 12) % 24;
const PIPELINES = {
  'api/pipeline.yml': `
base: { image: '${IMAGE}', instanceType: t3.micro }
healthy: { path: /api/health.json, contains: version, within: 1h }
parameters: { VERSION: { pattern: '^[0-9]+$' } }
rollout:
  - { autoScalingGroup: kiln-fleet-api, minHealthy: 100, maxHealthy: 200, warmup: 10s, initialCapacity: 2, userData: keep, bake: 1h }
approval: { within: 7d }
windows: [{ cron: '0 ${OPENS} * * ? *', duration: 1h }]
`,
  'api/user-data.sh': SCRIPT,
  'web/pipeline.yml': `
base: { image: '${IMAGE}', instanceType: t3.micro }
healthy: { contains: version, within: 1h }
parameters: { VERSION: { pattern: '^[0-9]+$' } }
image: { parameter: /kiln/web/image, channels: { tested: /kiln/web/tested, proven: /kiln/web/proven } }
rollout:
  - { autoScalingGroup: kiln-fleet-web, minHealthy: 100, maxHealthy: 200, warmup: 10s, initialCapacity: 2, userData: keep }
`,
  'web/user-data.sh': SCRIPT,
};

/** Three that are built on each other, as small as they can be. */
const chained = (name: string, base: string, triggers: string) => ({
  [`${name}/pipeline.yml`]: `
base: { image: '${base}', instanceType: t3.micro }
healthy: { contains: small, within: 1h }
image: { test: false }
${triggers}
`,
  [`${name}/user-data.sh`]: `#!/bin/bash
set -euo pipefail
dnf install -y httpd
echo small > /var/www/html/index.html
systemctl enable --now httpd
`,
});
const CHAIN = {
  ...chained('base', IMAGE, ''),
  ...chained('middle', 'image-of:base', 'triggers: { imageOf: base }'),
  ...chained('top', 'image-of:middle', 'triggers: { imageOf: middle }'),
};

let project: Project;
let sample: RunningSample;
beforeAll(async () => {
  project = await copyProject({ ...PIPELINES, ...CHAIN });
  sample = await RunningSample.start(project.folder);
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

interface Planned {
  readonly id: string;
  readonly image: { readonly bakes: boolean; readonly reuse?: { readonly build: string } };
  readonly changes: readonly { readonly what: string; readonly before?: string; readonly after?: string }[];
  readonly targets: readonly { readonly autoScalingGroup: string; readonly action: string }[];
  readonly blockers: readonly string[];
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const { status, body: answer } = await sample.api('POST', path, body);
  if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer as Answer;
}

async function get<Answer>(path: string): Promise<Answer> {
  return (await sample.api('GET', path)).body as Answer;
}

const plan = (parameters: object = {}) => post<Planned>('/pipelines/web/plan', { parameters });

/** A build that has ended, and after whose end all is done that follows it: the release, the hold, and what is remembered of its image. */
async function settled(id: string): Promise<ShownBuild> {
  const ended = await sample.ended(id);
  const executionArn = `${sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${id}`;
  const states = new SFNClient(sample.settings);
  await until(`the execution of ${id} is over`, async () => {
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : status;
  });
  return ended;
}

async function build(body: object): Promise<ShownBuild> {
  return settled((await post<{ id: string }>('/pipelines/web/builds', body)).id);
}

/** The version that the site tells through the load balancer. */
async function readSite(): Promise<string> {
  const [balancer] = await sample.aws.loadBalancers();
  const answer = await fetch(`http://127.0.0.1:${balancer?.loopbackPort}/`);
  return answer.text();
}

async function readImages(): Promise<Record<string, string | undefined>> {
  const ssm = new SSMClient(sample.settings);
  const names = ['image', 'tested', 'proven'];
  const values = names.map((name) => ssm.send(new GetParameterCommand({ Name: `/kiln/web/${name}` })));
  return Object.fromEntries(
    (await Promise.all(values)).map(({ Parameter }, at) => [names[at], Parameter?.Value]),
  );
}

const serves = async () => (await get<{ serving?: { imageId?: string } }>('/pipelines/web')).serving?.imageId;

test('a deploy is planned, done, found up to date, and gone back from', async () => {
  const first = await plan({ VERSION: '1' });
  expect(first).toMatchObject({
    image: { bakes: true },
    targets: [{ autoScalingGroup: 'kiln-fleet-web', action: 'rollOut' }],
    blockers: [],
  });
  const v1 = await build({ plan: first.id, reason: 'the first' });
  expect(v1).toMatchObject({ status: 'SUCCEEDED', reason: 'the first' });
  expect(await readSite()).toContain('version 1');

  // Nothing has changed: in seconds, and without a server.
  expect(await plan()).toMatchObject({
    image: { bakes: false, reuse: { build: v1.id } },
    changes: [],
    targets: [{ action: 'skip' }],
  });
  const idle = await build({});
  expect(idle).toMatchObject({ status: 'UP_TO_DATE', reused: { build: v1.id } });
  expect(idle.stages.map(({ stage }) => stage)).toEqual(['Plan', 'Finish']);

  const next = await plan({ VERSION: '2' });
  expect(next.changes).toEqual([{ what: 'parameter VERSION', before: '1', after: '2' }]);
  const v2 = await build({ plan: next.id });
  expect(v2.status).toBe('SUCCEEDED');
  expect(await readSite()).toContain('version 2');
  expect(await build({ parameters: { VERSION: '3' }, plan: next.id }).catch(String)).toContain(
    'expected nothing of it beside plan',
  );

  const { id } = await post<{ id: string }>('/pipelines/web/rollback', { reason: '5xx on /pay' });
  const back = await settled(id);
  expect(back).toMatchObject({ status: 'SUCCEEDED', reused: { build: v1.id, imageId: v1.imageId } });
  expect(back.stages.some(({ stage }) => stage === 'LaunchInstance')).toBe(false);
  expect(await readSite()).toContain('version 1');
  expect(await readImages()).toEqual({ image: v1.imageId, tested: v1.imageId, proven: v1.imageId });
  expect(await serves()).toBe(v1.imageId);
  expect(await get('/pipelines/web')).toMatchObject({
    release: { parameters: { VERSION: '1' } },
    hold: { reason: '5xx on /pay', message: expect.stringContaining('rolled back') },
  });
  expect(await get(`/builds/${v2.id}`)).toMatchObject({ rolledBack: { by: id } });

  // What was gone back from is not built again unasked.
  const again = await build({ parameters: { VERSION: '2' } });
  expect([again.status, again.error?.name]).toEqual(['FAILED', 'ImageRefused']);
  expect(await readSite()).toContain('version 1');

  // Published, and rolled out nowhere.
  const published = await build({ parameters: { VERSION: '3' }, rollout: false });
  expect([published.status, published.rollouts]).toEqual(['SUCCEEDED', []]);
  const { imageId } = published;
  expect(await readImages()).toEqual({ image: imageId, tested: imageId, proven: v1.imageId });
  expect(await serves()).toBe(v1.imageId);
  // It is there already.
  const v3 = await build({ parameters: { VERSION: '3' } });
  expect(v3).toMatchObject({ status: 'SUCCEEDED', reused: { build: published.id } });
  expect(await readSite()).toContain('version 3');
  expect(await get('/pipelines/web')).not.toHaveProperty('hold');
});

test('a new image starts the builds of those that are built on it, three in a row', async () => {
  const { id } = await post<{ id: string }>('/pipelines/base/builds', {});
  const base = await settled(id);
  const next = async (pipeline: string) => {
    const newest = await until(`${pipeline} is built`, async () => {
      const { builds } = await get<{ builds: ShownBuild[] }>(`/pipelines/${pipeline}/builds`);
      return builds[0];
    });
    return settled(newest.id);
  };
  const middle = await next('middle');
  const top = await next('top');
  expect([base.status, middle.status, top.status]).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect([middle.baseImageId, top.baseImageId]).toEqual([base.imageId, middle.imageId]);
});

/** The versions of their launch template that servers of a group run. */
async function readGroup(AutoScalingGroupName: string): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups: [group] = [] } = await new AutoScalingClient(sample.settings).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
  );
  return group;
}

async function readVersions(group: string): Promise<(string | undefined)[]> {
  return ((await readGroup(group))?.Instances ?? []).map(({ LaunchTemplate }) => LaunchTemplate?.Version);
}

test('a build waits for a person and for its window, and one that is rejected or aborted leaves the fleet as it was', async () => {
  const reach = (id: string, stage: string) =>
    until(`${id} is in ${stage}`, async () => {
      const { status, error, stages } = await sample.getBuild(id);
      if (status !== 'RUNNING' && status !== 'QUEUED') throw new Error(`it is ${status}: ${error?.message}`);
      return stages.some((one) => one.stage === stage && one.outcome === 'running') || undefined;
    });
  const ask = (parameters: object, more: object = {}) =>
    post<{ id: string }>('/pipelines/api/builds', { parameters, ...more });

  const { id } = await ask({ VERSION: '1' });
  await reach(id, 'AwaitApproval');
  await post(`/builds/${id}/approve`, { reason: 'the first' });
  await reach(id, 'AwaitWindow');
  expect(await get(`/builds/${id}`)).toMatchObject({
    approval: { decision: 'approved', resumedAt: expect.any(String) },
    acts: [{ act: 'approve', reason: 'the first' }],
    window: { opensAt: expect.stringContaining(`T${String(OPENS).padStart(2, '0')}:00:00`) },
  });
  await post(`/builds/${id}/promote`, { reason: 'nobody is there yet' });
  expect(await settled(id)).toMatchObject({ status: 'SUCCEEDED' });
  const before = await readVersions('kiln-fleet-api');

  const { id: bad } = await ask({ VERSION: '2' });
  await reach(bad, 'AwaitApproval');
  // What a person asks for takes its place.
  const { id: newer } = await ask({ VERSION: '3' }, { hotfix: true, reason: '5xx on /pay' });
  expect((await settled(bad)).status).toBe('SUPERSEDED');
  await reach(newer, 'AwaitApproval');
  await post(`/builds/${newer}/reject`, { reason: 'the colour' });
  const rejected = await settled(newer);
  expect([rejected.status, rejected.error?.name]).toEqual(['FAILED', 'Rejected']);
  expect(rejected.error?.message).toContain('the colour');

  const { id: rolling } = await ask({ VERSION: '4' }, { hotfix: true, reason: '5xx on /pay' });
  await reach(rolling, 'AwaitApproval');
  await post(`/builds/${rolling}/approve`, {});
  await reach(rolling, 'AwaitRefresh');
  const { status, body } = await sample.api('POST', `/builds/${rolling}/promote`, { skip: 'wait' });
  expect([status, JSON.stringify(body)]).toEqual([409, expect.stringContaining('AWS alone keeps')]);
  await post(`/builds/${rolling}/abort`, { now: true, reason: 'slower than before' });
  const aborted = await settled(rolling);
  expect([aborted.status, aborted.error?.message]).toEqual([
    'ABORTED',
    expect.stringContaining('slower than before'),
  ]);
  await until('the fleet is as it was', async () =>
    isDeepStrictEqual(await readVersions('kiln-fleet-api'), before) ? true : undefined,
  );
});

test('a pipeline that the deployed service has never seen is pushed, rolled out, changed and removed', async () => {
  const files = (text: string) => ({
    'pipeline.yml': PIPELINES['web/pipeline.yml']
      .replace('contains: version', `contains: ${text}`)
      .replace(/^parameters: .*$/m, '')
      .replace(/^image: .*$/m, 'image: { test: false }')
      .concat(
        "triggers: { schedule: { cron: '0 3 * * ? *' }, events: [{ pattern: { source: [com.example.shop] } }] }\n",
      ),
    'user-data.sh': CHAIN['base/user-data.sh']?.replace('echo small', `echo ${text}`) ?? '',
  });
  const push = (text: string) =>
    post<{ version: string; changes?: object[] }>('/pipelines/shop/versions', {
      files: gzipSync(JSON.stringify(files(text))).toString('base64'),
    });
  /** The build that something other than a request has started. */
  const findNewest = (than?: string) =>
    until('a build is there', async () => {
      const { builds } = await get<{ builds: { id: string }[] }>('/pipelines/shop/builds');
      return builds[0]?.id === than ? undefined : builds[0]?.id;
    });
  const first = await push('winter');
  await sample.aws.runSchedule('us-east-1', 'kiln-prod', 'shop');
  const winter = await settled(await findNewest());
  expect(winter).toMatchObject({
    status: 'SUCCEEDED',
    version: first.version,
    trigger: { kind: 'schedule' },
  });
  expect(await readSite()).toContain('winter');

  const second = await push('summer');
  expect(second.changes).toEqual([
    { path: 'pipeline.yml', how: 'changed' },
    { path: 'user-data.sh', how: 'changed' },
  ]);
  await new EventBridgeClient(sample.settings).send(
    new PutEventsCommand({ Entries: [{ Source: 'com.example.shop', DetailType: 'New', Detail: '{}' }] }),
  );
  const summer = await settled(await findNewest(winter.id));
  expect(summer).toMatchObject({ status: 'SUCCEEDED', version: second.version, trigger: { kind: 'event' } });
  expect(await readSite()).toContain('summer');

  const { LaunchTemplate, VPCZoneIdentifier } = (await readGroup('kiln-fleet-web')) ?? {};
  await new AutoScalingClient(sample.settings).send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: 'theirs', MinSize: 0, MaxSize: 1, VPCZoneIdentifier },
      LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
    }),
  );
  const other = {
    ...files('x'),
    'pipeline.yml': files('x')['pipeline.yml'].replace('kiln-fleet-web', 'theirs'),
  };
  const refused = await sample.api('POST', '/pipelines/shop/versions', {
    files: gzipSync(JSON.stringify(other)).toString('base64'),
  });
  expect(refused).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining('theirs has no tag kiln:fleet') },
  });

  await post('/pipelines/shop/remove', { reason: 'the shop is closed' });
  expect((await sample.api('POST', '/pipelines/shop/builds', {})).status).toBe(404);
  expect((await get<{ builds: object[] }>('/pipelines/shop/builds')).builds).toHaveLength(2);
  expect(await readSite()).toContain('summer');
  const { Schedules } = await new SchedulerClient(sample.settings).send(
    new ListSchedulesCommand({ GroupName: 'kiln-prod' }),
  );
  const { Rules } = await new EventBridgeClient(sample.settings).send(
    new ListRulesCommand({ NamePrefix: 'kiln-prod.' }),
  );
  const left = [...(Schedules ?? []), ...(Rules ?? [])].map(({ Name }) => Name);
  expect(left.filter((name) => name?.includes('shop'))).toEqual([]);
});

test('an API that nobody has described is not there', async () => {
  const { paths } = describeApi() as { paths: Record<string, object> };
  for (const [path, operations] of Object.entries(paths))
    for (const method of Object.keys(operations))
      expect([path, await sample.callUnsigned(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'))]).toEqual([
        path,
        403,
      ]);
});
