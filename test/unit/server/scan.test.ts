import { DescribeImagesCommand, DescribeInstancesCommand, type ScanResults } from '@aws-sdk/client-ec2';
import {
  AccessDeniedException,
  BatchGetAccountStatusCommand,
  type CoveredResource,
  type Finding,
  Inspector2Client,
  ListCoverageCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-inspector2';
import { SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Unmade } from '../../../src/build/plan/unmade';
import { createRecord, getRecord, updateRecord } from '../../../src/build/record';
import { parseDefinition } from '../../../src/pipeline/parse';
import type { Pipeline } from '../../../src/pipeline/pipeline';
import { removeLists } from '../../../src/server/packages/remove';
import { checkInspector } from '../../../src/server/scan/enabled';
import { checkScan, scanImage } from '../../../src/server/scan/scan';
import { ResourceEvent, resolveWait } from '../../../src/wait/resolve';
import { settleWaits } from '../../../src/wait/settle';
import { listWaits } from '../../../src/wait/store';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';
import { INSTANCE, makePlan, useServer } from './server';

useTable();
const server = useServer();
const inspector = mockClient(Inspector2Client);

const IMAGE = 'ami-1';
const YAML = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';
const WANTED = { max: 'HIGH', fixAvailable: true, onFail: 'stop', within: 3600 };

const plan = (scan: object = {}) => makePlan({ scan: { ...WANTED, ...scan } });

const build = { id: BUILD, pipeline: 'web' };
const tested = { instance: { instanceId: INSTANCE } };
const input = { build, stage: 'ScanImage', plan: plan(), test: tested };

function read(text: string): Pipeline['definition'] {
  const { definition, problems } = parseDefinition(text);
  if (!definition) throw new Error(problems.join('\n'));
  return definition;
}

/** The scans of the network's reach fill a page of their own. */
const cover = (more: Partial<CoveredResource> = {}) => {
  const server = { resourceId: INSTANCE, resourceType: 'AWS_EC2_INSTANCE', accountId: '0' } as const;
  const pages = inspector.on(ListCoverageCommand);
  pages.callsFake(({ nextToken }) => ({
    coveredResources: [
      nextToken ? { ...server, scanType: 'PACKAGE', ...more } : { ...server, scanType: 'NETWORK' },
    ],
    ...(!nextToken && { nextToken: 'more' }),
  }));
};
const SUCCESSFUL = { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' } as const;
const MINUTES = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTES);

const find = (...findings: Partial<Finding>[]) =>
  inspector.on(ListFindingsCommand).resolves({ findings: findings as Finding[] });
const vulnerable = (id: string, severity: Finding['severity'], fixAvailable: 'YES' | 'NO' = 'YES') => ({
  title: `${id} - openssl`,
  severity,
  fixAvailable,
  packageVulnerabilityDetails: {
    vulnerabilityId: id,
    source: 'AMAZON_CVE',
    vulnerablePackages: [{ name: 'openssl', version: '3.2.2', fixedInVersion: '0:3.2.2-2' }],
  },
});

beforeEach(async () => {
  inspector.reset();
  server.ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: IMAGE }] });
  find();
  cover({ scanStatus: SUCCESSFUL, lastScannedAt: ago(3) });
  await openRecord();
});

