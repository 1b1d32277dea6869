import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/**
 * The metrics in a log line of the embedded metric format; none for any other line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function readEmbeddedMetrics(line: string): { namespace: string; datum: MetricDatum }[] {
  if (!line.includes('"_aws"')) return [];
  const root = parseObject(line.slice(Math.max(0, line.indexOf('{'))));
  const aws = asObject(root?._aws);
  const time = typeof aws?.Timestamp === 'number' ? new Date(aws.Timestamp) : undefined;
  if (!root || !aws || !Array.isArray(aws.CloudWatchMetrics)) return [];
  return aws.CloudWatchMetrics.flatMap((directive: unknown) =>
    readDirective(root, asObject(directive) ?? {}, time),
  );
}

function readDirective(root: Record<string, unknown>, directive: Directive, time: Date | undefined) {
  const { Namespace: namespace } = directive;
  if (typeof namespace !== 'string' || !Array.isArray(directive.Metrics)) return [];
  const sets =
    Array.isArray(directive.Dimensions) && directive.Dimensions.length > 0 ? directive.Dimensions : [[]];
  const definitions = directive.Metrics.map(asObject);
  return sets.flatMap((set: unknown) => {
    const names = Array.isArray(set) ? set.map(String) : [];
    if (names.some((name) => root[name] === undefined)) return [];
    const Dimensions = names.map((Name) => ({ Name, Value: String(root[Name]) }));
    return definitions.flatMap((definition) => {
      const MetricName = String(definition?.Name ?? '');
      const found = root[MetricName];
      const values = (Array.isArray(found) ? found : [found]).filter((value) => Number.isFinite(value));
      if (values.length === 0) return [];
      const Unit = (definition?.Unit ?? 'None') as StandardUnit;
      return [
        { namespace, datum: { MetricName, Dimensions, Timestamp: time, Unit, Values: values as number[] } },
      ];
    });
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
