import { request } from 'node:http';
import { INTERNET_ADDRESS } from '../../../../network';
import { LoadBalancedRegion, tcp } from '../../../../testing/load-balancing';
import { until } from '../../../../testing/until';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start({ timeScale: 1000 });
});
afterEach(() => region.stop());

const get = (url: string, init = {}) => region.network.fetch('internet', url, init);

async function runHealthy(targetGroupArn: string, ...ids: string[]): Promise<void> {
  for (const id of ids) await region.runInstance(id, (_request, response) => response.end(id));
  await region.register(targetGroupArn, ...ids);
  for (const id of ids) await region.untilTarget(targetGroupArn, id, 'healthy');
}

test('requests from the internet reach all healthy targets in turn', async () => {
  const { url, targetGroupArn } = await region.balance();
  await runHealthy(targetGroupArn, 'i-1', 'i-2', 'i-3');
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(async () => (await get(url)).text()));
  expect(answers.sort()).toEqual(['i-1', 'i-1', 'i-2', 'i-2', 'i-3', 'i-3']);
});

test('no request fails while targets come and go under traffic', async () => {
  const { url, targetGroupArn } = await region.balance({
    attributes: { 'deregistration_delay.timeout_seconds': '10' },
  });
  await runHealthy(targetGroupArn, 'i-old-1', 'i-old-2');
  const answers = new Map<string, number>();
  let failed = 0;
  let stop = false;
  const client = async (method: string) => {
    while (!stop) {
      const response = await get(url, { method, ...(method === 'POST' && { body: 'data' }) });
      const text = await response.text();
      if (response.status === 200) answers.set(text, (answers.get(text) ?? 0) + 1);
      else failed += 1;
    }
  };
  const clients = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST'].map(client);
  const served = async (id: string, count: number) => {
    while ((answers.get(id) ?? 0) < count) await (await get(url)).text();
  };
  await served('i-old-1', 20);
  for (const [id, old] of [
    ['i-new-1', 'i-old-1'],
    ['i-new-2', 'i-old-2'],
  ] as const) {
    await runHealthy(targetGroupArn, id);
    await region.deregister(targetGroupArn, old);
    await region.untilTarget(targetGroupArn, old, 'unused');
    region.network.detach(await region.interfaceOf(old));
  }
  await served('i-new-2', 20);
  stop = true;
  await Promise.all(clients);
  expect(failed).toBe(0);
  expect([...answers.keys()].sort()).toEqual(['i-new-1', 'i-new-2', 'i-old-1', 'i-old-2']);
});

test('a request under way finishes on a draining target, new ones go elsewhere', async () => {
  const { url, targetGroupArn } = await region.balance({
    attributes: { 'deregistration_delay.timeout_seconds': '1' },
  });
  let finish: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await region.runInstance('i-slow', (incoming, response) => {
    if (incoming.url !== '/slow') return void response.end('i-slow');
    finish = () => response.end('finished');
    arrive();
  });
  await region.register(targetGroupArn, 'i-slow');
  await region.untilTarget(targetGroupArn, 'i-slow', 'healthy');
  const slow = get(`${url}/slow`);
  await arrived;
  await runHealthy(targetGroupArn, 'i-2');
  const delayIsOver = region.clock.millis() + 20_000;
  await region.deregister(targetGroupArn, 'i-slow');
  expect(await (await get(url)).text()).toBe('i-2');
  expect(await (await get(url)).text()).toBe('i-2');
  await until(() => region.clock.millis() > delayIsOver);
  finish();
  expect(await (await slow).text()).toBe('finished');
  await region.untilTarget(targetGroupArn, 'i-slow', 'unused');
});

test('a connection that the target closes between requests costs nobody an error', async () => {
  const { url, targetGroupArn } = await region.balance();
  await region.runInstance('i-1', (incoming, response) => {
    const { socket } = incoming;
    response.end('ok');
    // Closes without saying so, as a server does that hits its limit just when the next request is on its way.
    response.once('finish', () => setImmediate(() => socket.destroy()));
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  const statuses = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const seen: number[] = [];
      for (let count = 0; count < 25; count += 1) seen.push((await get(url)).status);
      return seen;
    }),
  );
  expect(new Set(statuses.flat())).toEqual(new Set([200]));
});

