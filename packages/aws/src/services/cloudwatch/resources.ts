import {
  type ComparisonOperator,
  type Dimension,
  Dimension$,
  type MetricDataQuery,
  MetricDataQuery$,
  type StandardUnit,
  type Statistic,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { flag, json, number, oneOf, shape, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const alarmProperties = z.strictObject({
  ActionsEnabled: flag.optional(),
  AlarmActions: z.array(text).optional(),
  AlarmDescription: text.optional(),
  AlarmName: text.optional(),
  ComparisonOperator: oneOf<ComparisonOperator>(),
  DatapointsToAlarm: number.optional(),
  Dimensions: z.array(shape<Dimension>(Dimension$)).optional(),
  EvaluateLowSampleCountPercentile: text.optional(),
  EvaluationPeriods: number,
  ExtendedStatistic: text.optional(),
  InsufficientDataActions: z.array(text).optional(),
  MetricName: text.optional(),
  Metrics: z.array(shape<MetricDataQuery>(MetricDataQuery$)).optional(),
  Namespace: text.optional(),
  OKActions: z.array(text).optional(),
  Period: number.optional(),
  Statistic: oneOf<Statistic>().optional(),
  Tags: tags.optional(),
  Threshold: number.optional(),
  ThresholdMetricId: text.optional(),
  TreatMissingData: text.optional(),
  Unit: oneOf<StandardUnit>().optional(),
});

async function putAlarm(
  name: string,
  { Tags, ...properties }: z.output<typeof alarmProperties>,
  { aws, region, accountId, tags: all }: ResourceContext,
) {
  await aws.cloudwatch.PutMetricAlarm({ ...properties, AlarmName: name, Tags: [...all] });
  return { id: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` } };
}

const alarm = resource({
  properties: alarmProperties,
  attributes: ['Arn'],
  replaceOn: ['AlarmName'],
  name: 'AlarmName',
  create: (properties, context) =>
    putAlarm(properties.AlarmName ?? context.physicalName({ max: 255 }), properties, context),
  update: (id, next, _previous, context) => putAlarm(id, next, context),
  delete: (id, _properties, { aws }) => aws.cloudwatch.DeleteAlarms({ AlarmNames: [id] }),
});

const dashboard = resource({
  properties: z.strictObject({ DashboardBody: json, DashboardName: text.optional() }),
  replaceOn: ['DashboardName'],
  name: 'DashboardName',
  async create({ DashboardBody, DashboardName }, context) {
    const id = DashboardName ?? context.physicalName({ max: 255 });
    await context.aws.cloudwatch.PutDashboard({ DashboardName: id, DashboardBody });
    return { id };
  },
  async update(id, { DashboardBody }, _previous, { aws }) {
    await aws.cloudwatch.PutDashboard({ DashboardName: id, DashboardBody });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.cloudwatch.DeleteDashboards({ DashboardNames: [id] }),
});

/** AWS::CloudWatch. */
export const cloudWatchTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
};
