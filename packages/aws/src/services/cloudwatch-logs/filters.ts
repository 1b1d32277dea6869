import type { MetricTransformation } from '@aws-sdk/client-cloudwatch-logs';
import type { LineFilter } from './patterns/filter-pattern';

/** What makes metrics of the lines of a log group that match a pattern. */
export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly matches: LineFilter;
  readonly transformations: readonly MetricTransformation[];
  readonly createdAt: number;
}

/** A value of a metric that a filter made of a line. */
export interface FilteredValue {
  readonly namespace: string;
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/**
 * What a filter makes of lines that came together: a value for each that matches, and the default value where none does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
export function valuesOf(
  { matches, transformations }: MetricFilter,
  lines: readonly { readonly timestamp: number; readonly message: string }[],
): FilteredValue[] {
  const found = lines.filter(({ message }) => matches(message));
  return transformations.flatMap((transformation) => {
    const { metricName: name = '', metricNamespace: namespace = '', unit, defaultValue } = transformation;
    const make = (value: number, time: number, dimensions = {}) => ({
      ...{ namespace, name, value, time, dimensions },
      ...(unit !== undefined && { unit }),
    });
    const values = found.flatMap(({ message, timestamp }) => {
      const value = Number(readSelector(message, transformation.metricValue ?? ''));
      const dimensions = readDimensions(message, transformation.dimensions ?? {});
      return Number.isFinite(value) && dimensions ? [make(value, timestamp, dimensions)] : [];
    });
    const [first] = lines;
    if (values.length > 0 || defaultValue === undefined || !first) return values;
    return [make(defaultValue, first.timestamp)];
  });
}

/** The member of a JSON line that a selector names (`$.a.b[0]`); any other text is itself. Undefined for what is not there. */
export function readSelector(message: string, selector: string): unknown {
  if (!selector.startsWith('$')) return selector;
  let value = parseJson(message);
  for (const [, name, index] of selector.slice(1).matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? ''];
  }
  return value;
}

/** A line without one of the dimensions makes no value. */
function readDimensions(
  message: string,
  dimensions: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const read = Object.entries(dimensions).map(
    ([name, selector]) => [name, readSelector(message, selector)] as const,
  );
  if (read.some(([, value]) => value === undefined || value === null)) return undefined;
  return Object.fromEntries(read.map(([name, value]) => [name, String(value)]));
}

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
