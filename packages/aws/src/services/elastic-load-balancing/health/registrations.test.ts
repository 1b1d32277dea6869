import type { RequestListener } from 'node:http';
import type { ModifyLoadBalancerAttributesInput } from '@aws-sdk/client-elastic-load-balancing';
import { sayAndEnd } from '../../../testing/half-closed';
import { LoadBalancedRegion } from '../../../testing/load-balancing';
import { until } from '../../../testing/until';

const LoadBalancerName = 'classic';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

const classic = () => region.region.api('elastic-load-balancing');

/** A load balancer in the zones a and b that forwards port 80 by HTTP, and asks for `/` every five seconds. */
const balance = async (attributes: ModifyLoadBalancerAttributesInput['LoadBalancerAttributes'] = {}) => {
  const { DNSName } = await classic().CreateLoadBalancer({
    LoadBalancerName,
    Listeners: [
      { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 },
      { Protocol: 'TCP', LoadBalancerPort: 81, InstancePort: 80 },
    ],
    Subnets: region.subnets.slice(0, 2),
    SecurityGroups: [region.groups.balancer],
  });
  await classic().ConfigureHealthCheck({
    LoadBalancerName,
    HealthCheck: {
      Target: 'HTTP:80/',
      Interval: 5,
      Timeout: 2,
      UnhealthyThreshold: 2,
      HealthyThreshold: 2,
    },
  });
  await classic().ModifyLoadBalancerAttributes({ LoadBalancerName, LoadBalancerAttributes: attributes });
  return { dnsName: DNSName ?? '', url: `http://${DNSName}` };
};
const register = (...names: string[]) =>
  classic().RegisterInstancesWithLoadBalancer({
    LoadBalancerName,
    Instances: names.map((name) => ({ InstanceId: region.idOf(name) })),
  });
const deregister = (name: string) =>
  classic().DeregisterInstancesFromLoadBalancer({
    LoadBalancerName,
    Instances: [{ InstanceId: region.idOf(name) }],
  });
const health = async (name: string) => {
  const Instances = [{ InstanceId: region.idOf(name) }];
  const { InstanceStates } = await classic().DescribeInstanceHealth({ LoadBalancerName, Instances });
  const { InstanceId: _id, ...state } = InstanceStates?.[0] ?? {};
  return state;
};
const untilState = (name: string, State: string) => until(async () => (await health(name)).State === State);
const fetchText = async (url: string) => {
  const response = await region.network.fetch('internet', url);
  return { status: response.status, text: await response.text() };
};
const says =
  (text: string): RequestListener =>
  (_request, response) => {
    response.end(text);
  };

test('an instance is in service after as many passed checks as its threshold says, and gets requests then', async () => {
  const { url } = await balance();
  const agents: unknown[] = [];
  await region.runInstance('one', (request, response) => {
    agents.push(request.headers['user-agent']);
    response.end(JSON.stringify(request.headers));
  });
  await register('one');
  expect(await health('one')).toEqual({
    State: 'OutOfService',
    ReasonCode: 'ELB',
    Description: 'Instance registration is still in progress.',
  });
  expect(await fetchText(url)).toEqual({ status: 503, text: '' });
  await untilState('one', 'InService');
  expect(agents).toEqual(['ELB-HealthChecker/1.0', 'ELB-HealthChecker/1.0']);
  expect(await health('one')).toEqual({ State: 'InService', ReasonCode: 'N/A', Description: 'N/A' });
  const { status, text } = await fetchText(url);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    'x-forwarded-for': expect.stringMatching(/^\d+\./),
    'x-forwarded-port': '80',
    'x-forwarded-proto': 'http',
  });
});

test('an instance that fails is taken out of service, and comes back by way of its threshold', async () => {
  const { url } = await balance();
  let status = 500;
  await region.runInstance('one', (_request, response) => response.writeHead(status).end());
  await region.runInstance('two', says('two'));
  await register('one', 'two');
  await until(async () => /failed/.test((await health('one')).Description ?? ''));
  expect(await health('one')).toEqual({
    State: 'OutOfService',
    ReasonCode: 'Instance',
    Description: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
  });
  await untilState('two', 'InService');
  for (let i = 0; i < 4; i += 1) expect(await fetchText(url)).toEqual({ status: 200, text: 'two' });
  status = 200;
  await until(async () => /not passed/.test((await health('one')).Description ?? ''));
  await untilState('one', 'InService');
});

test('what is not registered, stopped, and in a zone without the load balancer is told apart', async () => {
  await balance();
  await region.runInstance('far', says('far'), region.subnets[2]);
  await region.runInstance('near', says('near'));
  expect(await health('near')).toEqual({
    State: 'OutOfService',
    ReasonCode: 'Instance',
    Description: 'Instance is not currently registered with the LoadBalancer.',
  });
  await register('far', 'near');
  expect(await health('far')).toMatchObject({
    State: 'OutOfService',
    ReasonCode: 'ELB',
    Description:
      'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
  });
  await region.ec2.StopInstances({ InstanceIds: [region.idOf('near')] });
  await region.untilInstance('near', 'stopped');
  expect(await health('near')).toEqual({
    State: 'OutOfService',
    ReasonCode: 'Instance',
    Description: 'Instance is in stopped state.',
  });
});

