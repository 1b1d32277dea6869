import { type Aws, connectAws, type Duration, startAws } from '.';
import { secondsOf, timeOf } from './time';

const DAY = 86_400;

test.each([
  ['10s', 10],
  ['500ms', 0.5],
  ['1.5h', 5400],
  ['2d', 2 * DAY],
  [0.1 + 0.2, 0.1 + 0.2],
  [1e-7, 1e-7],
] as const)('a span of %s is so many seconds', (span, seconds) => {
  expect(secondsOf(span)).toBe(seconds);
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e21, '36526d', '-5s', '10 s', '', 'abc', '1e3s'])(
  'a span of %s is none, or too long for any clock',
  (span) => {
    expect(() => secondsOf(span as Duration)).toThrow(RangeError);
  },
);

test.each([
  { seed: -1 },
  { seed: 2 ** 53 },
  { seed: 1.5 },
  { leap: true, timeScale: 60 },
  { timeScale: 0 },
  { leap: 'yes' as unknown as boolean },
])('%p is no way for time to go', (options) => {
  expect(() => timeOf(options)).toThrow(RangeError);
});

describe('a clock that leaps', () => {
  let aws: Aws;
  beforeEach(async () => {
    aws = await startAws({ leap: true });
  });
  afterEach(() => aws.stop());

  const passes = async (span: Duration, client: Aws) => {
    const before = aws.clock.now().getTime();
    await client.clock.sleep(span);
    return (aws.clock.now().getTime() - before) / 1000;
  };

  test('takes a client of another process over days, and over no time at all, as one of its own', async () => {
    const remote = await connectAws(aws.endpoint);
    for (const client of [aws, remote]) {
      const passed = await passes('3d', client);
      expect(passed).toBeGreaterThanOrEqual(3 * DAY);
      expect(passed).toBeLessThan(3 * DAY + 60);
      expect(await passes(1e-7, client)).toBeLessThan(60);
    }
    expect(remote.clock.now().getTime()).toBeLessThanOrEqual(aws.clock.now().getTime());
  });

  test('is asked for one sleep at a time', async () => {
    const answer = await fetch(`${aws.endpoint}/_local/clock/sleep?seconds=1&seconds=2`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: 'seconds: given 2 times, expected once' },
    ]);
  });

  test('says that it stands still once the embedded AWS has been stopped', async () => {
    await aws.clock.sleep(1);
    await aws.stop();
    await expect(aws.clock.sleep(1)).rejects.toThrow('the embedded AWS has been stopped');
  });
});

test('a clock with a seed stands still for who connects, too', async () => {
  await using aws = await startAws({ seed: 1 });
  const { clock } = await connectAws(aws.endpoint);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(clock.now()).toEqual(aws.clock.now());
  await clock.sleep('1d');
  expect(clock.now()).toEqual(aws.clock.now());
});

test('who connects is told where nobody answers', async () => {
  const aws = await startAws({});
  await aws.stop();
  await expect(connectAws(aws.endpoint)).rejects.toThrow(`no embedded AWS answers at ${aws.endpoint}`);
});
