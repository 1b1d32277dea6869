import { LoadBalancedRegion } from '../../../testing/load-balancing';
import { until } from '../../../testing/until';

let region: LoadBalancedRegion;
let balancerArn: string;
let targetGroupArn: string;
let url: string;

beforeEach(async () => {
  region = await LoadBalancedRegion.start();
  ({ arn: balancerArn, targetGroupArn, url } = await region.balance());
  await region.runInstance('i-1', (request, response) => {
    if (request.url === '/broken') request.socket.destroy();
    else response.writeHead(request.url === '/lost' ? 404 : 200).end('target');
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
});
afterEach(() => region.stop());

const ask = async (path = '/'): Promise<number> => {
  const answer = await region.network.fetch('internet', `${url}${path}`, { redirect: 'manual' });
  await answer.text();
  return answer.status;
};

/** The sum of a metric over all minutes that are over. */
async function sum(MetricName: string, isOfGroup = false): Promise<number | undefined> {
  const now = region.clock.millis();
  const { Datapoints = [] } = await region.region.api('cloudwatch').GetMetricStatistics({
    ...{ Namespace: 'AWS/ApplicationELB', MetricName, Period: 3600, Statistics: ['Sum'] },
    StartTime: new Date(now - 3_600_000),
    EndTime: new Date(now + 3_600_000),
    Dimensions: [
      { Name: 'LoadBalancer', Value: balancerArn.split(':loadbalancer/')[1] },
      ...(isOfGroup ? [{ Name: 'TargetGroup', Value: targetGroupArn.split(':').at(-1) }] : []),
    ],
  });
  if (Datapoints.length === 0) return undefined;
  return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
}

/** Resolves when what was counted until now is reported. */
async function minuteIsOver(): Promise<void> {
  const end = region.clock.millis() + 61_000;
  await until(() => region.clock.millis() > end);
}

test('a load balancer reports what its targets answered and what it answered itself', async () => {
  expect([await ask(), await ask('/lost'), await ask('/broken')]).toEqual([200, 404, 502]);
  await region.deregister(targetGroupArn, 'i-1');
  expect(await ask()).toBe(503);
  await minuteIsOver();
  // What no target is chosen for is no request that is counted.
  for (const isOfGroup of [false, true]) {
    expect(await sum('RequestCount', isOfGroup)).toBe(3);
    expect(await sum('HTTPCode_Target_2XX_Count', isOfGroup)).toBe(1);
    expect(await sum('HTTPCode_Target_4XX_Count', isOfGroup)).toBe(1);
  }
  expect(await sum('HTTPCode_ELB_5XX_Count')).toBe(2);
  expect(await sum('HTTPCode_ELB_502_Count')).toBe(1);
  expect(await sum('HTTPCode_ELB_503_Count')).toBe(1);
  expect(await sum('HTTPCode_Target_5XX_Count')).toBeUndefined();
  expect(await sum('TargetConnectionErrorCount')).toBeUndefined();
});

test('a connection that a target refuses, and a target that is not healthy, are reported', async () => {
  region.network.close(await region.interfaceOf('i-1'), 80);
  await region.untilTarget(targetGroupArn, 'i-1', 'unhealthy');
  expect(await ask()).toBe(502);
  await minuteIsOver();
  expect(await sum('TargetConnectionErrorCount', true)).toBe(1);
  expect(await sum('UnHealthyHostCount', true)).toBe(1);
  expect(await sum('HealthyHostCount', true)).toBe(0);
});

test('redirects and requests that are refused are counted as answers of the load balancer', async () => {
  const { Listeners: [listener] = [] } = await region.elb.DescribeListeners({ LoadBalancerArn: balancerArn });
  await region.elb.ModifyListener({
    ListenerArn: listener?.ListenerArn,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Path: '/new', StatusCode: 'HTTP_302' } }],
  });
  expect([await ask(), await ask(`/${'a'.repeat(17_000)}`)]).toEqual([302, 414]);
  await minuteIsOver();
  expect(await sum('HTTP_Redirect_Count')).toBe(1);
  expect(await sum('HTTPCode_ELB_3XX_Count')).toBe(1);
  expect(await sum('HTTPCode_ELB_4XX_Count')).toBe(1);
  expect(await sum('RequestCount')).toBeUndefined();
});
