import type { EventBridgeState, Rule } from '../state';
import { planRule } from './rule-schedules';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

/** A rule of a bus whose clock is set by hand; what waits longest for it is called by hand, too. */
function newRule(scheduleExpression: string) {
  let now = START;
  let scale = 1;
  const waiting: { due: number; run: () => void }[] = [];
  const clock = {
    millis: () => now,
    now: () => new Date(now),
    get scale() {
      return scale;
    },
    after: (seconds: number, run: () => void) => {
      waiting.push({ due: now + Math.max(0, seconds) * 1000, run });
      return () => {};
    },
  };
  const rule = { scheduleExpression, state: 'ENABLED', targets: new Map(), arn: 'arn' } as unknown as Rule;
  planRule({ context: { clock } } as unknown as EventBridgeState, rule);
  return {
    rule,
    at: (time: number, speed = 1) => {
      now = time;
      scale = speed;
      const due = waiting.filter((one) => one.due <= now);
      for (const one of due) waiting.splice(waiting.indexOf(one), 1);
      for (const { run } of due) run();
      return ((rule.next?.getTime() ?? 0) - START) / MINUTE;
    },
  };
}

test('what a rule missed is made up for as long as the process was only busy', () => {
  const { at } = newRule('rate(1 minute)');
  expect(at(START + MINUTE)).toBe(2);
  expect(at(START + 2 * MINUTE + 30_000)).toBe(3);
  // A minute of real time at sixty times its speed.
  expect(at(START + 50 * MINUTE, 60)).toBe(4);
});

test('a clock that is too fast for a rule leaves no heap of events behind', () => {
  const { at } = newRule('rate(1 minute)');
  at(START + MINUTE);
  expect(at(START + 10_000 * MINUTE, 60)).toBe(10_000 - 60 + 1);
});
