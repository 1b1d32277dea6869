import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { differenceOf } from '../../../cli/view/difference';
import { build, ID, OTHER, runAt, useApi } from './kit';

const api = useApi();

const FIRST = 'web-01JQ8X0000000000000000000C';
const changes = (since: string, fields: object = {}) => ({
  since,
  counts: { added: 1, removed: 0, upgraded: 1 },
  added: [{ name: 'jq', version: '1.7' }],
  removed: [],
  upgraded: [{ name: 'httpd', from: '2.4.61', to: '2.4.62' }],
  ...fields,
});
const newest = build({ packageChanges: changes(OTHER) });
const middle = build({
  id: OTHER,
  imageId: 'ami-0aa1',
  requestedAt: '2026-11-29T03:00:00.000Z',
  endedAt: '2026-11-29T03:06:00.000Z',
  revoked: { at: '2026-11-30T03:00:00.000Z', reason: 'CVE' },
  packageChanges: changes(FIRST, {
    counts: { added: 0, removed: 1, upgraded: 1 },
    added: [],
    removed: [{ name: 'nano', version: '8' }],
    upgraded: [{ name: 'httpd', from: '2.4.60', to: '2.4.61' }],
  }),
});
const reused = build({ id: `${FIRST.slice(0, -1)}D`, reused: { build: OTHER, imageId: 'ami-0aa1' } });
function serverOn(imageId: string) {
  return (instanceId: string) => ({ instanceId, imageId });
}
const now = new Date('2026-11-30T05:06:03Z');

const FLEET = {
  at: '',
  groups: [{ autoScalingGroup: 'kiln-fleet-web', servers: ['i-1', 'i-2'].map(serverOn('ami-0bb2')) }],
  imageParameters: [
    { name: '/kiln/web/image', pipeline: 'web', channel: 'newest', imageId: 'ami-0bb2' },
    { name: '/kiln/web/proven', pipeline: 'web', channel: 'proven', imageId: 'ami-0aa1' },
    { name: '/kiln/web/tested', pipeline: 'web', channel: 'tested' },
  ],
};
const lineage = { baseImageId: 'ami-0cc3', baseBuild: 'base-01JQ8V0000000000000000000F' };
const bom = { key: `boms/${ID}.cdx.json`, packages: 312 };

test('kiln images lists each image once: its state, where it runs, what names it, what it was made from', async () => {
  const builds = [{ ...newest, ...lineage, bom }, reused, { ...middle, baseImageId: 'ami-0dd4' }];
  api.on('GET /pipelines/web/builds', { body: { builds } });
  api.on('GET /fleet', { body: FLEET });
  const { code, output } = await runAt(api, ['images', 'web'], { columns: 80, now });
  expect(output.split('\n').slice(0, -1)).toEqual([
    'IMAGE     BUILD           AGE  PACKAGES  STATE',
    'ami-0bb2  web-01JQ8Z0000  2h   +1 ~1 -0  ✔ on 2 servers',
    '      runs on kiln-fleet-web 2 · named by /kiln/web/image (newest)',
    '      made from ami-0cc3 of base-01JQ8V0000',
    `      packages in boms/${ID}.cdx.json`,
    'ami-0aa1  web-01JQ8Y0000  26h  +0 ~1 -1  ✖ revoked',
    '      revoked: "CVE" · named by /kiln/web/proven (proven) · made from ami-0dd4',
  ]);
  expect(output).toContain(`\nnext: kiln images diff ${OTHER} ${ID} `);
  expect(code).toBe(0);
});

test('kiln images advises a difference of two images of one pipeline', async () => {
  api.on('GET /pipelines', { body: { pipelines: [{ name: 'api' }, { name: 'web' }] } });
  const other = build({
    id: ID.replace('web', 'api'),
    pipeline: 'api',
    requestedAt: '2026-11-29T23:00:00.000Z',
  });
  api.on('GET /pipelines/api/builds', { body: { builds: [other] } });
  api.on('GET /pipelines/web/builds', { body: { builds: [newest, middle] } });
  const { output } = await runAt(api, ['images']);
  expect(output).toContain(`\nnext: kiln images diff ${OTHER} ${ID} `);
});

test('kiln images as JSON says what names an image and what it was made from', async () => {
  api.on('GET /pipelines/web/builds', { body: { builds: [{ ...newest, ...lineage, bom }, middle] } });
  api.on('GET /fleet?pipeline=web', { body: { ...FLEET, next: 'kiln-fleet-web' } });
  const more = [{ autoScalingGroup: 'kiln-fleet-www', servers: [serverOn('ami-0aa1')('i-3')] }];
  api.on('GET /fleet?pipeline=web&next=kiln-fleet-web', { body: { ...FLEET, groups: more } });
  const { images } = JSON.parse((await runAt(api, ['images', 'web', '--json'])).output);
  expect(images).toMatchObject([
    {
      ...lineage,
      bom,
      namedBy: [{ parameter: '/kiln/web/image', channel: 'newest' }],
      runsOn: { 'kiln-fleet-web': 2 },
    },
    {
      namedBy: [{ parameter: '/kiln/web/proven', channel: 'proven' }],
      runsOn: { 'kiln-fleet-www': 1 },
    },
  ]);
});

test('kiln images does without the fleet where the service does not tell it', async () => {
  api.on('GET /pipelines/web/builds', { body: { builds: [newest] } });
  const { code, output } = await runAt(api, ['images', 'web', '--json']);
  const [image] = JSON.parse(output).images;
  expect(image).toMatchObject({ imageId: 'ami-0bb2', build: ID, pipeline: 'web', status: 'SUCCEEDED' });
  expect(image).not.toHaveProperty('runsOn');
  expect(image).not.toHaveProperty('namedBy');
  expect(code).toBe(0);
});

