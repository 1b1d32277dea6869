import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { type NewRegion, newRegion } from '../../../testing/region';
import { settled } from '../../../testing/until';

const HOUR = 3_600_000;
let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

const put = (Name: string, policies: unknown, more: Partial<PutParameterCommandInput> = {}) =>
  region.api('ssm').PutParameter({
    Name,
    Value: 'v',
    Type: 'String',
    Tier: 'Advanced',
    Policies: JSON.stringify(policies),
    ...more,
  });
const expiration = (hours: number) => ({
  Type: 'Expiration',
  Version: '1.0',
  Attributes: { Timestamp: new Date(region.context.clock.millis() + hours * HOUR).toISOString() },
});
const policiesOf = async (name: string) => {
  const ParameterFilters = [{ Key: 'Name', Values: [name] }];
  const { Parameters = [] } = await region.api('ssm').DescribeParameters({ ParameterFilters });
  return Parameters.flatMap(({ Policies = [] }) => Policies);
};

/** Resolves with the next event that says that a policy has acted. */
function nextAction(type: string): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = region.context.bus.subscribe((event) => {
      const detail = event.detail as { 'policy-type'?: string };
      if (event['detail-type'] !== 'Parameter Store Policy Action' || detail['policy-type'] !== type) return;
      stop();
      resolve(event.detail);
    });
  });
}

test('a parameter expires, and both are told of', async () => {
  const expired = nextAction('Expiration');
  await put('/expiring', [expiration(1)]);
  expect(await settled(expired)).toMatchObject({
    'parameter-name': '/expiring',
    'parameter-type': 'String',
    'action-status': 'Success',
  });
  expect(region.state('ssm').parameter('/expiring')).toBeUndefined();
  expect(region.events.map((event) => event['detail-type'])).toContain('Parameter Store Policy Action');
});

test('somebody is told before a parameter expires, and when it was not changed for long', async () => {
  const warned = nextAction('ExpirationNotification');
  const unchanged = nextAction('NoChangeNotification');
  await put('/watched', [
    expiration(24 * 3650),
    { Type: 'ExpirationNotification', Version: '1.0', Attributes: { Before: '3649', Unit: 'Days' } },
    { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '1', Unit: 'Hours' } },
  ]);
  expect(await settled(unchanged)).toMatchObject({ 'parameter-name': '/watched' });
  expect(await settled(warned)).toMatchObject({ 'parameter-name': '/watched' });
  const states = (await policiesOf('/watched')).map(({ PolicyType, PolicyStatus }) => [
    PolicyType,
    PolicyStatus,
  ]);
  expect(states).toEqual([
    ['Expiration', 'Pending'],
    ['ExpirationNotification', 'Finished'],
    ['NoChangeNotification', 'Finished'],
  ]);
});

test('policies stay with a parameter until they are taken away', async () => {
  await put('/kept', [expiration(24 * 3650)]);
  await region.api('ssm').PutParameter({ Name: '/kept', Value: 'w', Overwrite: true });
  expect(await policiesOf('/kept')).toHaveLength(1);
  await put('/kept', [{}], { Overwrite: true });
  expect(await policiesOf('/kept')).toEqual([]);
});

test.each<[string, () => unknown[], Partial<PutParameterCommandInput>]>([
  ['InvalidPolicyTypeException', () => [{ Type: 'Shred', Version: '1.0', Attributes: {} }], {}],
  ['InvalidPolicyAttributeException', () => [{ Type: 'Expiration', Version: '1.0', Attributes: {} }], {}],
  ['IncompatiblePolicyException', () => [expiration(1), expiration(2)], {}],
  ['ValidationException', () => [expiration(1)], { Tier: 'Standard' }],
])('what is no policy is refused with %s', async (code, policies, more) => {
  await expect(put('/refused', policies(), more)).rejects.toMatchObject({ code });
  expect(region.state('ssm').parameter('/refused')).toBeUndefined();
});
