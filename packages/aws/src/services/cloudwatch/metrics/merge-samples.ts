import { type Sample, total, type Values, valuesOf } from './statistics';

/** Different values that are kept of a point; of more each is kept to two digits. */
const MOST_VALUES = 100;

/**
 * Puts samples of the same period and unit together: what a sum, an average or an extreme of a period comes to stays the same.
 *
 * @param samples in the order of their times
 * @param period milliseconds
 */
export function mergeByTime(samples: readonly Sample[], period: number): Sample[] {
  const merged: Sample[] = [];
  /** Of the period that is under way, by unit. */
  let together = new Map<string, Sample[]>();
  let begun: number | undefined;
  const finish = () => {
    for (const group of together.values()) merged.push(merge(begun ?? 0, group));
    together = new Map();
  };
  for (const sample of samples) {
    const start = Math.floor(sample.time / period) * period;
    if (start !== begun) finish();
    begun = start;
    together.set(sample.unit, [...(together.get(sample.unit) ?? []), sample]);
  }
  finish();
  return merged;
}

function merge(time: number, samples: readonly Sample[]): Sample {
  const [first] = samples as [Sample];
  const values = samples.map(valuesOf);
  const isCounted = values.every((one) => one !== undefined);
  return {
    time,
    unit: first.unit,
    count: total(samples.map(({ count }) => count)),
    sum: total(samples.map(({ sum }) => sum)),
    minimum: samples.reduce((least, { minimum }) => Math.min(least, minimum), first.minimum),
    maximum: samples.reduce((most, { maximum }) => Math.max(most, maximum), first.maximum),
    ...(isCounted && { values: countValues(values.flat()).flat() }),
  };
}

function countValues(values: Values): Values {
  const counted = countBy(values, (value) => value);
  return counted.length <= MOST_VALUES ? counted : countBy(counted, (value) => Number(value.toPrecision(2)));
}

function countBy(values: Values, keyOf: (value: number) => number): Values {
  const counts = new Map<number, number>();
  for (const [value, count] of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + count);
  return [...counts];
}
