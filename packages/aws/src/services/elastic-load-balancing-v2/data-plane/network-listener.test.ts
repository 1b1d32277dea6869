import { type AddressInfo, createServer } from 'node:net';
import { INTERNET_ADDRESS } from '../../../network';
import { Stage, tcp } from '../stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

test('a Network Load Balancer passes connections on to healthy targets', async () => {
  stage.groups.set('sg-web', {
    GroupId: 'sg-web',
    VpcId: 'vpc-1',
    IpPermissions: [tcp(80, { UserIdGroupPairs: [{ GroupId: 'sg-lb' }] })],
  });
  const { url, dnsName, targetGroupArn } = await stage.balance({ kind: 'network' });
  expect(dnsName).toMatch(/^front-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/);
  await stage.runInstance('i-1', (_request, response) => response.end('over TCP'));
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  expect(await (await stage.network.fetch('internet', url)).text()).toBe('over TCP');
});

test("an instance's security group sees the client's own address behind a Network Load Balancer", async () => {
  const seen = { current: [tcp(80, { IpRanges: [{ CidrIp: `${INTERNET_ADDRESS}/32` }] })] };
  stage.groups.set('sg-web', {
    GroupId: 'sg-web',
    VpcId: 'vpc-1',
    get IpPermissions() {
      return seen.current;
    },
  });
  const { url, targetGroupArn } = await stage.balance({ kind: 'network', interval: 300 });
  await stage.runInstance('i-1', (_request, response) => response.end('admitted'));
  stage.register(targetGroupArn, 'i-1');
  expect(await (await stage.network.fetch('internet', url)).text()).toBe('admitted');
  stage.elbv2.operations.ModifyTargetGroupAttributes(
    { TargetGroupArn: targetGroupArn, Attributes: [{ Key: 'preserve_client_ip.enabled', Value: 'false' }] },
    stage.call,
  );
  await expect(stage.network.fetch('internet', url)).rejects.toThrow('fetch failed');
});

test('a client that has said all still gets the whole answer', async () => {
  const { dnsName, targetGroupArn } = await stage.balance({ kind: 'network', interval: 300 });
  await stage.runInstance('i-1', (_request, response) => response.end());
  const answer = Buffer.alloc(1_000_000, 'kiln');
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // Health checks do not wait for an answer.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end(answer)).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.network.open('eni-i-1', 80, (server.address() as AddressInfo).port);
  stage.register(targetGroupArn, 'i-1');
  const socket = await stage.network.connect('internet', dnsName, 80, { allowHalfOpen: true });
  socket.end('all that I have to say');
  const heard: Buffer[] = [];
  for await (const part of socket) heard.push(part as Buffer);
  expect(Buffer.concat(heard).equals(answer)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});

test('without a target the connection is reset', async () => {
  const { url } = await stage.balance({ kind: 'network' });
  await expect(stage.network.fetch('internet', url)).rejects.toMatchObject({
    cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) },
  });
});
