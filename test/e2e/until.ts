import { setTimeout as pause } from 'node:timers/promises';

const POLL_MILLISECONDS = 100;

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
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(POLL_MILLISECONDS);
  }
  throw new Error(`waited ${seconds} s until ${what}${cause ? `: ${cause}` : ''}`, { cause });
}
