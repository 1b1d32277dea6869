import { INTERNET_ADDRESS } from '../../../network';
import { LoadBalancedRegion, tcp } from '../../../testing/load-balancing';
import { settled, until } from '../../../testing/until';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

test('a Network Load Balancer passes connections on to healthy targets', async () => {
  const { url, dnsName, targetGroupArn } = await region.balance({ kind: 'network' });
  expect(dnsName).toMatch(/^front-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/);
  await region.runInstance('i-1', (_request, response) => response.end('over TCP'));
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  expect(await (await region.network.fetch('internet', url)).text()).toBe('over TCP');
});

test("an instance's security group sees the client's own address behind a Network Load Balancer", async () => {
  await region.letIn(region.groups.web, tcp(80, { IpRanges: [{ CidrIp: `${INTERNET_ADDRESS}/32` }] }));
  const { url, targetGroupArn } = await region.balance({ kind: 'network', interval: 300 });
  await region.runInstance('i-1', (_request, response) => response.end('admitted'));
  await region.register(targetGroupArn, 'i-1');
  expect(await (await region.network.fetch('internet', url)).text()).toBe('admitted');
  await region.elb.ModifyTargetGroupAttributes({
    TargetGroupArn: targetGroupArn,
    Attributes: [{ Key: 'preserve_client_ip.enabled', Value: 'false' }],
  });
  await expect(settled(region.network.fetch('internet', url))).rejects.toThrow('fetch failed');
});

test('a client that has said all still gets the whole answer', async () => {
  const { dnsName, targetGroupArn } = await region.balance({ kind: 'network', interval: 300 });
  const answer = Buffer.alloc(1_000_000, 'bytes');
  await region.runTcpInstance('i-1', (socket) => {
    // Health checks do not wait for an answer.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end(answer)).resume();
  });
  await region.register(targetGroupArn, 'i-1');
  const socket = await region.network.connect('internet', dnsName, 80, { allowHalfOpen: true });
  socket.end('all that I have to say');
  const heard: Buffer[] = [];
  for await (const part of socket) heard.push(part as Buffer);
  expect(Buffer.concat(heard).equals(answer)).toBe(true);
});

test('without a target the connection is reset', async () => {
  const { url } = await region.balance({ kind: 'network' });
  await expect(region.network.fetch('internet', url)).rejects.toMatchObject({
    cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) },
  });
});

/** A client's connection, and whether it is over. */
async function connectTo(dnsName: string) {
  const socket = await region.network.connect('internet', dnsName, 80);
  let isOver = false;
  socket
    .on('error', () => undefined)
    .once('close', () => {
      isOver = true;
    });
  return { socket, isEnded: () => isOver };
}

describe('a connection that is longer than the deregistration delay', () => {
  /** Deregisters the target of a connection. @returns what became of the connection when the target was gone for a while */
  async function outlive(attributes: Record<string, string>): Promise<'goes on' | 'is ended'> {
    const { dnsName, targetGroupArn } = await region.balance({
      kind: 'network',
      attributes: { 'deregistration_delay.timeout_seconds': '20', ...attributes },
    });
    await region.runTcpInstance('i-1', (socket) => {
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    });
    await region.register(targetGroupArn, 'i-1');
    await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
    const { socket, isEnded } = await connectTo(dnsName);
    const heard = () => new Promise((resolve) => socket.once('data', resolve));
    socket.write('one');
    await heard();
    await region.deregister(targetGroupArn, 'i-1');
    await region.untilTarget(targetGroupArn, 'i-1', 'unused');
    const later = region.clock.millis() + 60_000;
    await until(() => isEnded() || region.clock.millis() > later);
    if (isEnded()) return 'is ended';
    socket.write('two');
    await heard();
    socket.destroy();
    return 'goes on';
  }

  test('goes on', async () => {
    expect(await outlive({})).toBe('goes on');
  });

  test('is ended where the target group says so', async () => {
    const attribute = 'deregistration_delay.connection_termination.enabled';
    expect(await outlive({ [attribute]: 'true' })).toBe('is ended');
  });
});

describe('a connection to a target that turns unhealthy', () => {
  /** @returns how to learn whether the connection is still there when its target is unhealthy */
  async function fallIll(names: readonly string[], attributes: Record<string, string>) {
    const { dnsName, targetGroupArn } = await region.balance({ kind: 'network', attributes });
    const isBound = new Set<string>();
    for (const name of names)
      await region.runTcpInstance(name, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => isBound.add(name)).pipe(socket);
      });
    await region.register(targetGroupArn, ...names);
    for (const name of names) await region.untilTarget(targetGroupArn, name, 'healthy');
    const { socket, isEnded } = await connectTo(dnsName);
    socket.write('one');
    await new Promise((resolve) => socket.once('data', resolve));
    const [name = ''] = isBound;
    region.network.close(await region.interfaceOf(name), 80);
    await region.untilTarget(targetGroupArn, name, 'unhealthy');
    const later = region.clock.millis() + 30_000;
    await until(() => isEnded() || region.clock.millis() > later);
    socket.destroy();
    return isEnded();
  }
  const termination = 'target_health_state.unhealthy.connection_termination.enabled';

  test('is ended while others are healthy', async () => {
    expect(await fallIll(['i-1', 'i-2'], {})).toBe(true);
  });

  test('goes on where no other is healthy', async () => {
    expect(await fallIll(['i-1'], {})).toBe(false);
  });

  test('goes on where the target group says so', async () => {
    expect(await fallIll(['i-1', 'i-2'], { [termination]: 'false' })).toBe(false);
  });
});