test('with connection draining a request under way ends before the instance is gone; without it, it is cut', async () => {
  const { url } = await balance({ ConnectionDraining: { Enabled: true, Timeout: 60 } });
  let finish = () => {};
  await region.runInstance('one', ({ url: path }, response) => {
    if (path === '/slow') finish = () => response.end('slow but there');
    else response.end('ok');
  });
  await register('one');
  await untilState('one', 'InService');
  let started = finish;
  const slow = fetchText(`${url}/slow`);
  await until(() => finish !== started);
  await deregister('one');
  expect(await health('one')).toMatchObject({
    State: 'InService',
    Description: 'Instance deregistration currently in progress.',
  });
  const { LoadBalancerDescriptions } = await classic().DescribeLoadBalancers({});
  expect(LoadBalancerDescriptions?.[0]?.Instances).toEqual([]);
  finish();
  expect(await slow).toEqual({ status: 200, text: 'slow but there' });
  await until(async () => /not currently/.test((await health('one')).Description ?? ''));

  await classic().ModifyLoadBalancerAttributes({
    LoadBalancerName,
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: false } },
  });
  await register('one');
  await untilState('one', 'InService');
  started = finish;
  const cut = fetchText(`${url}/slow`).catch(() => 'cut');
  await until(() => finish !== started);
  await deregister('one');
  expect(await cut).toBe('cut');
});

test('a request under way ends on an instance that drains and is registered again', async () => {
  const { url } = await balance({ ConnectionDraining: { Enabled: true, Timeout: 10 } });
  let finish: (() => void) | undefined;
  await region.runInstance('one', ({ url: path }, response) => {
    if (path === '/slow') finish = () => response.end('slow but there');
    else response.end('ok');
  });
  await register('one');
  await untilState('one', 'InService');
  const slow = fetchText(`${url}/slow`);
  await until(() => finish !== undefined);
  await deregister('one');
  await register('one');
  expect(await health('one')).toMatchObject({ State: 'OutOfService' });
  await untilState('one', 'InService');
  // Longer than the timeout of the draining, which is none any more.
  const later = region.clock.millis() + 20_000;
  await until(() => region.clock.millis() > later);
  finish?.();
  expect(await slow).toEqual({ status: 200, text: 'slow but there' });
});

test('TCP goes through as it is, and a listener that is taken away answers no more', async () => {
  const { dnsName } = await balance();
  await region.runInstance('one', says('over TCP'));
  await register('one');
  await untilState('one', 'InService');
  expect(await fetchText(`http://${dnsName}:81/`)).toEqual({ status: 200, text: 'over TCP' });
  await classic().DeleteLoadBalancerListeners({ LoadBalancerName, LoadBalancerPorts: [81, 82] });
  await expect(fetchText(`http://${dnsName}:81/`)).rejects.toThrow('fetch failed');
  expect(region.region.state('elastic-load-balancing').loadBalancerPorts()).toMatchObject([
    { name: LoadBalancerName, dnsName, protocol: 'HTTP', listenerPort: 80 },
  ]);
});

test('HTTPS and SSL end at the load balancer, and bodies go through', async () => {
  const { dnsName } = await balance();
  const SSLCertificateId =
    'arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012';
  await classic().CreateLoadBalancerListeners({
    LoadBalancerName,
    Listeners: [
      { Protocol: 'HTTPS', LoadBalancerPort: 443, InstancePort: 80, SSLCertificateId },
      { Protocol: 'SSL', LoadBalancerPort: 444, InstancePort: 80, SSLCertificateId },
    ],
  });
  await region.runInstance('one', (request, response) => {
    const proto = request.headers['x-forwarded-proto'] ?? 'none';
    response.writeHead(200, { 'x-seen': String(proto) });
    request.pipe(response);
  });
  await register('one');
  await untilState('one', 'InService');
  const post = async (url: string) => {
    const response = await region.network.fetch('internet', url, { method: 'POST', body: 'a body' });
    return [response.status, response.headers.get('x-seen'), await response.text()];
  };
  expect(await post(`https://${dnsName}/`)).toEqual([200, 'https', 'a body']);
  expect(await post(`https://${dnsName}:444/`)).toEqual([200, 'none', 'a body']);
});

test('an instance that does not answer, or breaks off, is told by its status', async () => {
  const { url } = await balance();
  await region.runInstance('one', ({ url: path, socket }, response) => {
    if (path === '/breaks') socket.destroy();
    else response.end('ok');
  });
  await register('one');
  await untilState('one', 'InService');
  expect((await fetchText(`${url}/breaks`)).status).toBe(502);
  region.network.close(await region.interfaceOf('one'), 80);
  expect((await fetchText(url)).status).toBe(503);
});

test('a client that closes its side after its request gets the answer, and then the connection is closed', async () => {
  await balance();
  await region.runInstance('one', ({ url }, response) => {
    if (url === '/late') setTimeout(() => response.end('late'), 50);
    else response.end();
  });
  await register('one');
  await untilState('one', 'InService');
  const { loopbackPort = 0 } =
    (await region.region.aws.loadBalancers()).find(({ listenerPort }) => listenerPort === 80) ?? {};
  expect(await sayAndEnd(loopbackPort, 'GET /late HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 OK\r\n.*late/s,
  );
});
