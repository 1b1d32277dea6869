import { type NewRegion, newRegion } from '../../testing/region';
import { until } from '../../testing/until';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const STANDARD = 'L-1216C47A';
const X = 'L-7295265B';

test('a quota is told as it holds for the account, and as AWS gives it to every account', async () => {
  const quotas = region.api('service-quotas');
  const { Quota } = await quotas.GetServiceQuota({ ServiceCode: 'ec2', QuotaCode: STANDARD });
  expect(Quota).toMatchObject({
    QuotaArn: `arn:aws:servicequotas:us-east-1:000000000000:ec2/${STANDARD}`,
    QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    Value: 640,
    UsageMetric: { MetricDimensions: { Class: 'Standard/OnDemand', Resource: 'vCPU' } },
  });
  const byDefault = await quotas.GetAWSDefaultServiceQuota({ ServiceCode: 'ec2', QuotaCode: STANDARD });
  expect(byDefault.Quota).toMatchObject({
    QuotaArn: `arn:aws:servicequotas:us-east-1::ec2/${STANDARD}`,
    Value: 5,
  });
});

test('quotas and services are listed page by page', async () => {
  const quotas = region.api('service-quotas');
  expect((await quotas.ListServices({})).Services).toEqual([
    { ServiceCode: 'ec2', ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)' },
  ]);
  const first = await quotas.ListServiceQuotas({ ServiceCode: 'ec2', MaxResults: 3 });
  expect(first.Quotas).toHaveLength(3);
  const next = await quotas.ListServiceQuotas({ ServiceCode: 'ec2', NextToken: first.NextToken });
  expect(next.NextToken).toBeUndefined();
  const all = await quotas.ListAWSDefaultServiceQuotas({ ServiceCode: 'ec2' });
  const codes = (list: { QuotaCode?: string }[] = []) => list.map(({ QuotaCode }) => QuotaCode);
  expect([...codes(first.Quotas), ...codes(next.Quotas)]).toEqual(codes(all.Quotas));
  const one = await quotas.ListServiceQuotas({ ServiceCode: 'ec2', QuotaCode: X });
  expect(one.Quotas).toMatchObject([{ QuotaCode: X, Value: 0 }]);
  await expect(quotas.ListServiceQuotas({ ServiceCode: 'ec2', NextToken: 'none' })).rejects.toMatchObject({
    code: 'InvalidPaginationTokenException',
  });
});

test.each([[{ ServiceCode: 'ec3', QuotaCode: STANDARD }], [{ ServiceCode: 'ec2', QuotaCode: 'L-00000000' }]])(
  'what is not there is refused (%j)',
  async (input) => {
    await expect(region.api('service-quotas').GetServiceQuota(input)).rejects.toMatchObject({
      code: 'NoSuchResourceException',
    });
  },
);

test('an increase is asked for once, and holds when it is granted', async () => {
  const quotas = region.api('service-quotas');
  const asked = { ServiceCode: 'ec2', QuotaCode: X, DesiredValue: 64 };
  const { RequestedQuota } = await quotas.RequestServiceQuotaIncrease(asked);
  expect(RequestedQuota).toMatchObject({ Status: 'PENDING', DesiredValue: 64, QuotaCode: X });
  await expect(quotas.RequestServiceQuotaIncrease(asked)).rejects.toMatchObject({
    code: 'ResourceAlreadyExistsException',
  });
  const RequestId = RequestedQuota?.Id;
  const status = async () =>
    (await quotas.GetRequestedServiceQuotaChange({ RequestId })).RequestedQuota?.Status;
  await until(async () => (await status()) === 'APPROVED');
  const { Quota } = await quotas.GetServiceQuota({ ServiceCode: 'ec2', QuotaCode: X });
  expect(Quota?.Value).toBe(64);
  const history = (Status: 'APPROVED' | 'DENIED') =>
    quotas.ListRequestedServiceQuotaChangeHistory({ ServiceCode: 'ec2', Status });
  expect((await history('APPROVED')).RequestedQuotas).toMatchObject([{ Id: RequestId }]);
  expect((await history('DENIED')).RequestedQuotas).toEqual([]);
  await expect(quotas.RequestServiceQuotaIncrease({ ...asked, DesiredValue: 8 })).rejects.toMatchObject({
    code: 'IllegalArgumentException',
  });
});