describe('a server that Inspector is to scan', () => {
  const park = (scan: object = {}) => scanImage({ ...input, plan: plan(scan), token: 'token' });
  const answer = () => {
    const [call] = server.sfn.commandCalls(SendTaskSuccessCommand);
    return call && JSON.parse(call.args[0].input.output ?? '');
  };

  test('is waited for until what was found is listed', async () => {
    cover({ scanStatus: { statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' } });
    await park();
    const [wait] = await listWaits();
    expect(wait).toMatchObject({ kind: 'scan', resource: INSTANCE, stage: 'ScanImage' });
    expect((await getRecord(BUILD)).stages.ScanImage).toMatchObject({
      waitsFor: 'Amazon Inspector, to scan i-1',
      says: 'Inspector says PENDING_INITIAL_SCAN (ACTIVE)',
    });
    cover({ scanStatus: SUCCESSFUL, lastScannedAt: ago(0) });
    await settleWaits(await listWaits());
    expect(answer()).toBeUndefined();
    const scannedAt = ago(2);
    cover({ scanStatus: SUCCESSFUL, lastScannedAt: scannedAt });
    await resolveWait(
      ResourceEvent.parse({ 'detail-type': 'Inspector2 Scan', detail: { 'instance-id': INSTANCE } }),
    );
    expect(answer()).toEqual({ scannedAt: scannedAt.getTime() });
    expect(await listWaits()).toEqual([]);
    // The next state judges it, and ends the stage.
    expect((await getRecord(BUILD)).stages.ScanImage?.outcome).toBeUndefined();
  });

  test.each([
    ['UNSUPPORTED_OS', 'Inspector does not scan its operating system'],
    ['EXCLUDED_BY_TAG', 'InspectorEc2Exclusion'],
  ] as const)('that it never scans (%s) is not waited for', async (reason, words) => {
    cover({ scanStatus: { statusCode: 'INACTIVE', reason } });
    await park();
    expect(answer()).toEqual({ missing: expect.stringContaining(words) });
  });

  test.each([
    ['nothing covers it', undefined],
    ['its agent is not known', { statusCode: 'INACTIVE', reason: 'UNMANAGED_EC2_INSTANCE' } as const],
  ])('that it has not scanned in its time is no longer waited for: %s', async (_what, scanStatus) => {
    if (scanStatus) cover({ scanStatus });
    else inspector.on(ListCoverageCommand).resolves({ coveredResources: [] });
    await park();
    expect(answer()).toBeUndefined();
    const waits = await listWaits();
    await settleWaits(waits.map((wait) => ({ ...wait, until: Date.now() - 1 })));
    expect(answer()).toEqual({ missing: expect.stringContaining('image.scan.within') });
  });
});

test('a server that is lost while it is to be scanned fails the build', async () => {
  inspector.on(ListCoverageCommand).resolves({ coveredResources: [] });
  const Instances = [{ InstanceId: INSTANCE, State: { Name: 'terminated' as const } }];
  server.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
  await scanImage({ ...input, token: 'token' });
  const [call] = server.sfn.commandCalls(SendTaskFailureCommand);
  expect(call?.args[0].input).toMatchObject({
    error: 'InstanceFailed',
    cause: expect.stringContaining('The instance i-1 is terminated while Inspector was to scan it'),
  });
});

describe('an image on which Inspector', () => {
  const check = (scan: object = {}, ended: object = { scannedAt: ago(3).getTime() }) =>
    checkScan({ ...input, plan: plan(scan), image: { id: IMAGE }, ended: ended as { scannedAt: number } });
  const failure = async (...given: Parameters<typeof check>) =>
    (await check(...given).catch((error: Error) => error)) as Error;
  const scanned = async () => (await getRecord(BUILD)).scanned;

  test('has found nothing worse than is allowed passes, and is recorded', async () => {
    find(
      vulnerable('CVE-1', 'HIGH'),
      vulnerable('CVE-2', 'CRITICAL', 'NO'),
      vulnerable('CVE-3', 'UNTRIAGED'),
    );
    await check();
    expect(await scanned()).toMatchObject({
      outcome: 'passed',
      counts: { CRITICAL: 1, HIGH: 1, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 1 },
      key: `boms/${BUILD}.findings.json`,
    });
    expect(JSON.parse(server.objects.get(`boms/${BUILD}.findings.json`) ?? '')).toHaveLength(3);
    expect(inspector.commandCalls(ListFindingsCommand)[0]?.args[0].input.filterCriteria).toMatchObject({
      resourceId: [{ comparison: 'EQUALS', value: INSTANCE }],
      findingStatus: [{ comparison: 'EQUALS', value: 'ACTIVE' }],
    });
  });

  test.each([
    ['worse than the maximum', { max: 'MEDIUM' }, vulnerable('CVE-1', 'HIGH')],
    ['that has no fix, where all count', { fixAvailable: false }, vulnerable('CVE-1', 'CRITICAL', 'NO')],
    ['of a severity that nobody knows', {}, vulnerable('CVE-1', 'APOCALYPTIC' as 'HIGH')],
  ])('has found what is %s fails', async (_what, scan, found) => {
    find(found);
    const { name, message } = await failure(scan);
    expect(name).toBe('ImageScanFailed');
    expect(message).toContain('CVE-1 - openssl, mended in 0:3.2.2-2');
    expect(await scanned()).toMatchObject({ outcome: 'failed', refused: [{ title: 'CVE-1 - openssl' }] });
  });

  test('has found much is told in few lines', async () => {
    find(
      ...Array.from({ length: 500 }, (_, at) => ({
        ...vulnerable(`CVE-${at}`, 'CRITICAL'),
        title: `CVE-${at} - ${'x'.repeat(1000)}`,
      })),
    );
    const { message } = await failure();
    expect(message).toContain('has found 500 vulnerabilities on its server');
    expect(message).toContain('and 480 more');
    expect(JSON.stringify(await scanned()).length).toBeLessThan(10_000);
  });

  test('has found what is let through with a warning goes on, and the record tells', async () => {
    find(vulnerable('CVE-1', 'CRITICAL'));
    await check({ onFail: 'warn' });
    expect(await scanned()).toMatchObject({ outcome: 'failed', ignored: true });
  });

  test('has not looked does not pass', async () => {
    const missing = 'Amazon Inspector has not scanned i-1: why.';
    expect(await failure({}, { missing })).toMatchObject({ name: 'ImageScanFailed', message: missing });
    expect(await scanned()).toEqual({ outcome: 'missing', why: missing });
    await check({ onFail: 'warn' }, { missing });
    expect(await scanned()).toEqual({ outcome: 'missing', why: missing, ignored: true });
  });

  const lose = () => {
    const Instances = [{ InstanceId: INSTANCE, State: { Name: 'terminated' as const } }];
    server.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
  };

  // Inspector closes what it has found on a server that it scans no more: then nothing is listed.
  test.each<[string, () => unknown, string]>([
    ['whose server is gone', lose, 'The instance i-1 is terminated'],
    [
      'whose server it covers no more',
      () => inspector.on(ListCoverageCommand).resolves({ coveredResources: [] }),
      'Inspector does not cover it',
    ],
    [
      'whose server somebody has it leave out',
      () => cover({ scanStatus: { statusCode: 'INACTIVE', reason: 'EXCLUDED_BY_TAG' } }),
      'Inspector says EXCLUDED_BY_TAG',
    ],
  ])('has found nothing, and %s, does not pass', async (_what, happen, words) => {
    happen();
    const { name, message } = await failure();
    expect(name).toBe('ImageScanFailed');
    expect(message).toContain(words);
    expect(await scanned()).toEqual({ outcome: 'missing', why: message });
    expect(server.objects.size).toBe(0);
    await check({ onFail: 'warn' });
    expect(await scanned()).toMatchObject({ outcome: 'missing', ignored: true });
  });

  test('has found enough on a server that is gone by now fails for that', async () => {
    find(vulnerable('CVE-1', 'CRITICAL'));
    lose();
    await failure();
    expect(await scanned()).toMatchObject({ outcome: 'failed', counts: { CRITICAL: 1 } });
  });

  test('does not answer is not passed', async () => {
    inspector.on(ListFindingsCommand).rejects(new Error('no answer'));
    await expect(check()).rejects.toThrow('no answer');
    expect((await scanned())?.outcome).toBeUndefined();
  });

  const knownToEc2 = (ScanResults: ScanResults) =>
    server.ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: IMAGE, ScanResults }] });

  test.each([
    ['with a fix', true, { CriticalFixAvailableSince: ago(9) }],
    ['whether or not there is a fix', false, { LowFixAvailableSince: ago(9) }],
  ])('has found less than EC2 knows of it is judged by both: %s', async (_what, fixAvailable, more) => {
    find(vulnerable('CVE-1', 'LOW'));
    knownToEc2({ FindingScanDate: ago(1), HighestFindingSeverityLabel: 'critical', ...more });
    const { message } = await failure({ fixAvailable });
    expect(message).toContain('EC2 says that there is a CRITICAL vulnerability on the image.');
    expect(await scanned()).toMatchObject({ outcome: 'failed', worstByEc2: 'CRITICAL', counts: { LOW: 1 } });
  });

  test('and EC2 know of nothing that has a fix passes', async () => {
    knownToEc2({
      FindingScanDate: ago(1),
      HighestFindingSeverityLabel: 'critical',
      HighFixAvailableSince: ago(9),
    });
    await check();
    expect(await scanned()).toMatchObject({ outcome: 'passed', worstByEc2: 'CRITICAL' });
  });

  test('has found other things than on the image before is compared with it', async () => {
    find(vulnerable('CVE-1', 'LOW'), vulnerable('CVE-2', 'LOW'));
    await check();
    await updateRecord(BUILD, { status: 'SUCCEEDED' });
    const next = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
    await createRecord({ id: next, status: 'RUNNING', trigger: { kind: 'http' }, parameters: {} });
    find(vulnerable('CVE-2', 'LOW'), vulnerable('CVE-3', 'LOW'));
    const later = { ...input, build: { id: next, pipeline: 'web' } };
    await checkScan({ ...later, image: { id: IMAGE }, ended: { scannedAt: ago(3).getTime() } });
    expect((await getRecord(next)).scanned?.changes).toEqual({
      since: BUILD,
      counts: { added: 1, gone: 1 },
      added: ['CVE-3 - openssl'],
      gone: ['CVE-1 - openssl'],
    });
  });

  test('goes takes the list with it', async () => {
    await check();
    await removeLists(await getRecord(BUILD));
    const [call] = server.s3
      .calls()
      .filter(({ firstArg }) => firstArg.constructor.name === 'DeleteObjectCommand');
    expect(call?.firstArg.input.Key).toBe(`boms/${BUILD}.findings.json`);
  });
});

