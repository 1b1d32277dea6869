import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describeApi } from '../../src/api/openapi';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const PIPELINES = {
  'web/pipeline.yml': `
base: { image: '${IMAGE}', instanceType: t3.micro }
healthy: { contains: version, within: 1h }
parameters: { VERSION: { pattern: '^[0-9]+$' } }
image: { parameter: /kiln/web/image, channels: { tested: /kiln/web/tested, proven: /kiln/web/proven } }
rollout:
  - { autoScalingGroup: kiln-fleet-web, minHealthy: 100, maxHealthy: 200, warmup: 10s, initialCapacity: 2, userData: keep }
`,
  'web/user-data.sh': `#!/bin/bash
set -euo pipefail
dnf install -y httpd
echo "version $VERSION" > /var/www/html/index.html
systemctl enable --now httpd
`,
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

async function build(body: object): Promise<ShownBuild> {
  return sample.ended((await post<{ id: string }>('/pipelines/web/builds', body)).id);
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
  const back = await sample.ended(id);
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
  const base = await sample.ended(id);
  const next = async (pipeline: string) => {
    const newest = await until(`${pipeline} is built`, async () => {
      const { builds } = await get<{ builds: ShownBuild[] }>(`/pipelines/${pipeline}/builds`);
      return builds[0];
    });
    return sample.ended(newest.id);
  };
  const middle = await next('middle');
  const top = await next('top');
  expect([base.status, middle.status, top.status]).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect([middle.baseImageId, top.baseImageId]).toEqual([base.imageId, middle.imageId]);
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
