import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { INTERNET_ADDRESS, type Network } from '.';
import { listen, TestNetwork } from './testing';

const anywhere = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
let vpc: TestNetwork;
let groups: Record<string, SecurityGroup>;
let network: Network;
let server: Server;
let port: number;

function attach(id: string, privateIp: string, groupIds: string[], publicIp?: string): void {
  vpc.attach(id, privateIp, groupIds, { publicIp });
}

beforeAll(async () => {
  server = createServer((_request, response) => response.end('hello'));
  port = await listen(server);
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  vpc = new TestNetwork();
  ({ groups, network } = vpc);
  groups['sg-open'] = { GroupId: 'sg-open', IpPermissions: anywhere, IpPermissionsEgress: anywhere };
  groups['sg-client'] = { GroupId: 'sg-client', IpPermissions: [], IpPermissionsEgress: anywhere };
});

afterEach(() => vpc.dispose());

async function textFrom(url: string): Promise<string> {
  return (await network.fetch({ interfaceId: 'eni-client' }, url)).text();
}

test('an interface reaches another one of its VPC by its private address and its private name', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.open('eni-web', 80, port);
  expect(await textFrom('http://10.0.1.5/')).toBe('hello');
  expect(await textFrom('http://ip-10-0-1-5.ec2.internal/')).toBe('hello');
});

test('an inbound rule that names a group admits members of that group and nobody else', async () => {
  groups['sg-web'] = {
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: 'sg-client' }] },
    ],
    IpPermissionsEgress: anywhere,
  };
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-other', '10.0.0.6', ['sg-open']);
  attach('eni-web', '10.0.1.5', ['sg-web']);
  network.open('eni-web', 80, port);
  network.open('eni-web', 8080, port);
  expect(await textFrom('http://10.0.1.5/')).toBe('hello');
  await expect(network.connect({ interfaceId: 'eni-other' }, '10.0.1.5', 80)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    address: '10.0.1.5',
    port: 80,
  });
  await expect(network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 8080)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
});

test('outbound rules of the source are enforced too', async () => {
  groups['sg-narrow'] = {
    IpPermissionsEgress: [
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/16' }] },
    ],
  };
  attach('eni-client', '10.0.0.4', ['sg-narrow']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.open('eni-web', 80, port);
  network.open('eni-web', 443, port);
  await expect(network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
  (await network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 443)).destroy();
});

test('a port on which nothing listens refuses, where the groups let the packet through', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  const error = await network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80).catch((e) => e);
  expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' });
  expect(error.message).toBe('connect ECONNREFUSED 10.0.1.5:80');
});

test('a machine that is switched off gives no answer instead of refusing', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.setUp('eni-web', false);
  await expect(network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
});

test('the internet reaches a public address only through an internet gateway and an inbound rule for it', async () => {
  attach('eni-web', '10.0.1.5', ['sg-open'], '54.1.2.3');
  vpc.attach('eni-private', '10.0.2.5', ['sg-open'], { publicIp: '54.1.2.4', subnetId: 'subnet-private' });
  for (const id of ['eni-web', 'eni-private']) network.open(id, 80, port);
  expect(await (await network.fetch('internet', 'http://54.1.2.3/')).text()).toBe('hello');
  const byName = await network.fetch('internet', 'http://ec2-54-1-2-3.compute-1.amazonaws.com/');
  expect(await byName.text()).toBe('hello');
  await expect(network.connect('internet', '54.1.2.4', 80)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  network.setGroups('eni-web', ['sg-client']);
  await expect(network.connect('internet', '54.1.2.3', 80)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  groups['sg-client'] = {
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: `${INTERNET_ADDRESS}/32` }] },
    ],
  };
  (await network.connect('internet', '54.1.2.3', 80)).destroy();
});

test('private addresses cannot be reached from the internet', async () => {
  attach('eni-web', '10.0.1.5', ['sg-open'], '54.1.2.3');
  network.open('eni-web', 80, port);
  await expect(network.connect('internet', '10.0.1.5', 80)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('an interface with no public address has no way to a public one', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open'], '54.1.2.3');
  network.open('eni-web', 80, port);
  await expect(network.connect({ interfaceId: 'eni-client' }, '54.1.2.3', 80)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
  network.setPublicIp('eni-client', '54.1.2.9');
  (await network.connect({ interfaceId: 'eni-client' }, '54.1.2.3', 80)).destroy();
});

test('there is no other internet: unknown names and addresses fail at once', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client'], '54.1.2.9');
  const client = { interfaceId: 'eni-client' };
  await expect(network.connect(client, 'example.com', 80)).rejects.toMatchObject({
    code: 'ENOTFOUND',
    hostname: 'example.com',
  });
  await expect(network.connect(client, '8.8.8.8', 53)).rejects.toMatchObject({ code: 'ENETUNREACH' });
});

test('inside the VPC the public name of an instance gives its private address', () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open'], '54.1.2.3');
  const name = 'ec2-54-1-2-3.compute-1.amazonaws.com';
  expect(network.resolve({ interfaceId: 'eni-client' }, name)).toBe('10.0.1.5');
  expect(network.resolve('internet', name)).toBe('54.1.2.3');
});

test('a registered name stands for the addresses of its interfaces in turn, until it is removed', () => {
  attach('eni-a', '10.0.0.10', ['sg-open'], '54.0.0.1');
  attach('eni-b', '10.0.1.10', ['sg-open'], '54.0.0.2');
  const remove = network.name('web-1.us-east-1.elb.amazonaws.com', () => ['eni-a', 'eni-b']);
  const seen = [1, 2, 3, 4].map(() => network.resolve('internet', 'WEB-1.us-east-1.elb.amazonaws.com'));
  expect(new Set(seen)).toEqual(new Set(['54.0.0.1', '54.0.0.2']));
  remove();
  expect(network.resolve('internet', 'web-1.us-east-1.elb.amazonaws.com')).toBeUndefined();
});

test('who waits for a dropped packet may give up earlier, with the reason of the signal', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  const giveUp = new AbortController();
  const connecting = network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80, giveUp.signal);
  giveUp.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
});

test('removing an interface breaks its open connections', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.open('eni-web', 80, port);
  const socket: Socket = await network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  network.detach('eni-web');
  await closed;
});

test('connections that are open survive a change of the rules, new ones do not get through', async () => {
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.open('eni-web', 80, port);
  const socket = await network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80);
  network.setGroups('eni-web', ['sg-client']);
  await expect(network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
  const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.write('GET / HTTP/1.0\r\n\r\n');
  expect(await answered).toContain('200 OK');
  socket.destroy();
});

test('a server learns where a connection came from, and that one past the network came from nowhere', async () => {
  const arrivals: unknown[] = [];
  const { createServer: createTcpServer, connect } = await import('node:net');
  const listener = createTcpServer(async (socket) => {
    arrivals.push(await network.arrivalOf(socket));
    socket.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const loopbackPort = (listener.address() as AddressInfo).port;
  attach('eni-client', '10.0.0.4', ['sg-client']);
  attach('eni-web', '10.0.1.5', ['sg-open']);
  network.open('eni-web', 80, loopbackPort);
  const inside = await network.connect({ interfaceId: 'eni-client' }, '10.0.1.5', 80);
  await new Promise((resolve) => inside.resume().once('close', resolve));
  const outside = connect(loopbackPort, '127.0.0.1');
  await new Promise((resolve) => outside.resume().once('close', resolve));
  expect(arrivals).toEqual([{ address: '10.0.0.4', interfaceId: 'eni-web' }, undefined]);
  await new Promise((resolve) => listener.close(resolve));
});
