import type { Drawn } from '../kinds/kind';
import { shrink } from './shrink';

const fault = (kind: string, more: Partial<Drawn> = {}): Drawn => ({
  ...{ kind, state: 'Plan', position: 4, times: 3, delay: 100, choice: 5 },
  ...more,
});

test('what does not matter is left out, and the rest is as small as it may be', async () => {
  const tried: number[] = [];
  const smallest = await shrink({ faults: [fault('a'), fault('b'), fault('c')] }, async ({ faults }) => {
    tried.push(faults.length);
    const found = faults.find(({ kind }) => kind === 'b');
    return found !== undefined && found.position >= 2 && found.delay >= 25;
  });
  expect(smallest).toEqual({ faults: [fault('b', { position: 2, times: 1, delay: 25 })] });
  expect(tried.length).toBeLessThanOrEqual(24);
});

test('what breaks nothing smaller stays as it is, and so does what would take too many runs', async () => {
  const whole = { faults: [fault('a'), fault('b')] };
  expect(await shrink(whole, async () => false)).toEqual(whole);
  let runs = 0;
  const ever = async () => {
    runs += 1;
    return true;
  };
  await shrink(whole, ever, 2);
  expect(runs).toBe(2);
});
