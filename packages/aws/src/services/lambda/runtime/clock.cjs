// @ts-check
// Puts `Date` of this thread, and what writes the time by itself, on the clock of the embedded AWS. Timers and `performance` stay real.

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
  const RealFormat = Intl.DateTimeFormat;
  Intl.DateTimeFormat = formatOnClock(RealFormat, now);
  RealFormat.prototype.constructor = Intl.DateTimeFormat;
  return now;
}

/**
 * `Intl.DateTimeFormat` whose formats write AWS's time where they are given none.
 *
 * @param {typeof Intl.DateTimeFormat} RealFormat
 * @param {() => number} now milliseconds since the epoch
 * @returns {typeof Intl.DateTimeFormat}
 */
function formatOnClock(RealFormat, now) {
  /** @param {Intl.DateTimeFormat} made */
  const onClock = (made) => {
    const { format } = made;
    const formatToParts = made.formatToParts.bind(made);
    const own = {
      format: (/** @type {Date | number | undefined} */ date = now()) => format(date),
      formatToParts: (/** @type {Date | number | undefined} */ date = now()) => formatToParts(date),
    };
    for (const [name, value] of Object.entries(own))
      Object.defineProperty(made, name, { value, writable: true, configurable: true });
    return made;
  };
  return new Proxy(RealFormat, {
    construct: (target, args, newTarget) => onClock(Reflect.construct(target, args, newTarget)),
    apply: (target, _self, args) => onClock(Reflect.construct(target, args)),
  });
}

module.exports = { formatOnClock, installClock };
