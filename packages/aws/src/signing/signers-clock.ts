import type { Moment, SigningClock } from './moment';

/** How far a person's clock may be ahead of this machine's. */
const SKEW_MILLIS = 300_000;

/**
 * Whether what was signed to hold until a time is over. Who signs for later may go by the embedded AWS's clock (a function) or by the real
 * one (a person): past for both. What was signed at a time that the real clock has not seen yet was signed by AWS's; with a seed there is no
 * other. Times are milliseconds since the epoch.
 */
export function isPast(
  clock: SigningClock,
  time: number,
  signedAt = Number.NaN,
  { real, aws }: Moment = momentOf(clock),
): boolean {
  return time < aws && (isByAws(clock, signedAt, real) || time < real);
}

/** The time that decided that something is past, for who is told so. As `isPast`. */
export function judgesNow(clock: SigningClock, signedAt = Number.NaN, moment = momentOf(clock)): number {
  return isByAws(clock, signedAt, moment.real) ? moment.aws : signersNow(signedAt, moment);
}

function isByAws({ seed }: SigningClock, signedAt: number, real: number): boolean {
  return seed !== undefined || signedAt > real + SKEW_MILLIS;
}

/** The clock by which something was signed: the one that shows the nearer time. */
export function signersNow(signedAt: number, { real, aws }: Moment): number {
  return Math.abs(signedAt - real) <= Math.abs(signedAt - aws) ? real : aws;
}

/** Whether a clock was off by more than so many minutes when it signed. */
export function isSkewed(clock: SigningClock, signedAt: number, moment: Moment, minutes: number): boolean {
  const now = signersNow(signedAt, moment);
  // What takes a request a while on real time takes it much longer on a clock that runs faster.
  const allowed = minutes * 60_000 * (now === moment.real ? 1 : Math.max(1, clock.scale));
  return Math.abs(signedAt - now) > allowed;
}

export function momentOf(clock: SigningClock): Moment {
  return { real: Date.now(), aws: clock.millis() };
}
