import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { addInstanceProfile, findImage, launch, launchManaged } from '../../ssm/testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  await addInstanceProfile(region, 'web');
});
afterEach(() => region.aws.stop());

const inspector = () => region.api('inspector2');
const enable = async () => {
  await inspector().Enable({ resourceTypes: ['EC2'] });
  await until(
    async () => (await inspector().BatchGetAccountStatus({})).accounts?.[0]?.state?.status === 'ENABLED',
  );
};
const coverageOf = async (id: string) => {
  const filterCriteria = { resourceId: [{ comparison: 'EQUALS' as const, value: id }] };
  return (await inspector().ListCoverage({ filterCriteria })).coveredResources?.[0];
};
const scanned = (id: string) =>
  until(async () => (await coverageOf(id))?.scanStatus?.reason === 'SUCCESSFUL');
const findingsOf = async (id: string) => {
  const filterCriteria = { resourceId: [{ comparison: 'EQUALS' as const, value: id }] };
  return (await inspector().ListFindings({ filterCriteria })).findings ?? [];
};
const eventsOf = (type: string) =>
  region.events.filter((event) => event['detail-type'] === `Inspector2 ${type}`);

test('Inspector is enabled and disabled, for kinds of resources', async () => {
  const { accounts } = await inspector().Enable({ resourceTypes: ['EC2'] });
  expect(accounts).toMatchObject([
    { status: 'ENABLING', resourceStatus: { ec2: 'ENABLING', ecr: 'DISABLED' } },
  ]);
  await enable();
  const status = await inspector().BatchGetAccountStatus({ accountIds: ['000000000000', '111111111111'] });
  expect(status.accounts).toMatchObject([
    {
      state: { status: 'ENABLED' },
      resourceState: { ec2: { status: 'ENABLED' }, ecr: { status: 'DISABLED' } },
    },
  ]);
  expect(status.failedAccounts).toMatchObject([{ accountId: '111111111111', errorCode: 'ACCESS_DENIED' }]);
  expect((await inspector().Disable({ resourceTypes: ['EC2'] })).accounts).toMatchObject([
    { status: 'DISABLED' },
  ]);
  const { Role } = await region.api('iam').GetRole({ RoleName: 'AWSServiceRoleForAmazonInspector2' });
  expect(Role?.Path).toBe('/aws-service-role/inspector2.amazonaws.com/');
});

