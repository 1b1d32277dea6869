import { AskServersInput, askServers } from '../../../src/rollout/ask';
import { useVpc } from '../vpc';

const { serve, asked } = useVpc();

const describeAsking = (port: number, addresses: string[], more: object = {}) => ({
  build: { id: 'web-1', pipeline: 'web' },
  stage: 'AskServers',
  healthy: { port: 1, path: '/', status: 200, contains: 'Welcome', times: 3, within: 600 },
  autoScalingGroup: 'fleet',
  servers: addresses.map((privateIp, at) => ({ instanceId: `i-${at + 1}`, privateIp, port })),
  answers: 0,
  since: Date.now() - 60_000,
  within: 1800,
  ...more,
});
const ask = (...input: Parameters<typeof describeAsking>) =>
  askServers(AskServersInput.parse(describeAsking(...input)));

const welcome = () => serve((_request, response) => response.end('Welcome'));
/** A server runs the old script over the image: the target group finds it healthy all the same. */
const oldSite = () => serve((_request, response) => response.end('<h1>The old site</h1>'));

test('every server is asked, at its own port, and a round in which all are good lengthens the row', async () => {
  const port = await welcome();
  await expect(ask(port, ['10.0.1.5', '10.0.2.6'], { answers: 1 })).resolves.toEqual({ answers: 2 });
  expect(asked.toSorted()).toEqual(['10.0.1.5', '10.0.2.6']);
});

test('a server of no target group is asked at the port of the pipeline', async () => {
  const port = await welcome();
  const healthy = { port, path: '/', status: 200, times: 3, within: 600 };
  const servers = [{ instanceId: 'i-1', privateIp: '10.0.1.5' }];
  await expect(ask(port, [], { healthy, servers })).resolves.toEqual({ answers: 1 });
});

test('one server that serves the old site is one too many, though all answer with 200', async () => {
  const [good, old] = [await welcome(), await oldSite()];
  const servers = [
    { instanceId: 'i-1', privateIp: '10.0.1.5', port: good },
    { instanceId: 'i-2', privateIp: '10.0.1.6', port: old },
  ];
  await expect(ask(0, [], { servers })).rejects.toMatchObject({
    name: 'SiteNotReady',
    message: expect.stringMatching(/1 of 2 servers .* i-2: .* without the text "Welcome"/),
  });
});

test('a fleet that flaps begins its row anew', async () => {
  await expect(ask(await oldSite(), ['10.0.1.5'], { answers: 2 })).resolves.toEqual({ answers: 0 });
});

test.each([0, 2])(
  'past its time a fleet is not healthy, and the error says what was seen (%d good before)',
  async (answers) => {
    const port = await oldSite();
    const addresses = Array.from({ length: 7 }, (_, at) => `10.0.1.${at + 5}`);
    const late = ask(port, addresses, { answers, since: Date.now() - 1_800_000 });
    await expect(late).rejects.toMatchObject({
      name: 'FleetNotHealthy',
      message: expect.stringMatching(
        /^1800 s after its rollout the fleet of fleet does not serve the site\. At last 7 of 7 servers/,
      ),
    });
    await expect(late).rejects.not.toThrow('i-6');
  },
);

test('of a large fleet of which nobody answers well not all are asked, and the error says so', async () => {
  const port = await oldSite();
  const addresses = Array.from({ length: 300 }, (_, at) => `10.0.${Math.floor(at / 250)}.${at % 250}`);
  await expect(ask(port, addresses)).rejects.toThrow(/at least \d+ of 300 servers do not serve the site/);
  expect(asked.length).toBeLessThan(300);
});

test('a redirect to another host is not followed', async () => {
  const port = await serve((_request, response) => {
    response.writeHead(302, { location: 'http://10.9.9.9/' }).end();
  });
  await expect(ask(port, ['10.0.1.5'])).rejects.toThrow('answered 302, expected 200');
  expect(asked).toEqual(['10.0.1.5']);
});

test.each(['169.254.169.254', '127.0.0.1', '::1', '93.184.216.34', 'evil.example', '10.0.0.1@evil.example'])(
  'nobody can send it to %s',
  (privateIp) => {
    const input = describeAsking(80, ['10.0.1.5', privateIp]);
    expect(AskServersInput.safeParse(input).error?.issues.map(({ path }) => path)).toEqual([
      ['servers', 1, 'privateIp'],
    ]);
  },
);

test('an empty fleet is not asked, and so not good', () => {
  expect(AskServersInput.safeParse(describeAsking(80, [])).success).toBe(false);
});
