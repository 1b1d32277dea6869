import { makeContext } from '../../../testing/service-server';
import { Ssm } from '..';

const HOUR = 3_600_000;
// A day passes in less than a tenth of a second.
const { context, events } = makeContext(1_000_000);
const ssm = new Ssm(context);
const principal = { accessKeyId: 'k', accountId: '000000000000', arn: 'arn', userId: 'u' };
const call = { region: 'us-east-1', accountId: '000000000000', requestId: 'r', principal };
afterAll(() => {
  ssm.dispose();
  context.clock.stop();
});
beforeEach(() => {
  events.length = 0;
});

const put = (Name: string, policies: unknown, more = {}) =>
  ssm.operations.PutParameter(
    { Name, Value: 'v', Type: 'String', Tier: 'Advanced', Policies: JSON.stringify(policies), ...more },
    call,
  );
const expiration = (hours: number) => ({
  Type: 'Expiration',
  Version: '1.0',
  Attributes: { Timestamp: new Date(context.clock.millis() + hours * HOUR).toISOString() },
});
const policiesOf = (name: string) =>
  ssm.operations
    .DescribeParameters({ ParameterFilters: [{ Key: 'Name', Values: [name] }] }, call)
    .Parameters.flatMap(({ Policies = [] }) => Policies);

/** Resolves with the next event that says that a policy has acted. */
function nextAction(type: string): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = context.bus.subscribe((event) => {
      const detail = event.detail as { 'policy-type'?: string };
      if (event['detail-type'] !== 'Parameter Store Policy Action' || detail['policy-type'] !== type) return;
      stop();
      resolve(event.detail);
    });
  });
}

test('a parameter expires, and both are told of', async () => {
  const expired = nextAction('Expiration');
  put('/expiring', [expiration(1)]);
  expect(await expired).toMatchObject({
    'parameter-name': '/expiring',
    'parameter-type': 'String',
    'action-status': 'Success',
  });
  expect(ssm.parameter('/expiring')).toBeUndefined();
  expect(events.map((event) => event['detail-type'])).toContain('Parameter Store Policy Action');
});

test('somebody is told before a parameter expires, and when it was not changed for long', async () => {
  const warned = nextAction('ExpirationNotification');
  const unchanged = nextAction('NoChangeNotification');
  put('/watched', [
    expiration(24 * 3650),
    { Type: 'ExpirationNotification', Version: '1.0', Attributes: { Before: '3649', Unit: 'Days' } },
    { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '1', Unit: 'Hours' } },
  ]);
  expect(await unchanged).toMatchObject({ 'parameter-name': '/watched' });
  expect(await warned).toMatchObject({ 'parameter-name': '/watched' });
  expect(policiesOf('/watched').map(({ PolicyType, PolicyStatus }) => [PolicyType, PolicyStatus])).toEqual([
    ['Expiration', 'Pending'],
    ['ExpirationNotification', 'Finished'],
    ['NoChangeNotification', 'Finished'],
  ]);
});

test('policies stay with a parameter until they are taken away', () => {
  put('/kept', [expiration(24 * 3650)]);
  ssm.operations.PutParameter({ Name: '/kept', Value: 'w', Overwrite: true }, call);
  expect(policiesOf('/kept')).toHaveLength(1);
  put('/kept', [{}], { Overwrite: true });
  expect(policiesOf('/kept')).toEqual([]);
});

test.each([
  ['InvalidPolicyTypeException', [{ Type: 'Shred', Version: '1.0', Attributes: {} }], {}],
  ['InvalidPolicyAttributeException', [{ Type: 'Expiration', Version: '1.0', Attributes: {} }], {}],
  ['IncompatiblePolicyException', [expiration(1), expiration(2)], {}],
  ['ValidationException', [expiration(1)], { Tier: 'Standard' }],
])('what is no policy is refused with %s', (code, policies, more) => {
  expect(() => put('/refused', policies, more)).toThrow(expect.objectContaining({ code }));
  expect(ssm.parameter('/refused')).toBeUndefined();
});
