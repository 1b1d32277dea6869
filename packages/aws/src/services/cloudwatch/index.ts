import type { StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../core/context';
import type { OperationsOf } from '../../core/service';
import type { TypedOperations } from '../../core/typed-operations';
import type { SnsTopics } from '../target-services';
import { Alarms } from './alarms/watch-alarms';
import { readEmbeddedMetrics } from './metrics/embedded-metrics';
import { MetricStore } from './metrics/metric-store';
import { alarmOperations } from './operations/alarms';
import { dashboardOperations } from './operations/dashboards';
import { metricOperations } from './operations/metrics';
import { TagStore, tagOperations } from './operations/tags';

type Client = typeof import('@aws-sdk/client-cloudwatch');

/** CloudWatch of one region: metrics, alarms and dashboards. */
export class CloudWatch {
  readonly operations;
  private readonly metrics: MetricStore;
  private readonly alarms: Alarms;

  /** @param deps `sns`: where alarms are published; read when it is needed, so it may be a getter */
  constructor(context: Context, deps: { readonly sns?: SnsTopics }) {
    this.metrics = new MetricStore(context);
    this.alarms = new Alarms(context, this.metrics, deps);
    const tags = new TagStore();
    const operations = {
      ...metricOperations(this.metrics),
      ...alarmOperations(context, this.alarms, tags),
      ...dashboardOperations(context),
      ...tagOperations(tags),
    } satisfies OperationsOf<Client>;
    this.operations = operations as TypedOperations<Client, typeof operations>;
  }

  /** Adds one value to a metric now, as AWS services do for their own (`AWS/Lambda`, `AWS/States`). */
  record(
    namespace: string,
    name: string,
    value: number,
    dimensions: Readonly<Record<string, string>> = {},
    unit: StandardUnit = 'Count',
  ): void {
    this.metrics.add(namespace, {
      MetricName: name,
      Value: value,
      Unit: unit,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    });
  }

  /** Takes the metrics out of a log line in the embedded metric format; any other line says nothing. */
  fromLogLine(line: string): void {
    for (const { namespace, datum } of readEmbeddedMetrics(line)) this.metrics.add(namespace, datum);
  }

  dispose(): void {
    this.alarms.dispose();
  }
}