describe('a pipeline whose image is scanned', () => {
  const pipeline = (image: string): Pipeline => ({
    name: 'web',
    definition: read(`${YAML}${image}`),
    userDataScript: '',
  });
  const scans = pipeline('image: { scan: { max: HIGH } }');

  test('says no more than how bad it may be', () => {
    expect(scans.definition.image.scan).toEqual(WANTED);
  });

  test.each([
    ['image: { scan: { max: CRITICAL } }', 'image.scan.max: expected INFORMATIONAL, LOW, MEDIUM or HIGH'],
    ['image: { test: false, scan: { max: HIGH } }', 'image.scan: expected image.test: true beside it'],
    ['image: { scan: { max: HIGH, onFail: ignore } }', 'image.scan.onFail: expected stop or warn'],
  ])('is told what is wrong: %s', (image, words) => {
    expect(() => pipeline(image)).toThrow(words);
  });

  test('needs an agent on its server', () => {
    const yaml = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro, prepare: none }\n';
    expect(() => read(`${yaml}image: { scan: { max: HIGH } }`)).toThrow(
      'image.scan: expected an agent (base.prepare) beside it',
    );
  });

  const say = (status: string) =>
    inspector.on(BatchGetAccountStatusCommand).resolves({
      accounts: [{ accountId: '0', resourceState: { ec2: { status } } }],
    } as never);

  test('is planned where Inspector scans servers', async () => {
    say('ENABLED');
    await checkInspector(scans);
    say('DISABLED');
    await expect(checkInspector(scans)).rejects.toMatchObject({
      name: 'ImageScanFailed',
      message: expect.stringContaining('it says DISABLED. Activate EC2 scanning there'),
    });
  });

  test('is not asked for by one that is not', async () => {
    await checkInspector(pipeline(''));
    expect(inspector.calls()).toEqual([]);
  });

  test('is planned where nobody may ask, and the record tells', async () => {
    inspector
      .on(BatchGetAccountStatusCommand)
      .rejects(new AccessDeniedException({ message: 'not allowed', $metadata: {} }));
    const unmade = new Unmade();
    await unmade.unlessDenied('Amazon Inspector scans servers', () => checkInspector(scans));
    expect(unmade.words).toEqual(['It was not checked whether Amazon Inspector scans servers: not allowed']);
  });
});
