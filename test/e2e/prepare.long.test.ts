import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EnableCommand, Inspector2Client } from '@aws-sdk/client-inspector2';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { preparePipelines } from './prepare-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

// Eleven images are prepared side by side: a slow machine takes minutes.
jest.setTimeout(600_000);

let project: Project;
let sample: RunningSample;
let ended: Readonly<Record<string, ShownBuild>>;

beforeAll(async () => {
  project = await copyProject(preparePipelines);
  // As `kiln local` runs them.
  sample = await RunningSample.start(project.folder, { functions: 'threads' });
  await new SSMClient(sample.settings).send(
    new PutParameterCommand({
      Name: '/kiln/vault/key',
      Type: 'SecureString',
      Value: 'correct-horse-battery',
    }),
  );
  await new Inspector2Client(sample.settings).send(new EnableCommand({ resourceTypes: ['EC2'] }));
  await sample.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-1', severity: 'MEDIUM' });
  const names = [...new Set(Object.keys(preparePipelines).map((file) => file.split('/')[0] ?? ''))];
  const builds = names.map(
    async (name) => [name, await sample.ended(await sample.startBuild(name))] as const,
  );
  ended = Object.fromEntries(await Promise.all(builds));
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

const endOf = (pipeline: string) => {
  const build = ended[pipeline];
  if (!build) throw new Error(`There was no build of ${pipeline}.`);
  return build;
};

/** The objects of the artifacts bucket under a prefix. */
async function listArtifacts(Prefix: string): Promise<string[]> {
  const Bucket = sample.service.ArtifactsBucket;
  const { Contents = [] } = await new S3Client(sample.settings).send(
    new ListObjectsV2Command({ Bucket, Prefix }),
  );
  return Contents.map(({ Key = '' }) => Key);
}

async function readBom(build: ShownBuild): Promise<{ components: { name: string; purl: string }[] }> {
  const { Body } = await new S3Client(sample.settings).send(
    new GetObjectCommand({ Bucket: sample.service.ArtifactsBucket, Key: build.bom?.key }),
  );
  return JSON.parse((await Body?.transformToString()) ?? '');
}

test('an image is prepared and tested as its pipeline says, and its server is a new one', () => {
  const build = endOf('good');
  expect(build.error).toBeUndefined();
  expect(build).toMatchObject({
    status: 'SUCCEEDED',
    prepared: { by: 'agent', ownScript: true },
    tested: { tests: ['10-site.sh', '20-clean.sh', '30-logs.sh'], skipped: { diskSpace: 'a small disk' } },
  });
  const stages = build.stages.map(({ stage }) => stage);
  expect(stages.indexOf('PrepareImage')).toBeLessThan(stages.indexOf('CreateImage'));
  expect(stages.indexOf('RunTests')).toBeGreaterThan(stages.indexOf('AwaitHealthyTest'));
});

test('what is on it is listed', async () => {
  const build = endOf('good');
  const { components } = await readBom(build);
  expect(components).toHaveLength(build.bom?.packages ?? 0);
  expect(components.find(({ name }) => name === 'httpd')?.purl).toMatch(
    /^pkg:rpm\/amzn\/httpd@2\.4\.\S+\?arch=x86_64$/,
  );
  expect(build.bom?.kernel).toMatch(/^6\./);
});

test('the next image says what is otherwise on it', async () => {
  const next = await sample.ended(await sample.startBuild('good', { WORD: 'one' }));
  expect(next).toMatchObject({
    status: 'SUCCEEDED',
    packageChanges: { since: endOf('good').id, counts: { added: 0, removed: 0, upgraded: 0 } },
  });
});

test.each([
  ['own-log', 'UserDataFailed', ['with status 6', 'The end of /var/log/setup.log', 'copying the shop']],
  ['bad-prepare', 'PreparationFailed', ['prepare.sh failed', 'with status 3', 'the licence is missing']],
  ['secret', 'SecretOnImage', ['the value of KEY is in /etc/shop.conf', 'mayStayOnImage']],
  ['no-agent', 'InstanceNotManaged', ['Run Command does not reach', 'systemctl status amazon-ssm-agent']],
])('%s fails as %s before there is an image, and says why', (pipeline, name, words) => {
  const { status, error, imageId, stages } = endOf(pipeline);
  expect([status, error?.name, error?.stage]).toEqual(['FAILED', name, 'PrepareImage']);
  for (const word of words) expect(error?.message).toContain(word);
  expect(error?.message).not.toContain('correct-horse');
  expect(imageId).toBeUndefined();
  expect(stages.map(({ stage }) => stage)).not.toContain('CreateImage');
});

test('the server on which a build failed is held for people, and goes when its time is over', async () => {
  const { id, error } = endOf('bad-prepare');
  // What follows the end is written after it.
  const heldServer = await until('a server is held', async () => (await sample.getBuild(id)).heldServer);
  expect([heldServer.purpose, error?.stage]).toEqual(['base', 'PrepareImage']);
  const ec2 = new EC2Client(sample.settings);
  const state = async () => {
    const InstanceIds = [heldServer.instanceId];
    const { Reservations: [found] = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    return found?.Instances?.[0]?.State?.Name;
  };
  const left = Date.parse(heldServer.until) - sample.aws.clock.now().getTime();
  if (left > 120_000) {
    await sample.aws.clock.sleep((left - 120_000) / 1000);
    expect(await state()).toBe('running');
  }
  await until('the server is gone', async () => (await state()) === 'terminated' || undefined);
});

test.each([
  ['bad-test', ['tests/20-bad.sh failed with status 9', 'the shop is closed']],
  ['open-files', ['anybody may write to files of the system', '/etc/open.conf']],
])('%s fails its test, and leaves no image and no bill of materials', async (pipeline, words) => {
  const { id, status, error, tested } = endOf(pipeline);
  expect([status, error?.name, error?.stage]).toEqual(['FAILED', 'ImageTestFailed', 'RunTests']);
  for (const word of words) expect(error?.message).toContain(word);
  expect(error?.message).not.toContain('30-never');
  expect(tested).toBeUndefined();
  expect(await listArtifacts(`boms/${id}`)).toEqual([]);
});

test('an image that Inspector finds worse on than its pipeline allows fails, and leaves nothing', async () => {
  const { id, status, error, scanned } = endOf('vulnerable');
  expect([status, error?.name, error?.stage]).toEqual(['FAILED', 'ImageScanFailed', 'ScanImage']);
  expect(error?.message).toContain('its pipeline allows LOW at most');
  expect(error?.message).toContain('MEDIUM CVE-2026-1 - openssl, mended in');
  expect(scanned).toMatchObject({ outcome: 'failed', counts: { MEDIUM: 1 } });
  expect(await listArtifacts(`boms/${id}`)).toEqual([]);
});

test('an image that passes its scan says what was found, and the next what is otherwise', async () => {
  const build = endOf('scanned');
  expect(build).toMatchObject({
    status: 'SUCCEEDED',
    scanned: { outcome: 'passed', counts: { CRITICAL: 0, MEDIUM: 1 }, key: `boms/${build.id}.findings.json` },
  });
  expect(await listArtifacts(`boms/${build.id}`)).toHaveLength(2);
  await sample.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-2', severity: 'LOW' });
  const next = await sample.ended(await sample.startBuild('scanned', { LONG: 'yes' }));
  expect(next).toMatchObject({
    status: 'SUCCEEDED',
    scanned: {
      outcome: 'passed',
      changes: {
        since: build.id,
        counts: { added: 1, gone: 0 },
        added: ['CVE-2026-2 - openssl'],
      },
    },
  });
});

test('a secret may stay where the pipeline says so', () => {
  expect(endOf('open-secret')).toMatchObject({ status: 'SUCCEEDED', prepared: { by: 'agent' } });
});

test('an image without an agent is made as it is, and the record says so', () => {
  const build = endOf('unprepared');
  expect(build).toMatchObject({ status: 'SUCCEEDED', prepared: { by: 'none' } });
  expect(build.tested).toBeUndefined();
  expect(build.bom).toBeUndefined();
  expect(build.stages.map(({ stage }) => stage)).toContain('AwaitUserData');
});
