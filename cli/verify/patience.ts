import type { Clock } from '../clock';

const POLL_SECONDS = 10;

/**
 * Asks again and again until there is an answer.
 *
 * @param what what is waited for, for the message of the error
 * @param ask answers undefined as long as it is not so far
 * @param seconds AWS seconds after which it is given up
 */
export async function until<T>(
  clock: Pick<Clock, 'sleep'>,
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (waited >= seconds) throw new Error(`waited ${Math.round(seconds / 60)} minutes until ${what}`);
    await clock.sleep(POLL_SECONDS);
  }
}
