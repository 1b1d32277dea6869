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
  /** Says something to a target that says it, too. */
  const echo = async (word: string) => {
    socket.write(word);
    await new Promise((resolve) => socket.once('data', resolve));
  };
  return { socket, echo, isEnded: () => isOver };
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
    const { socket, echo, isEnded } = await connectTo(dnsName);
    await echo('one');
    await region.deregister(targetGroupArn, 'i-1');
    await region.untilTarget(targetGroupArn, 'i-1', 'unused');
    const later = region.clock.millis() + 60_000;
    await until(() => isEnded() || region.clock.millis() > later);
    if (isEnded()) return 'is ended';
    await echo('two');
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

/** The load balancer and targets that send back what they get, and a client's connection to one of these. */
async function connectToOneOf(names: readonly string[], attributes: Record<string, string>) {
  const { arn, dnsName, targetGroupArn } = await region.balance({ kind: 'network', attributes });
  const isBound = new Set<string>();
  for (const name of names)
    await region.runTcpInstance(name, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => isBound.add(name)).pipe(socket);
    });
  await region.register(targetGroupArn, ...names);
  for (const name of names) await region.untilTarget(targetGroupArn, name, 'healthy');
  const connection = await connectTo(dnsName);
  await connection.echo('one');
  const [name = ''] = isBound;
  const nic = await region.interfaceOf(name);
  return { ...connection, name, dnsName, arn, targetGroupArn, nic };
}

describe('a connection to a target that turns unhealthy', () => {
  /** @returns how to learn whether the connection is still there when its target is unhealthy */
  async function fallIll(names: readonly string[], attributes: Record<string, string>) {
    const { socket, isEnded, name, nic, targetGroupArn } = await connectToOneOf(names, attributes);
    region.network.close(nic, 80);
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

  describe('with a draining interval', () => {
    const draining = {
      [termination]: 'false',
      'target_health_state.unhealthy.draining_interval_seconds': '200',
    };

    test('goes on for as long as the target drains, and then is ended', async () => {
      const connection = await connectToOneOf(['i-1', 'i-2'], draining);
      const { targetGroupArn, name, nic, dnsName, echo, isEnded } = connection;
      region.network.close(nic, 80);
      await region.untilTarget(targetGroupArn, name, 'unhealthy.draining');
      const began = region.clock.millis();
      expect(await region.health(targetGroupArn, name)).toMatchObject({
        Reason: 'Target.FailedHealthChecks',
      });
      await echo('two');
      // None of the new ones comes to it.
      for (let count = 0; count < 4; count += 1) (await connectTo(dnsName)).socket.destroy();
      expect(isEnded()).toBe(false);
      await region.untilTarget(targetGroupArn, name, 'unhealthy');
      expect(region.clock.millis() - began).toBeGreaterThan(190_000);
      await until(() => isEnded());
    });

    test('goes on when the target is well again', async () => {
      const connection = await connectToOneOf(['i-1'], draining);
      const { targetGroupArn, name, echo, socket, isEnded } = connection;
      const everybody = { IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
      await region.letIn(region.groups.web, tcp(81, everybody));
      await region.untilTarget(targetGroupArn, name, 'unhealthy.draining');
      await region.letIn(region.groups.web, tcp(80, everybody));
      await region.untilTarget(targetGroupArn, name, 'healthy');
      await echo('two');
      expect(isEnded()).toBe(false);
      socket.destroy();
    });

    test('is no more than one of a target that is deregistered', async () => {
      const { targetGroupArn, name, nic, socket } = await connectToOneOf(['i-1', 'i-2'], draining);
      region.network.close(nic, 80);
      await region.untilTarget(targetGroupArn, name, 'unhealthy.draining');
      await region.deregister(targetGroupArn, name);
      expect(await region.health(targetGroupArn, name)).toMatchObject({ State: 'draining' });
      socket.destroy();
    });
  });

  test('a draining interval is refused where connections are ended anyway', async () => {
    const { targetGroupArn: TargetGroupArn } = await region.balance({ kind: 'network' });
    const interval = { Key: 'target_health_state.unhealthy.draining_interval_seconds', Value: '60' };
    const modify = (...Attributes: object[]) =>
      region.elb.ModifyTargetGroupAttributes({ TargetGroupArn, Attributes });
    const code = 'InvalidConfigurationRequest';
    await expect(modify(interval)).rejects.toMatchObject({ code });
    await modify(interval, { Key: termination, Value: 'false' });
    await expect(modify({ Key: termination, Value: 'true' })).rejects.toMatchObject({ code });
    await modify({ Key: termination, Value: 'true' }, { ...interval, Value: '0' });
  });
});

describe('a connection on which nothing comes for the idle timeout', () => {
  const pass = async (seconds: number) => {
    const end = region.clock.millis() + seconds * 1000;
    await until(() => region.clock.millis() > end);
  };
  /** Says something, and resolves when that was answered with a reset. */
  const speakInVain = async ({ socket }: Awaited<ReturnType<typeof connectTo>>) => {
    const told = new Promise((resolve) => socket.once('error', resolve));
    socket.write('in vain');
    expect(await told).toMatchObject({ code: 'ECONNRESET' });
  };

  test('is forgotten, and whoever says something more is told by a reset', async () => {
    const connection = await connectToOneOf(['i-1'], {});
    await pass(300);
    // What comes begins the time anew.
    await connection.echo('two');
    await pass(300);
    await connection.echo('three');
    await pass(500);
    expect(connection.isEnded()).toBe(false);
    await speakInVain(connection);
  });

  test('has the time that its listener gives it', async () => {
    const { arn, dnsName, socket } = await connectToOneOf(['i-1'], {});
    socket.destroy();
    const { Listeners: [listener] = [] } = await region.elb.DescribeListeners({ LoadBalancerArn: arn });
    await region.elb.ModifyListenerAttributes({
      ListenerArn: listener?.ListenerArn,
      Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value: '3000' }],
    });
    const connection = await connectTo(dnsName);
    await connection.echo('one');
    await pass(2500);
    await connection.echo('two');
    await pass(4000);
    await speakInVain(connection);
  });
});