describe('kiln images diff', () => {
  const s3 = mockClient(S3Client);
  const ssm = mockClient(SSMClient);
  const component = (name: string, version: string) => ({
    ...{ name, version, purl: `pkg:rpm/amzn/${name}@${version}?arch=x86_64` },
  });
  const bill = (...components: object[]) => ({
    Body: { transformToString: async () => JSON.stringify({ components }) } as never,
  });
  beforeEach(() => {
    s3.reset();
    ssm.reset();
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    ssm.on(GetParameterCommand).rejects(denied);
    api.on('GET /pipelines/web/builds', { body: { builds: [newest, middle] } });
    for (const one of [newest, reused, middle, build({ id: FIRST })])
      api.on(`GET /builds/${one.id}`, { body: one });
    api.on('GET /builds/api-01JQ8Z0000000000000000000A', {
      body: build({ id: 'api-01JQ8Z0000000000000000000A', pipeline: 'api' }),
    });
  });

  test('is by the bills of materials, where the caller may read them: whole, whatever lies between', async () => {
    ssm.on(GetParameterCommand, { Name: '/kiln/artifacts-bucket' }).resolves({ Parameter: { Value: 'b' } });
    const old = Array.from({ length: 150 }, (_, at) => component(`lib${at}`, '1'));
    const now = Array.from({ length: 150 }, (_, at) => component(`lib${at}`, '2'));
    s3.on(GetObjectCommand, { Bucket: 'b', Key: `boms/${FIRST}` }).resolves(
      bill(...old, component('nano', '8')),
    );
    s3.on(GetObjectCommand, { Bucket: 'b', Key: `boms/${ID}` }).resolves(
      bill(...now, component('jq', '1.7')),
    );
    for (const id of [FIRST, ID])
      api.on(`GET /builds/${id}`, { body: build({ id, bom: { key: `boms/${id}`, packages: 151 } }) });
    const { output } = await runAt(api, ['images', 'diff', FIRST, ID, '--json']);
    const found = JSON.parse(output);
    expect(found).toMatchObject({
      added: [{ name: 'jq', version: '1.7' }],
      removed: [{ name: 'nano', version: '8' }],
      isPartial: false,
    });
    expect(found.upgraded).toHaveLength(150);
    expect(api.requests.map(({ path }) => path)).not.toContainEqual(expect.stringContaining('/pipelines'));
  });

  test('says where records do not name all why the bills were not read', async () => {
    const many = { counts: { added: 1, removed: 0, upgraded: 400 } };
    const partial = { ...newest, bom, packageChanges: changes(OTHER, many) };
    api.on('GET /pipelines/web/builds', { body: { builds: [partial, middle] } });
    api.on(`GET /builds/${ID}`, { body: partial });
    api.on(`GET /builds/${OTHER}`, { body: { ...middle, bom } });
    const { code, output } = await runAt(api, ['images', 'diff', OTHER, ID]);
    expect(output).toMatch(/⚠ not all: .* were not read: AccessDeniedException: not authorized$/);
    expect(code).toBe(0);
  });

  test('adds up what each build between the two says', async () => {
    const { code, output } = await runAt(api, ['images', 'diff', FIRST, ID]);
    expect(output.split('\n')).toEqual([
      `${FIRST} → ${ID}: 1 added, 1 upgraded, 1 removed`,
      '+ jq     1.7',
      '~ httpd  2.4.60 → 2.4.62',
      '- nano   8',
    ]);
    expect(code).toBe(0);
  });

  test('as JSON', async () => {
    const { output } = await runAt(api, ['images', 'diff', OTHER, ID, '--json']);
    expect(JSON.parse(output)).toEqual({
      before: OTHER,
      after: ID,
      added: [{ name: 'jq', version: '1.7' }],
      removed: [],
      upgraded: [{ name: 'httpd', from: '2.4.61', to: '2.4.62' }],
      isPartial: false,
    });
  });

  test('takes for a build that used an image again the one that made it', async () => {
    const { output } = await runAt(api, ['images', 'diff', reused.id, ID, '--json']);
    expect(JSON.parse(output)).toMatchObject({ before: OTHER, after: ID });
  });

  test('of builds of two pipelines is wrong usage', async () => {
    const { code, errors } = await runAt(api, ['images', 'diff', 'api-01JQ8Z0000000000000000000A', ID]);
    expect(errors).toContain(`${ID} of web: give two builds of one pipeline`);
    expect(code).toBe(2);
  });

  test('of builds that do not lead from one to the other is not found', async () => {
    const { code, errors } = await runAt(api, ['images', 'diff', ID, ID.replace('8Z', '9Z')]);
    expect(code).toBe(3);
    expect(errors).not.toBe('');
  });
});

test('a package that comes and goes between two builds is no difference; a record that names the first changes only is partial', () => {
  const went = build({
    packageChanges: changes(OTHER, {
      counts: { added: 0, removed: 1, upgraded: 40 },
      added: [],
      removed: [{ name: 'jq', version: '1.7' }],
      upgraded: [],
    }),
  });
  const came = build({ id: OTHER, packageChanges: changes(FIRST) });
  expect(differenceOf([went, came], FIRST, ID)).toEqual({
    added: [],
    removed: [],
    upgraded: [{ name: 'httpd', from: '2.4.61', to: '2.4.62' }],
    isPartial: true,
  });
  expect(differenceOf([came], FIRST, ID)).toBeUndefined();
});
