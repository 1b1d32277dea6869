import type { Socket } from 'node:net';
import type { Datapoint } from '@aws-sdk/client-cloudwatch';
import { LoadBalancedRegion } from '../../../testing/load-balancing';
import { until } from '../../../testing/until';

let region: LoadBalancedRegion;
let balancerArn: string;
let targetGroupArn: string;
let url: string;

beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

/** The points of a metric in all minutes that are over, oldest first. */
async function points(Namespace: string, MetricName: string, isOfGroup = false): Promise<Datapoint[]> {
  const now = region.clock.millis();
  const { Datapoints = [] } = await region.region.api('cloudwatch').GetMetricStatistics({
    ...{ Namespace, MetricName, Period: 60, Statistics: ['Sum', 'Maximum', 'Minimum', 'Average'] },
    StartTime: new Date(now - 3_600_000),
    EndTime: new Date(now + 3_600_000),
    Dimensions: [
      { Name: 'LoadBalancer', Value: balancerArn.split(':loadbalancer/')[1] },
      ...(isOfGroup ? [{ Name: 'TargetGroup', Value: targetGroupArn.split(':').at(-1) }] : []),
    ],
  });
  return Datapoints.sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
}

/** The sum of a metric over all minutes that are over. */
async function sumOf(namespace: string, metric: string, isOfGroup = false): Promise<number | undefined> {
  const found = await points(namespace, metric, isOfGroup);
  return found.length === 0 ? undefined : found.reduce((total, { Sum = 0 }) => total + Sum, 0);
}

/** Resolves when what was counted until now is reported. */
async function minuteIsOver(): Promise<void> {
  const end = region.clock.millis() + 61_000;
  await until(() => region.clock.millis() > end);
}

describe('an Application Load Balancer', () => {
  beforeEach(async () => {
    ({ arn: balancerArn, targetGroupArn, url } = await region.balance());
    await region.runInstance('i-1', (request, response) => {
      if (request.url === '/broken') request.socket.destroy();
      else response.writeHead(request.url === '/lost' ? 404 : 200).end('target');
    });
    await region.register(targetGroupArn, 'i-1');
    await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  });

  const ask = async (path = '/'): Promise<number> => {
    const answer = await region.network.fetch('internet', `${url}${path}`, { redirect: 'manual' });
    await answer.text();
    return answer.status;
  };
  const sum = (metric: string, isOfGroup = false) => sumOf('AWS/ApplicationELB', metric, isOfGroup);

  test('reports what its targets answered and what it answered itself', async () => {
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
    const { Listeners: [listener] = [] } = await region.elb.DescribeListeners({
      LoadBalancerArn: balancerArn,
    });
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
});

describe('a Network Load Balancer', () => {
  let dnsName: string;
  beforeEach(async () => {
    const balanced = await region.balance({ kind: 'network' });
    ({ arn: balancerArn, targetGroupArn, dnsName } = balanced);
    await region.runTcpInstance('i-1', (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        if (String(data) === 'break off') socket.resetAndDestroy();
        else socket.write(data);
      });
    });
    await region.register(targetGroupArn, 'i-1');
    await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  });

  const connect = async () => {
    const socket = await region.network.connect('internet', dnsName, 80);
    const closed = new Promise<string | undefined>((resolve) => {
      socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      socket.once('close', () => resolve(undefined));
    });
    return { socket, closed };
  };
  const echo = async (socket: Socket, word: string) => {
    socket.write(word);
    await new Promise((resolve) => socket.once('data', resolve));
  };
  const sum = (metric: string) => sumOf('AWS/NetworkELB', metric);

  test('reports its connections and their bytes, minute by minute, and the health of its targets', async () => {
    const { socket } = await connect();
    await echo(socket, 'four');
    await minuteIsOver();
    await minuteIsOver();
    await echo(socket, 'more!');
    socket.destroy();
    await minuteIsOver();
    expect(await sum('NewFlowCount')).toBe(1);
    expect(await sum('ProcessedBytes')).toBe(18);
    expect(await sum('ProcessedBytes_TCP')).toBe(18);
    const active = await points('AWS/NetworkELB', 'ActiveFlowCount');
    expect(active.map(({ Maximum }) => Maximum)).toEqual(active.map(() => 1));
    expect(active.length).toBeGreaterThanOrEqual(2);
    // In a minute in which nothing happened to it the connection stood all the time.
    expect(active[1]).toMatchObject({ Minimum: 1, Average: 1, Unit: 'Count' });
    expect(await sum('TCP_ELB_Reset_Count')).toBe(0);
    const [healthy] = await points('AWS/NetworkELB', 'HealthyHostCount', true);
    const [unhealthy] = await points('AWS/NetworkELB', 'UnHealthyHostCount', true);
    expect([healthy?.Minimum, unhealthy?.Maximum]).toEqual([1, 0]);
  });

  test('reports by whom connections are reset', async () => {
    const [byClient, byTarget] = [await connect(), await connect()];
    await echo(byClient.socket, 'one');
    byClient.socket.resetAndDestroy();
    await echo(byTarget.socket, 'one');
    byTarget.socket.write('break off');
    expect(await byTarget.closed).toBe('ECONNRESET');
    await region.deregister(targetGroupArn, 'i-1');
    const byBalancer = await connect();
    expect(await byBalancer.closed).toBe('ECONNRESET');
    await minuteIsOver();
    expect(await sum('TCP_Client_Reset_Count')).toBe(1);
    expect(await sum('TCP_Target_Reset_Count')).toBe(1);
    expect(await sum('TCP_ELB_Reset_Count')).toBe(1);
  });

  test('reports nothing of minutes in which it carries nothing', async () => {
    await minuteIsOver();
    expect(await sum('NewFlowCount')).toBeUndefined();
    expect(await sum('ActiveFlowCount')).toBeUndefined();
  });
});
