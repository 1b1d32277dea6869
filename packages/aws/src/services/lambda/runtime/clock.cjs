// @ts-check
// Puts `Date` of this thread on the clock of the embedded AWS. Timers and `performance` stay real.

/**
 * @param {import('../sandboxes/protocol').ClockAnchor} anchor
 * @returns {() => number} AWS's time now, milliseconds since the epoch
 */
function installClock({ monotonicMillis, awsMillis, scale }) {
  const RealDate = Date;
  const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
  const now = () => Math.round(awsMillis + (monotonic() - monotonicMillis) * scale);
  const AwsDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  RealDate.prototype.constructor = AwsDate;
  globalThis.Date = AwsDate;
  return now;
}

module.exports = { installClock };
