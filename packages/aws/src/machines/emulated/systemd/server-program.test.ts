import { createServer, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { ServerProgram } from '../../../core/ports';
import {
  consoleOf,
  type LaunchedMachine,
  machineLauncher,
  script,
  urlOf,
} from '../../testing/launch-machine';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine?.terminate());

/** Says what it was started with; takes any connection over that asks for another protocol. */
const shop: ServerProgram = {
  port: 8080,
  serve: ({ args, readFile }) =>
    createServer((_request, response) =>
      response.end(`${args.join(' ')}: ${Buffer.from(readFile('/srv/version') ?? [])}`),
    ).on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    }),
};

const UNIT = `cat > /etc/systemd/system/shop.service <<'UNIT'
[Service]
ExecStart=/usr/local/bin/shop --open all day
[Install]
WantedBy=multi-user.target
UNIT
echo 7 > /srv/version
`;
const PROGRAM = 'touch /usr/local/bin/shop; chmod 755 /usr/local/bin/shop\n';

async function boot(text: string): Promise<string> {
  machine = makeMachine({
    userData: script(`${text}systemctl enable --now shop; systemctl is-active shop`),
    programs: { '/usr/local/bin/shop': shop },
  });
  await machine.boot();
  return consoleOf(machine);
}

test('a unit starts a server that the machine was given, on its port, with its arguments and the disk', async () => {
  expect(await boot(UNIT + PROGRAM)).toContain('\nactive');
  expect(await (await fetch(urlOf(machine, '/', 8080))).text()).toBe('--open all day: 7\n');
});

test('a server that the machine was given starts only where its file is on the disk', async () => {
  expect(await boot(UNIT)).not.toContain('\nactive');
  expect(machine.listening.has(8080)).toBe(false);
});

test('a connection that was upgraded ends with its machine', async () => {
  await boot(UNIT + PROGRAM);
  const socket = connect(machine.listening.get(8080) ?? 0, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await machine.terminate();
  await closed;
  expect(machine.listening.size).toBe(0);
});

describe('what a program does about a request is work', () => {
  let works: number;
  /** Whether it was at work, by what it did then. */
  let seen: Record<string, boolean>;
  const see = (what: string) => {
    seen[what] = works > 0;
  };

  /** Another server of this process, which the program asks. */
  const neighbour = createServer((_request, response) => {
    see('asking');
    response.end();
  });
  beforeAll(() => new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve)));
  afterAll(() => neighbour.close());

  const slow: ServerProgram = {
    port: 8080,
    serve: ({ sleep }) =>
      createServer(async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        see('timer');
        await sleep(60);
        see('after its sleep');
        const { port } = neighbour.address() as AddressInfo;
        if (request.url === '/fetch') await (await fetch(`http://127.0.0.1:${port}/`)).text();
        else
          await new Promise((resolve) => get({ port }, (answer) => answer.resume().once('close', resolve)));
        await new Promise((resolve) => setTimeout(resolve, 1));
        see('after its question');
        for await (const _ of request);
        response.end('done');
      }),
  };

  beforeEach(async () => {
    works = 0;
    seen = {};
    machine = makeMachine({
      userData: script(`${UNIT}${PROGRAM}systemctl enable --now shop`),
      programs: { '/usr/local/bin/shop': slow },
      sleep: async () => see('sleep'),
      work: () => {
        works += 1;
        return () => {
          works -= 1;
        };
      },
    });
    await machine.boot();
  });

  test.each(['/get', '/fetch'])('but not while it sleeps or asks this process: %s', async (path) => {
    expect(await (await fetch(urlOf(machine, path, 8080))).text()).toBe('done');
    expect(seen).toEqual({
      timer: true,
      sleep: false,
      'after its sleep': true,
      asking: false,
      'after its question': true,
    });
    expect(works).toBe(0);
  });

  test('but not while the client has not sent all of it', async () => {
    const socket = connect(machine.listening.get(8080) ?? 0, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\na');
    while (!('after its question' in seen)) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toMatchObject({ timer: false, 'after its question': false });
    socket.end('b');
    for await (const _ of socket);
    expect(works).toBe(0);
  });
});
