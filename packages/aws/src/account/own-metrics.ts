import type { StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchState } from '../services/cloudwatch/state';
import { valuesOf } from '../services/cloudwatch-logs/filters';
import type { LogsState } from '../services/cloudwatch-logs/state';
import type { LoadBalancingState } from '../services/elastic-load-balancing-v2/state';
import type { LambdaState } from '../services/lambda/state';
import type { SfnState } from '../services/sfn/state';

/** How an execution ended, and the metric that AWS counts it under. */
const EXECUTION_METRICS: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  ABORTED: 'ExecutionsAborted',
  TIMED_OUT: 'ExecutionsTimedOut',
  RUNNING: 'ExecutionsStarted',
};

/**
 * Lets the services report to CloudWatch what they report on AWS: Lambda its runs, Step Functions its executions, Application Load
 * Balancers what they counted in a minute, and functions their own metrics through embedded metric format lines in their logs; metric filters make metrics of lines.
 */
export function reportOwnMetrics(
  cloudwatch: CloudWatchState,
  sources: {
    readonly lambda: LambdaState;
    readonly logs: LogsState;
    readonly states: SfnState;
    readonly balancing: LoadBalancingState;
  },
): void {
  sources.lambda.onRun(({ functionName: FunctionName, failed, millis }) => {
    cloudwatch.record('AWS/Lambda', 'Invocations', 1, { FunctionName });
    cloudwatch.record('AWS/Lambda', 'Errors', failed ? 1 : 0, { FunctionName });
    cloudwatch.record('AWS/Lambda', 'Duration', millis, { FunctionName }, 'Milliseconds');
  });
  sources.states.onExecution(({ status, stateMachine }) => {
    const metric = EXECUTION_METRICS[status];
    if (metric) cloudwatch.record('AWS/States', metric, 1, { StateMachineArn: stateMachine.arn });
  });
  reportRequests(cloudwatch, sources.balancing);
  sources.logs.onLines(({ metricFilters }, _stream, events) => {
    for (const { message } of events) cloudwatch.fromLogLine(message);
    for (const filter of metricFilters.values())
      for (const { namespace, name, value, dimensions, unit, time } of valuesOf(filter, events))
        cloudwatch.metrics.add(namespace, {
          MetricName: name,
          Value: value,
          Unit: (unit ?? 'None') as StandardUnit,
          Timestamp: new Date(time),
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        });
  });
}

/**
 * What Application Load Balancers count in a minute in which they got requests.
 * Application Load Balancer User Guide, CloudWatch metrics for your Application Load Balancer.
 */
function reportRequests(cloudwatch: CloudWatchState, { requests, targetGroups }: LoadBalancingState): void {
  requests.onMinute(({ balancer, own, byGroup, since }) => {
    const put = (MetricName: string, Value: number, dimensions: Record<string, string>) =>
      cloudwatch.metrics.add('AWS/ApplicationELB', {
        ...{ MetricName, Value, Unit: 'Count', Timestamp: new Date(since) },
        Dimensions: Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: value })),
      });
    const LoadBalancer = balancer.arn.split(':loadbalancer/').at(-1) ?? '';
    for (const [metric, count] of own) put(metric, count, { LoadBalancer });
    for (const group of targetGroups.values()) {
      if (group.balancerArn !== balancer.arn) continue;
      const TargetGroup = group.arn.split(':').at(-1) ?? '';
      const states = [...group.targets.values()].map(({ health }) => health.current.State);
      const healthy = states.filter((state) => state === 'healthy').length;
      const both = { LoadBalancer, TargetGroup };
      put('HealthyHostCount', healthy, both);
      put('UnHealthyHostCount', states.filter((state) => state === 'unhealthy').length, both);
      for (const [metric, count] of byGroup.get(group) ?? []) {
        put(metric, count, { LoadBalancer });
        put(metric, count, both);
        if (metric !== 'RequestCount') continue;
        for (const dimensions of [{ TargetGroup }, both])
          put('RequestCountPerTarget', count / Math.max(1, healthy), dimensions);
      }
    }
  });
}
