import { SeededRandom } from '../ids/random';
import { Timers } from './timers';

/** The numbers in the order in which they come out. */
function drain(timers: Timers): number[] {
  const seen: number[] = [];
  for (let timer = timers.take(); timer; timer = timers.take()) seen.push(timer.due);
  return seen;
}

test('timers that were taken back long before their time are not kept until then', () => {
  const timers = new Timers();
  for (let i = 0; i < 10_000; i += 1) timers.cancel(timers.add(1_000_000 + i, 0, () => {}));
  expect(timers.size).toBeLessThan(1000);
});

test('a timer that was taken back lets go of what it would have done', () => {
  const timers = new Timers();
  timers.add(1, 0, () => {});
  const run = () => {};
  const timer = timers.add(2, 0, run);
  timers.cancel(timer);
  expect(timer.run).not.toBe(run);
});

test('the others come in their order, whichever are taken back and when', () => {
  const random = new SeededRandom('timers');
  const timers = new Timers();
  const left: number[] = [];
  const made = Array.from({ length: 5000 }, () => {
    const due = Math.floor(random.fraction() * 1000);
    return timers.add(due, 0, () => {});
  });
  for (const timer of made) {
    if (random.fraction() < 0.8) timers.cancel(timer);
    else left.push(timer.due);
  }
  expect(timers.size).toBeLessThan(2 * left.length + 300);
  expect(drain(timers)).toEqual(left.sort((a, b) => a - b));
});

test('to take one back that had its turn changes nothing', () => {
  const timers = new Timers();
  const first = timers.add(1, 0, () => {});
  expect(timers.take()).toBe(first);
  timers.add(2, 0, () => {});
  timers.cancel(first);
  expect(timers.next?.due).toBe(2);
});