test('the target sees the host, the client and the trace, and none of the headers of the hop before', async () => {
  const { url, dnsName, targetGroupArn } = await region.balance();
  let headers: NodeJS.Dict<string | string[]> = {};
  await region.runInstance('i-1', (incoming, response) => {
    if (incoming.url === '/look?x=1') ({ headers } = incoming);
    response.end();
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  await get(`${url}/look?x=1`, { headers: { 'X-Forwarded-For': '1.2.3.4', 'x-own': 'kept' } });
  expect(headers).toMatchObject({
    host: dnsName,
    'x-own': 'kept',
    'x-forwarded-for': `1.2.3.4, ${INTERNET_ADDRESS}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '80',
    'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  });
});

test('bodies stream both ways, whatever their size', async () => {
  const { url, targetGroupArn } = await region.balance();
  await region.runInstance('i-1', (incoming, response) => incoming.pipe(response));
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  const body = Buffer.alloc(3_000_000, 'bytes');
  const response = await get(url, { method: 'POST', body });
  expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
});

test('without a target the answer is the 503 page of the load balancer', async () => {
  const { url } = await region.balance();
  const response = await get(url);
  expect(response.status).toBe(503);
  expect(response.headers.get('server')).toBe('awselb/2.0');
  expect(await response.text()).toBe(
    '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n' +
      '<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
  );
});

test('only healthy targets get requests, and all of them where none is healthy', async () => {
  const { url, targetGroupArn } = await region.balance();
  await region.runInstance('i-bad', (_request, response) => response.writeHead(500).end('i-bad'));
  await region.register(targetGroupArn, 'i-bad');
  await region.untilTarget(targetGroupArn, 'i-bad', 'unhealthy');
  expect(await (await get(url)).text()).toBe('i-bad');
  await runHealthy(targetGroupArn, 'i-good');
  for (let count = 0; count < 4; count += 1) expect(await (await get(url)).text()).toBe('i-good');
});

test('a target that refuses is 502, one that gives no answer is 504', async () => {
  const { url, targetGroupArn } = await region.balance({ interval: 300 });
  await runHealthy(targetGroupArn, 'i-1');
  const nic = await region.interfaceOf('i-1');
  region.network.close(nic, 80);
  // What was connected before stays so: begin anew.
  region.network.setUp(nic, false);
  region.network.setUp(nic, true);
  expect((await get(url, { method: 'POST', body: 'x' })).status).toBe(502);
  region.network.setUp(nic, false);
  expect((await get(url)).status).toBe(504);
});

test('an upload to a target that does not go on with TLS is 504', async () => {
  const { url, listenerArn } = await region.balance();
  await region.runTcpInstance('i-silent', (socket) => {
    socket.on('error', () => socket.destroy()).resume();
  });
  const { TargetGroups: [group] = [] } = await region.elb.CreateTargetGroup({
    ...{ Name: 'silent', Protocol: 'HTTPS', Port: 80, VpcId: region.vpcId },
  });
  const { TargetGroupArn = '' } = group ?? {};
  await region.register(TargetGroupArn, 'i-silent');
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
  await region.elb.ModifyListener({ ListenerArn: listenerArn, DefaultActions });
  expect((await get(url, { method: 'POST', body: 'x' })).status).toBe(504);
});

test('a target that breaks off before its answer is 502', async () => {
  const { url, targetGroupArn } = await region.balance({ interval: 300 });
  await region.runInstance('i-1', (incoming, response) => {
    if (incoming.url === '/break') incoming.socket.destroy();
    else response.end();
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  expect((await get(`${url}/break`)).status).toBe(502);
});

test("the load balancer's security group holds for the internet and for a browser on the loopback port", async () => {
  const { url, targetGroupArn } = await region.balance();
  await runHealthy(targetGroupArn, 'i-1');
  const [port] = region.ports();
  const browse = () =>
    new Promise<string>((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port: port?.loopbackPort, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      });
      asking.on('error', reject).end();
    });
  expect(await browse()).toBe('i-1');
  await region.letIn(region.groups.balancer, tcp(443, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] }));
  await expect(get(url)).rejects.toMatchObject({ cause: { code: 'ETIMEDOUT' } });
  await expect(browse()).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('rules are tried by priority, all conditions of one must hold', async () => {
  const { url, targetGroupArn, listenerArn } = await region.balance();
  const api = await region.createTargetGroup('api');
  const addRule = async (Priority: number, Conditions: object[], action: object) =>
    await region.elb.CreateRule({
      ListenerArn: listenerArn,
      Priority,
      Conditions,
      Actions: [action as never],
    });
  await addRule(20, [{ Field: 'path-pattern', Values: ['/api/*'] }], {
    Type: 'forward',
    TargetGroupArn: api,
  });
  await addRule(
    10,
    [
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } },
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['DELETE'] } },
    ],
    {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '405', MessageBody: 'no', ContentType: 'text/plain' },
    },
  );
  await addRule(30, [{ Field: 'host-header', Values: ['old.*'] }], {
    Type: 'redirect',
    RedirectConfig: { StatusCode: 'HTTP_301', Host: 'new.example.com', Protocol: 'HTTPS', Port: '443' },
  });
  await addRule(40, [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2?' }] } }], {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '200', MessageBody: 'query' },
  });
  await addRule(
    50,
    [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Beta', Values: ['on*'] } }],
    {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '200', MessageBody: 'header' },
    },
  );
  await addRule(60, [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.9.0.0/16'] } }], {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '200', MessageBody: 'never' },
  });
  await runHealthy(targetGroupArn, 'i-web');
  await runHealthy(api, 'i-api');
  const body = async (path: string, init = {}) => (await get(url + path, init)).text();
  expect(await body('/')).toBe('i-web');
  expect(await body('/api/x?y=1')).toBe('i-api');
  expect(await body('/API/x')).toBe('i-web');
  expect(await body('/?v=21')).toBe('query');
  expect(await body('/', { headers: { 'x-beta': 'ONE' } })).toBe('header');
  const refused = await get(`${url}/api/x`, { method: 'DELETE' });
  expect([refused.status, await refused.text()]).toEqual([405, 'no']);
  const moved = await new Promise<unknown[]>((resolve, reject) => {
    const headers = { host: 'OLD.example.com:80' };
    const port = region.ports()[0]?.loopbackPort;
    const asking = request({ host: '127.0.0.1', port, path: '/a?b=c', headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve([response.statusCode, response.headers.location]));
    });
    asking.once('error', reject).end();
  });
  expect(moved).toEqual([301, 'https://new.example.com:443/a?b=c']);
});

test('with stickiness a client stays with its target by a cookie that it cannot forge', async () => {
  const { url, targetGroupArn } = await region.balance({ attributes: { 'stickiness.enabled': 'true' } });
  await runHealthy(targetGroupArn, 'i-1', 'i-2');
  const first = await get(url);
  const target = await first.text();
  const [cookie = ''] = first.headers.getSetCookie();
  expect(cookie).toMatch(/^AWSALB=[^;]+; Expires=[^;]+ GMT; Path=\/$/);
  const [pair = ''] = cookie.split(';');
  const ask = async (header: string) => (await get(url, { headers: { cookie: header } })).text();
  for (let count = 0; count < 4; count += 1) expect(await ask(pair)).toBe(target);
  const forged = await Promise.all([1, 2].map(() => ask(`${pair.slice(0, -6)}AAAAAA`)));
  expect(forged.sort()).toEqual(['i-1', 'i-2']);
});

test('with stickiness by a cookie of the application a client stays as long as it shows that cookie', async () => {
  const { url, targetGroupArn } = await region.balance({
    attributes: {
      'stickiness.enabled': 'true',
      'stickiness.type': 'app_cookie',
      'stickiness.app_cookie.cookie_name': 'session',
    },
  });
  for (const id of ['i-1', 'i-2'])
    await region.runInstance(id, (incoming, response) => {
      if (incoming.url === '/login') response.setHeader('Set-Cookie', 'session=me; Path=/');
      response.end(id);
    });
  await region.register(targetGroupArn, 'i-1', 'i-2');
  for (const id of ['i-1', 'i-2']) await region.untilTarget(targetGroupArn, id, 'healthy');
  expect((await get(url)).headers.getSetCookie()).toEqual([]);
  const login = await get(`${url}/login`);
  const target = await login.text();
  const [own = '', sticky = ''] = login.headers.getSetCookie();
  expect(own).toBe('session=me; Path=/');
  expect(sticky).toMatch(/^AWSALBAPP-0=/);
  const [pair = ''] = sticky.split(';');
  const ask = async (cookie: string) => (await get(url, { headers: { cookie } })).text();
  for (let count = 0; count < 4; count += 1) expect(await ask(`session=me; ${pair}`)).toBe(target);
  expect(new Set([await ask(pair), await ask(pair)])).toEqual(new Set(['i-1', 'i-2']));
});

test('a rule keeps a client with one of its target groups', async () => {
  const { url, targetGroupArn, listenerArn } = await region.balance();
  const second = await region.createTargetGroup('second');
  const forward = {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: targetGroupArn, Weight: 50 },
        { TargetGroupArn: second, Weight: 50 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 3600 },
    },
  };
  const { Listeners } = await region.elb.ModifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [forward],
  });
  expect(Listeners?.[0]?.DefaultActions).toEqual([forward]);
  await runHealthy(targetGroupArn, 'i-1');
  await runHealthy(second, 'i-2');
  const first = await get(url);
  const target = await first.text();
  const cookies = first.headers.getSetCookie();
  expect(cookies.map((one) => one.split('=')[0])).toEqual(['AWSALBTG', 'AWSALBTGCORS']);
  const [cookie = ''] = cookies[0]?.split(';') ?? [];
  for (let count = 0; count < 10; count += 1)
    expect(await (await get(url, { headers: { cookie } })).text()).toBe(target);
});

test('weights share the requests among target groups', async () => {
  const { url, targetGroupArn, listenerArn } = await region.balance();
  const second = await region.createTargetGroup('second');
  await region.elb.ModifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [
      {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: targetGroupArn, Weight: 0 },
            { TargetGroupArn: second, Weight: 5 },
          ],
        },
      },
    ],
  });
  await runHealthy(targetGroupArn, 'i-1');
  await runHealthy(second, 'i-2');
  for (let count = 0; count < 5; count += 1) expect(await (await get(url)).text()).toBe('i-2');
});

test('HTTPS is served with a self-signed certificate, and the target learns of it', async () => {
  const { arn, dnsName, targetGroupArn } = await region.balance();
  await region.elb.CreateListener({
    LoadBalancerArn: arn,
    Protocol: 'HTTPS',
    Port: 443,
    Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/one' }],
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  });
  await region.runInstance('i-1', (incoming, response) =>
    response.end(`${incoming.headers['x-forwarded-proto']} ${incoming.headers['x-forwarded-for']}`),
  );
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  expect(await (await get(`https://${dnsName}/`)).text()).toBe(`https ${INTERNET_ADDRESS}`);
});

test('a connection that is upgraded is handed through', async () => {
  const { dnsName, targetGroupArn } = await region.balance();
  await runHealthy(targetGroupArn, 'i-1');
  const { createServer } = await import('node:http');
  const echo = createServer();
  echo.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  region.network.open(await region.interfaceOf('i-1'), 80, (echo.address() as { port: number }).port);
  const socket = await region.network.connect('internet', dnsName, 80);
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
      if (text.endsWith('ping')) resolve(text);
      else if (text.endsWith('\r\n\r\n')) socket.write('ping');
    });
  });
  socket.write(`GET / HTTP/1.1\r\nHost: ${dnsName}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  expect(await answer).toMatch(/^HTTP\/1.1 101 .*ping$/s);
  socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
});

test('a deleted load balancer has no name, no port and no interface any more', async () => {
  const { arn, dnsName, targetGroupArn } = await region.balance();
  await runHealthy(targetGroupArn, 'i-1');
  const address = region.network.resolve('internet', dnsName) ?? '';
  await region.elb.DeleteLoadBalancer({ LoadBalancerArn: arn });
  expect(region.ports()).toEqual([]);
  expect(region.network.resolve('internet', dnsName)).toBeUndefined();
  await expect(region.network.connect('internet', address, 80)).rejects.toMatchObject({
    code: 'ENETUNREACH',
  });
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({ Reason: 'Target.NotInUse' });
});
