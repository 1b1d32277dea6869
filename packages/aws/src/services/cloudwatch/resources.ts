import { type PutMetricAlarmCommandInput, PutMetricAlarmInput$ } from '@aws-sdk/client-cloudwatch';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';

type Alarm = PropertiesOf<'AWS::CloudWatch::Alarm'>;

async function putAlarm(name: string, { Tags, ...properties }: Alarm, context: ResourceContext) {
  const { aws, region, accountId, tags } = context;
  await aws.cloudwatch.PutMetricAlarm(
    toShape<PutMetricAlarmCommandInput>(PutMetricAlarmInput$, { ...properties, AlarmName: name, Tags: tags }),
  );
  return { id: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` } };
}

const alarm = resource('AWS::CloudWatch::Alarm', {
  handles: [
    'ActionsEnabled',
    'AlarmActions',
    'AlarmDescription',
    'AlarmName',
    'ComparisonOperator',
    'DatapointsToAlarm',
    'Dimensions',
    'EvaluateLowSampleCountPercentile',
    'EvaluationPeriods',
    'ExtendedStatistic',
    'InsufficientDataActions',
    'MetricName',
    'Metrics',
    'Namespace',
    'OKActions',
    'Period',
    'Statistic',
    'Tags',
    'Threshold',
    'ThresholdMetricId',
    'TreatMissingData',
    'Unit',
  ],
  name: 'AlarmName',
  create: (properties, context) =>
    putAlarm(properties.AlarmName ?? context.physicalName({ max: 255 }), properties, context),
  update: (id, next, _previous, context) => putAlarm(id, next, context),
  delete: (id, _properties, { aws }) => aws.cloudwatch.DeleteAlarms({ AlarmNames: [id] }),
  async retag(id, change, { aws, region, accountId }) {
    const ResourceARN = `arn:aws:cloudwatch:${region}:${accountId}:alarm:${id}`;
    if (change.set.length > 0) await aws.cloudwatch.TagResource({ ResourceARN, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.cloudwatch.UntagResource({ ResourceARN, TagKeys: [...change.removed] });
  },
});

const dashboard = resource('AWS::CloudWatch::Dashboard', {
  handles: ['DashboardBody', 'DashboardName'],
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
export const cloudWatchTypes = [alarm, dashboard];
