import { setTimeout as pause } from 'node:timers/promises';

/** The time by which AWS goes: the real one, or that of an embedded AWS, whose `AwsClock` fits. */
export interface Clock {
  /** AWS seconds that pass in one real second. */
  readonly scale: number;
  /** Whether time leaps over what is waited for. */
  readonly leaps: boolean;
  now(): Date;
  /** @param seconds AWS seconds */
  sleep(seconds: number): Promise<void>;
}

/** The real time, by which AWS goes. */
export const realClock: Clock = {
  scale: 1,
  leaps: false,
  now: () => new Date(),
  sleep: (seconds) => pause(seconds * 1000),
};
