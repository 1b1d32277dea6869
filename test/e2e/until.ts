import { setTimeout as pause } from 'node:timers/promises';

const POLL_MILLISECONDS = 100;

/** AWS seconds between two looks; whoever has waited for long waits longer. */
const LOOK_SECONDS = 1;
const PATIENT_LOOKS = 60;
const LONGEST_LOOK_SECONDS = 20;
const GROWTH = 1.05;

let sleep: ((seconds: number) => Promise<void>) | undefined;

/** From now on whoever waits lets AWS's time pass; without a clock real time passes. */
export function waitOnClock(clock: { sleep(seconds: number): Promise<void> } | undefined): void {
  sleep = clock && ((seconds) => clock.sleep(seconds));
}

/**
 * Asks again and again until there is an answer.
 *
 * @param what what is waited for, for the message of the error
 * @param ask answers undefined, or rejects, as long as it is not so far
 * @param seconds real seconds after which it is given up
 * @throws with the last error that `ask` rejected with as its cause
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, seconds = 240): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let cause: unknown;
  for (let looks = 0; performance.now() < end; looks += 1) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await (sleep?.(lookAfter(looks)) ?? pause(POLL_MILLISECONDS));
  }
  throw new Error(`waited ${seconds} s until ${what}${cause ? `: ${cause}` : ''}`, { cause });
}

/** What comes of it, and AWS's time passes meanwhile: for a tool that waits in real time for what AWS does in its own. */
export async function whileTimePasses<T>(doing: Promise<T>): Promise<T> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  doing.then(end, end);
  while (!isDone) await (sleep?.(LOOK_SECONDS) ?? pause(POLL_MILLISECONDS));
  return doing;
}

function lookAfter(looks: number): number {
  return Math.min(LONGEST_LOOK_SECONDS, LOOK_SECONDS * GROWTH ** Math.max(0, looks - PATIENT_LOOKS));
}
