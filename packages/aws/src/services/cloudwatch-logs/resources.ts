import {
  type CreateLogGroupCommandInput,
  CreateLogGroupRequest$,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch-logs';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { tagMap } from '../cloudformation/resources/values';

const logGroup = resource('AWS::Logs::LogGroup', {
  handles: ['KmsKeyId', 'LogGroupClass', 'LogGroupName', 'RetentionInDays', 'Tags'],
  name: 'LogGroupName',
  // "Updates are not supported" of a class: CloudFormation User Guide.
  fixed: ['LogGroupClass'],
  lacksUpdatesOf: ['KmsKeyId'],
  async create(properties, context) {
    const { aws, region, accountId } = context;
    const id = properties.LogGroupName ?? context.physicalName({ max: 512 });
    await aws.cloudwatchLogs.CreateLogGroup(
      toShape<CreateLogGroupCommandInput>(CreateLogGroupRequest$, {
        logGroupName: id,
        logGroupClass: properties.LogGroupClass,
        kmsKeyId: properties.KmsKeyId,
        tags: tagMap(context.tags),
      }),
    );
    context.made(id);
    if (properties.RetentionInDays !== undefined)
      await aws.cloudwatchLogs.PutRetentionPolicy({
        logGroupName: id,
        retentionInDays: properties.RetentionInDays,
      });
    return { id, attributes: { Arn: `arn:aws:logs:${region}:${accountId}:log-group:${id}:*` } };
  },
  async update(id, next, _previous, { aws }) {
    const { RetentionInDays } = next;
    if (RetentionInDays === undefined) await aws.cloudwatchLogs.DeleteRetentionPolicy({ logGroupName: id });
    else await aws.cloudwatchLogs.PutRetentionPolicy({ logGroupName: id, retentionInDays: RetentionInDays });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.cloudwatchLogs.DeleteLogGroup({ logGroupName: id }),
  async retag(id, change, { aws, region, accountId }) {
    const resourceArn = `arn:aws:logs:${region}:${accountId}:log-group:${id}`;
    if (change.set.length > 0)
      await aws.cloudwatchLogs.TagResource({ resourceArn, tags: tagMap(change.set) });
    if (change.removed.length > 0)
      await aws.cloudwatchLogs.UntagResource({ resourceArn, tagKeys: [...change.removed] });
  },
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html */
const metricFilter = resource('AWS::Logs::MetricFilter', {
  handles: ['FilterName', 'FilterPattern', 'LogGroupName', 'MetricTransformations'],
  name: 'FilterName',
  async create(properties, context) {
    const id = properties.FilterName ?? context.physicalName({ max: 512 });
    await putMetricFilter(id, properties, context);
    return { id };
  },
  async update(id, next, _previous, context) {
    await putMetricFilter(id, next, context);
    return undefined;
  },
  delete: (id, { LogGroupName }, { aws }) =>
    aws.cloudwatchLogs.DeleteMetricFilter({ logGroupName: LogGroupName, filterName: id }),
});

async function putMetricFilter(
  filterName: string,
  properties: PropertiesOf<'AWS::Logs::MetricFilter'>,
  { aws }: ResourceContext,
): Promise<void> {
  await aws.cloudwatchLogs.PutMetricFilter({
    filterName,
    logGroupName: properties.LogGroupName,
    filterPattern: properties.FilterPattern,
    metricTransformations: properties.MetricTransformations.map((one) => ({
      metricName: one.MetricName,
      metricNamespace: one.MetricNamespace,
      metricValue: one.MetricValue,
      defaultValue: one.DefaultValue,
      unit: one.Unit as StandardUnit | undefined,
      ...(one.Dimensions && {
        dimensions: Object.fromEntries(one.Dimensions.map(({ Key, Value }) => [Key, Value])),
      }),
    })),
  });
}

/** AWS::Logs. */
export const logsTypes = [logGroup, metricFilter];
