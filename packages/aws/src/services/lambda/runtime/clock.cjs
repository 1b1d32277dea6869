// @ts-check
// Puts `Date` of this thread on the clock of the embedded AWS. Timers and `performance` stay real.

/**
 * @param {import('../../../core/clock').SharedTime} shared
 * @returns {() => number} AWS's time now, milliseconds since the epoch
 */
function installClock(shared) {
  const RealDate = Date;
  const version = new Int32Array(shared.version);
  const values = new Float64Array(shared.values);
  const now = () => {
    for (;;) {
      const before = Atomics.load(version, 0);
      const [shown = 0, since = 0, rate = 0] = values;
      // Odd, or another one afterwards: it was changed meanwhile.
      if (before % 2 === 0 && Atomics.load(version, 0) === before)
        return Math.round(shown + (Number(process.hrtime.bigint()) / 1e6 - since) * rate);
    }
  };
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
