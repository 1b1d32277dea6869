import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchState } from '../services/cloudwatch/state';
import { valuesOf } from '../services/cloudwatch-logs/filters';
import type { LogsState } from '../services/cloudwatch-logs/state';
import type { CountedMinute, Counts } from '../services/elastic-load-balancing-v2/data-plane/traffic-counts';
import type { TargetGroup } from '../services/elastic-load-balancing-v2/records/target-group';
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
 * Lets the services report to CloudWatch what they report on AWS: Lambda its runs, Step Functions its executions, load
 * balancers what they counted in a minute, and functions their own metrics through embedded metric format lines in their logs; metric filters make metrics of lines.
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
  reportTraffic(cloudwatch, sources.balancing);
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

/** What a Network Load Balancer reports of each minute in which it carried anything, be it nothing of the kind. */
const FLOW_METRICS = [
  'NewFlowCount',
  'ProcessedBytes',
  'TCP_Client_Reset_Count',
  'TCP_ELB_Reset_Count',
  'TCP_Target_Reset_Count',
];
/** What it reports of TCP alone, too. */
const OF_TCP: ReadonlySet<string> = new Set(['NewFlowCount', 'ProcessedBytes']);

/** Puts a datum of a metric of a load balancer. */
type Put = (metric: string, dimensions: Record<string, string>, datum: Partial<MetricDatum>) => void;

/**
 * What load balancers count in a minute in which they got requests or carried connections.
 * Application and Network Load Balancer User Guides, CloudWatch metrics for your load balancer.
 */
function reportTraffic(cloudwatch: CloudWatchState, { traffic, targetGroups }: LoadBalancingState): void {
  traffic.onMinute((minute) => {
    const { balancer, since } = minute;
    const namespace = balancer.kind === 'network' ? 'AWS/NetworkELB' : 'AWS/ApplicationELB';
    const put: Put = (MetricName, dimensions, datum) =>
      cloudwatch.metrics.add(namespace, {
        ...{ MetricName, Unit: 'Count', Timestamp: new Date(since), ...datum },
        Dimensions: Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: value })),
      });
    const LoadBalancer = balancer.arn.split(':loadbalancer/').at(-1) ?? '';
    if (balancer.kind === 'network') reportFlows(put, LoadBalancer, minute);
    else for (const [metric, Value] of minute.own) put(metric, { LoadBalancer }, { Value });
    for (const group of targetGroups.values())
      if (group.balancerArn === balancer.arn)
        reportGroup(put, LoadBalancer, group, minute.byGroup.get(group) ?? new Map());
  });
}

function reportFlows(put: Put, LoadBalancer: string, { own, flows }: CountedMinute): void {
  for (const metric of FLOW_METRICS) {
    const Unit = metric === 'ProcessedBytes' ? ('Bytes' as const) : ('Count' as const);
    for (const name of OF_TCP.has(metric) ? [metric, `${metric}_TCP`] : [metric])
      put(name, { LoadBalancer }, { Unit, Value: own.get(metric) ?? 0 });
  }
  const { average: Sum, minimum: Minimum, maximum: Maximum } = flows;
  for (const name of ['ActiveFlowCount', 'ActiveFlowCount_TCP'])
    put(name, { LoadBalancer }, { StatisticValues: { SampleCount: 1, Sum, Minimum, Maximum } });
}

function reportGroup(put: Put, LoadBalancer: string, group: TargetGroup, counts: Counts): void {
  const TargetGroup = group.arn.split(':').at(-1) ?? '';
  const states = [...group.targets.values()].map(({ health }) => health.current.State);
  const healthy = states.filter((state) => state === 'healthy').length;
  const both = { LoadBalancer, TargetGroup };
  put('HealthyHostCount', both, { Value: healthy });
  // One that still drains is unhealthy, too.
  put('UnHealthyHostCount', both, { Value: states.filter((state) => state === 'unhealthy').length });
  for (const [metric, Value] of counts) {
    put(metric, { LoadBalancer }, { Value });
    put(metric, both, { Value });
    if (metric !== 'RequestCount') continue;
    for (const dimensions of [{ TargetGroup }, both])
      put('RequestCountPerTarget', dimensions, { Value: Value / Math.max(1, healthy) });
  }
}
