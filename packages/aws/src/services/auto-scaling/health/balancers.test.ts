import { AwsError } from '../../../core/aws-error';
import { Balancers } from './balancers';
import type { ClassicLoadBalancers } from './classic-load-balancers';
import type { TargetGroups } from './target-groups';

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef';
const group = { settings: { targetGroupArns: [ARN], loadBalancerNames: [] } } as never;

function watch() {
  const healthIn = jest.fn(async () => new Map([['i-1', { isDraining: true }]]));
  const done = async () => {};
  const targetGroups = { healthIn, register: done, deregister: done, check: done };
  const balancers = new Balancers(
    targetGroups as unknown as TargetGroups,
    {} as unknown as ClassicLoadBalancers,
  );
  return { balancers, healthIn };
}

test('in a turn of a group each target group is asked once, and again in the next', async () => {
  const { balancers, healthIn } = watch();
  for (const turns of [1, 2]) {
    balancers.lookAnew(group);
    expect(await balancers.isDrained([ARN], 'i-1')).toBe(false);
    expect(await balancers.isDrained([ARN], 'i-2')).toBe(true);
    expect((await balancers.view(group)).get(ARN)?.get('i-1')?.isDraining).toBe(true);
    expect(healthIn).toHaveBeenCalledTimes(turns);
  }
});

test.each([
  ['registered', (balancers: Balancers) => balancers.register(ARN, ['i-2'])],
  ['deregistered', (balancers: Balancers) => balancers.deregister(ARN, 'i-1')],
])('once an instance is %s in it a target group is asked again', async (_, change) => {
  const { balancers, healthIn } = watch();
  await balancers.view(group);
  await change(balancers);
  await balancers.view(group);
  expect(healthIn).toHaveBeenCalledTimes(2);
});

test('a look that is refused is made again in the next turn', async () => {
  const { balancers, healthIn } = watch();
  healthIn.mockRejectedValueOnce(new AwsError('ServiceUnavailable', 'not now', 503));
  await expect(balancers.view(group)).rejects.toThrow('not now');
  balancers.lookAnew(group);
  expect((await balancers.view(group)).get(ARN)?.size).toBe(1);
});