test('An instance with an agent is scanned after a while, and what there is is found and announced', async () => {
  await enable();
  const ImageId = await findImage(region);
  await region.aws.vulnerabilities.add({
    vulnerabilityId: 'CVE-2026-1',
    severity: 'CRITICAL',
    imageId: ImageId,
  });
  await region.aws.vulnerabilities.add({
    vulnerabilityId: 'CVE-2026-2',
    severity: 'LOW',
    fixAvailable: 'NO',
  });
  await region.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-3', severity: 'HIGH', imageId: 'ami-1' });
  const id = await launchManaged(region, 'web');
  expect(await coverageOf(id)).toMatchObject({
    ...{ resourceType: 'AWS_EC2_INSTANCE', scanType: 'PACKAGE', scanMode: 'EC2_SSM_AGENT_BASED' },
    ...{ scanStatus: { reason: 'PENDING_INITIAL_SCAN' }, resourceMetadata: { ec2: { amiId: ImageId } } },
  });
  await scanned(id);
  expect(await coverageOf(id)).toMatchObject({
    scanStatus: { statusCode: 'ACTIVE' },
    lastScannedAt: expect.any(Date),
  });
  expect(await findingsOf(id)).toMatchObject([
    {
      ...{ severity: 'CRITICAL', status: 'ACTIVE', fixAvailable: 'YES', title: 'CVE-2026-1 - openssl' },
      packageVulnerabilityDetails: {
        vulnerabilityId: 'CVE-2026-1',
        vulnerablePackages: [{ name: 'openssl' }],
      },
      resources: [{ type: 'AWS_EC2_INSTANCE', id, details: { awsEc2Instance: { imageId: ImageId } } }],
    },
    { severity: 'LOW', fixAvailable: 'NO' },
  ]);
  expect(eventsOf('Scan')).toMatchObject([
    {
      resources: [id],
      detail: {
        'scan-status': 'INITIAL_SCAN_COMPLETE',
        'instance-id': id,
        'finding-severity-counts': { CRITICAL: 1, HIGH: 0, MEDIUM: 0, TOTAL: 2 },
      },
    },
  ]);
  expect(eventsOf('Finding')[0]).toMatchObject({
    ...{ source: 'aws.inspector2', resources: [id] },
    detail: {
      ...{ severity: 'CRITICAL', status: 'ACTIVE' },
      firstObservedAt: expect.stringMatching(/^[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d [AP]M$/),
    },
  });
});

test('An instance whose agent may be reached, and may not tell what is there, is not scanned', async () => {
  await enable();
  await addInstanceProfile(region, 'closed', []);
  const messages = ['ssmmessages:*', 'ec2messages:*', 'ssm:UpdateInstanceInformation'];
  const associations = ['ssm:ListInstanceAssociations', 'ssm:UpdateInstanceAssociationStatus'];
  const account = `${region.context.accountId}`;
  const may = (Action: string[], ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
  const give = (...Statement: object[]) =>
    region.api('iam').PutRolePolicy({
      ...{ RoleName: 'closed', PolicyName: 'own' },
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    });
  await give(may(messages, '*'));
  const id = await launchManaged(region, 'closed');
  await until(async () => (await coverageOf(id))?.scanStatus?.reason === 'NO_INVENTORY');
  expect(await coverageOf(id)).toMatchObject({ scanStatus: { statusCode: 'INACTIVE' } });
  await give(
    may(messages, '*'),
    may(
      associations,
      `arn:aws:ec2:us-east-1:${account}:instance/*`,
      `arn:aws:ssm:us-east-1:${account}:association/*`,
    ),
    may(['ssm:GetDocument'], 'arn:aws:ssm:us-east-1::document/AWS-GatherSoftwareInventory'),
    may(['ssm:PutInventory'], '*'),
  );
  await scanned(id);
});

test('Findings are told apart by filters, and put in order', async () => {
  await enable();
  for (const [at, severity] of (['LOW', 'CRITICAL', 'HIGH'] as const).entries())
    await region.aws.vulnerabilities.add({ vulnerabilityId: `CVE-2026-${at}`, severity });
  const id = await launchManaged(region, 'web');
  await scanned(id);
  const ask = async (filterCriteria: object, more: object = {}) =>
    ((await inspector().ListFindings({ filterCriteria, ...more })).findings ?? []).map(
      ({ severity }) => severity,
    );
  const is = (value: string) => [{ comparison: 'EQUALS' as const, value }];
  const sortCriteria = { field: 'SEVERITY', sortOrder: 'DESC' };
  expect(await ask({ ec2InstanceImageId: is(await findImage(region)) }, { sortCriteria })).toEqual([
    ...['CRITICAL', 'HIGH', 'LOW'],
  ]);
  expect(await ask({ severity: [...is('HIGH'), ...is('LOW')], fixAvailable: is('YES') })).toEqual([
    'LOW',
    'HIGH',
  ]);
  expect(await ask({ severity: [{ comparison: 'NOT_EQUALS', value: 'LOW' }] })).toEqual(['CRITICAL', 'HIGH']);
  expect(await ask({ inspectorScore: [{ lowerInclusive: 9 }] })).toEqual(['CRITICAL']);
  expect(await ask({ vulnerabilityId: [{ comparison: 'PREFIX', value: 'CVE-2025' }] })).toEqual([]);
  await expect(ask({ portRange: [{ beginInclusive: 1 }] })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  const page = await inspector().ListFindings({
    sortCriteria: { field: 'SEVERITY', sortOrder: 'ASC' },
    maxResults: 2,
  });
  expect(page.findings?.map(({ severity }) => severity)).toEqual(['LOW', 'HIGH']);
  const { nextToken } = page;
  const rest = await inspector().ListFindings({
    ...{ sortCriteria: { field: 'SEVERITY', sortOrder: 'ASC' }, maxResults: 2, nextToken },
  });
  expect(rest.findings?.map(({ severity }) => severity)).toEqual(['CRITICAL']);
});

test('What is mended, and what was found on an instance that is no more, is closed', async () => {
  await enable();
  await region.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-1', severity: 'HIGH' });
  const id = await launchManaged(region, 'web');
  await scanned(id);
  await region.aws.vulnerabilities.clear();
  await until(async () => (await findingsOf(id))[0]?.status === 'CLOSED');
  await region.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-2', severity: 'HIGH' });
  await until(async () => (await findingsOf(id)).length === 2);
  await region.api('ec2').TerminateInstances({ InstanceIds: [id] });
  await until(async () => (await findingsOf(id)).every(({ status }) => status === 'CLOSED'));
  expect(await coverageOf(id)).toBeUndefined();
  expect(eventsOf('Finding').map(({ detail }) => (detail as { status: string }).status)).toEqual([
    ...['ACTIVE', 'CLOSED', 'ACTIVE', 'CLOSED'],
  ]);
});

test('An instance without an agent is not scanned, and says why', async () => {
  await enable();
  await region.aws.vulnerabilities.add({ vulnerabilityId: 'CVE-2026-1', severity: 'HIGH' });
  const id = await launch(region);
  await until(async () => (await coverageOf(id))?.scanStatus?.reason === 'UNMANAGED_EC2_INSTANCE');
  await region.aws.clock.sleep(3600);
  expect(await findingsOf(id)).toEqual([]);
  await region.api('ec2').StopInstances({ InstanceIds: [id] });
  await until(async () => (await coverageOf(id))?.scanStatus?.reason === 'EC2_INSTANCE_STOPPED');
});

test('Who tests says over HTTP, too, what there is to be found', async () => {
  const ask = (method: string, body?: object) =>
    fetch(`${region.aws.endpoint}/_local/inspector/findings`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
  const added = await ask('POST', { vulnerabilityId: 'CVE-2026-1', severity: 'HIGH', imageId: 'ami-1' });
  expect(await added.json()).toEqual([{ vulnerabilityId: 'CVE-2026-1', severity: 'HIGH', imageId: 'ami-1' }]);
  const wrong = await ask('POST', { vulnerabilityId: 'CVE-2026-1', severity: 'BAD' });
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { message: 'severity: expected one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL, UNTRIAGED' },
  ]);
  expect(await (await ask('DELETE')).json()).toEqual([]);
  expect(await (await ask('GET')).json()).toEqual([]);
});

test('An image is scanned itself where somebody says so, and EC2 tells what there is on it', async () => {
  const { vulnerabilities } = region.aws;
  const ImageId = await findImage(region);
  const results = async () =>
    (await region.api('ec2').DescribeImages({ ImageIds: [ImageId] })).Images?.[0]?.ScanResults;
  expect(await results()).toBeUndefined();
  await vulnerabilities.scanImage(ImageId);
  expect(Object.keys((await results()) ?? {})).toEqual(['FindingScanDate']);
  await vulnerabilities.add({ vulnerabilityId: 'CVE-2026-1', severity: 'LOW' });
  await vulnerabilities.add({ vulnerabilityId: 'CVE-2026-2', severity: 'HIGH', fixAvailable: 'NO' });
  await vulnerabilities.add({ vulnerabilityId: 'CVE-2026-3', severity: 'CRITICAL', imageId: 'ami-other' });
  await vulnerabilities.scanImage(ImageId);
  expect(await results()).toEqual({
    FindingScanDate: expect.any(Date),
    HighestFindingSeverityLabel: 'high',
    LowFixAvailableSince: expect.any(Date),
  });
  const Filters = [{ Name: 'scan-result.highest-finding-severity-label', Values: ['high'] }];
  const { Images = [] } = await region.api('ec2').DescribeImages({ Filters });
  expect(Images.map((image) => image.ImageId)).toEqual([ImageId]);
  await expect(vulnerabilities.scanImage('ami-0123456789abcdef0')).rejects.toThrow('there is no image');
  const url = `${region.aws.endpoint}/_local/inspector/image-scans`;
  const scan = (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
  expect((await scan({ imageId: ImageId })).status).toBe(200);
  expect((await scan({ imageId: 'ami-0123456789abcdef0' })).status).toBe(404);
  expect((await scan({})).status).toBe(400);
});
