import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics();

/** Writes how long a stage of a build took, in milliseconds, as a metric in the embedded metric format. */
export function measureStage(pipeline: string, stage: string, milliseconds: number): void {
  const metric = metrics.singleMetric();
  metric.addDimensions({ pipeline, stage });
  metric.addMetric('StageDuration', MetricUnit.Milliseconds, milliseconds);
}

/** Counts how a build ended. */
export function countOutcome(pipeline: string, status: string): void {
  const metric = metrics.singleMetric();
  metric.addDimensions({ pipeline, status });
  metric.addMetric('BuildEnded', MetricUnit.Count, 1);
}
