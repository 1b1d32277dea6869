import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as real } from 'node:timers/promises';
import { Clock } from './clock';

const clocks: Clock[] = [];
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.end();
});

function newClock(time: ConstructorParameters<typeof Clock>[0]): Clock {
  const clock = new Clock(time);
  clocks.push(clock);
  return clock;
}

/** AWS seconds since the clock began. */
const passed = (clock: Clock) => (clock.millis() - clock.origin) / 1000;

/** Sleeps as a client does, which waits for the clock. */
const sleep = (clock: Clock, seconds: number) => clock.sleep(seconds).finally(clock.awaited());

describe('a clock that leaps', () => {
  test('jumps to the next timer when all is quiet and somebody waits', async () => {
    const clock = newClock({ leap: true });
    const seen: number[] = [];
    for (const seconds of [7200, 60, 3600]) clock.after(seconds, () => seen.push(seconds));
    await sleep(clock, 7200);
    await sleep(clock, 0);
    expect(seen).toEqual([60, 3600, 7200]);
    expect(passed(clock)).toBeGreaterThanOrEqual(7200);
    expect(passed(clock)).toBeLessThan(7260);
  });

  test('goes at real speed while nobody waits', async () => {
    const clock = newClock({ leap: true });
    let isOver = false;
    clock.after(3600, () => {
      isOver = true;
    });
    await real(50);
    expect(isOver).toBe(false);
    expect(passed(clock)).toBeLessThan(3600);
  });

  test('goes at real speed while anything is worked on, and on when it has ended', async () => {
    const clock = newClock({ leap: true });
    const end = clock.working();
    const waiting = sleep(clock, 3600);
    await real(50);
    expect(passed(clock)).toBeLessThan(3600);
    end();
    await waiting;
    expect(passed(clock)).toBeGreaterThanOrEqual(3600);
  });

  test('does not leap over what was set off meanwhile', async () => {
    const clock = newClock({ leap: true });
    const seen: number[] = [];
    clock.after(10, () => {
      seen.push(10);
      clock.after(5, () => seen.push(15));
    });
    clock.after(20, () => seen.push(20));
    await sleep(clock, 30);
    expect(seen).toEqual([10, 15, 20]);
  });

  test('does not wait for a timer that was taken back', async () => {
    const clock = newClock({ leap: true });
    let called = false;
    const cancel = clock.after(10, () => {
      called = true;
    });
    cancel();
    await sleep(clock, 20);
    expect(called).toBe(false);
  });

  test('two in one process do not hold each other up', async () => {
    const [one, other] = [newClock({ leap: true }), newClock({ leap: true })];
    await Promise.all([sleep(one, 3600), sleep(other, 7200)]);
    expect(passed(one)).toBeGreaterThanOrEqual(3600);
    expect(passed(other)).toBeGreaterThanOrEqual(7200);
  });

  test('fires a timer again and again', async () => {
    const clock = newClock({ leap: true });
    let count = 0;
    const cancel = clock.every(60, () => {
      count += 1;
    });
    await sleep(clock, 330);
    cancel();
    await sleep(clock, 330);
    expect(count).toBe(5);
  });
});

describe('a clock with a seed', () => {
  test('begins where the seed says, and stands still during work', async () => {
    const [one, same, other] = [1, 1, 2].map((seed) => newClock({ leap: true, seed })) as [
      Clock,
      Clock,
      Clock,
    ];
    expect(one.origin).toBe(same.origin);
    expect(one.origin).not.toBe(other.origin);
    const end = one.working();
    await real(20);
    end();
    expect(one.millis()).toBe(one.origin);
    await sleep(one, 10);
    expect(one.millis()).toBe(one.origin + 10_000);
  });

  const orderOf = async (seed: number) => {
    const clock = newClock({ leap: true, seed });
    const seen: number[] = [];
    for (let i = 0; i < 12; i += 1) clock.after(10, () => seen.push(i));
    await sleep(clock, 11);
    return seen.join();
  };

  test('what is due at the same time comes in an order drawn from the seed', async () => {
    expect(await orderOf(1)).toBe(await orderOf(1));
    expect(await orderOf(1)).not.toBe(await orderOf(2));
  });

  test('what came from outside takes its turn in an order that owes nothing to who was first', async () => {
    const turns = async (arrivals: readonly string[]) => {
      const clock = newClock({ leap: true, seed: 3 });
      const seen: string[] = [];
      await Promise.all(
        arrivals.map(async (what) => seen.push(await clock.turnOf(what, 0.5).then(() => what))),
      );
      return { seen: seen.join(), at: clock.millis() - clock.origin };
    };
    const there = await turns(['a', 'b', 'c', 'd', 'e']);
    expect(there.at).toBe(500);
    expect(await turns(['e', 'd', 'c', 'b', 'a'])).toEqual(there);
  });

  test('nothing moves while nobody waits, not even in real time', async () => {
    const clock = newClock({ leap: true, seed: 1 });
    let called = false;
    clock.after(0.001, () => {
      called = true;
    });
    await real(30);
    expect(called).toBe(false);
    expect(clock.millis()).toBe(clock.origin);
  });

  test('a work that lasts too long makes it run until it ends, and it says so', async () => {
    const clock = newClock({ leap: true, seed: 1, patience: 20 });
    const end = clock.working();
    let isOver = false;
    const waiting = sleep(clock, 0.01).then(() => {
      isOver = true;
    });
    while (!isOver) await real(1);
    expect(clock.strayedSeconds).toBeGreaterThan(0);
    end();
    await waiting;
    await sleep(clock, 1);
    const strayed = clock.strayedSeconds;
    await real(20);
    expect(clock.strayedSeconds).toBe(strayed);
  });
});

test('what waits for its turn when a clock with a seed is stopped goes on, to be refused', async () => {
  const clock = newClock({ leap: true, seed: 1 });
  const [first, second] = [clock.turnOf('first', 60), clock.turnOf('second', 3600)];
  await clock.turnOf('third', 0);
  clock.stop();
  await Promise.all([first, second]);
});

test('a byte that nobody has read yet keeps the clock from leaping', async () => {
  const server = createServer((socket) => socket.end(Buffer.alloc(50_000_000)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(reader, 'readable');
  const clock = newClock({ leap: true });
  const waiting = sleep(clock, 3600);
  await real(100);
  expect(passed(clock)).toBeLessThan(3600);
  reader.resume();
  await waiting;
  server.close();
});

test('a clock that is stopped for good calls nobody, and keeps nothing alive', async () => {
  const clock = newClock({ leap: true });
  let called = false;
  clock.after(1, () => {
    called = true;
  });
  clock.awaited();
  clock.end();
  await real(10);
  expect(called).toBe(false);
});
