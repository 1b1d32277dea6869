import { isPast, judgesNow } from './signers-clock';

const real = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const clockAt = (aws: number, seed?: number) => ({ millis: () => aws, scale: 1, seed });

test.each([
  // With a seed there is no time but AWS's: what a person signed is over long before.
  { seed: 1, aws: real + 300 * 86_400_000, signedAt: real, shown: 'aws' },
  // Signed by AWS's clock, which has leapt.
  { seed: undefined, aws: real + 86_400_000, signedAt: real + 86_400_000 - 2 * MINUTE, shown: 'aws' },
  // Signed by a person's, and over on both.
  { seed: undefined, aws: real + 86_400_000, signedAt: real - 2 * MINUTE, shown: 'real' },
] as const)(
  'what is over is told with a time that is later than its end: %j',
  ({ seed, aws, signedAt, shown }) => {
    const moment = { real, aws };
    const clock = clockAt(aws, seed);
    const expiry = signedAt + MINUTE;
    expect(isPast(clock, expiry, signedAt, moment)).toBe(true);
    expect(judgesNow(clock, signedAt, moment)).toBe(moment[shown]);
    expect(judgesNow(clock, signedAt, moment)).toBeGreaterThan(expiry);
  },
);
