import { type CreateLogGroupCommandInput, CreateLogGroupRequest$ } from '@aws-sdk/client-cloudwatch-logs';
import { resource } from '../cloudformation/resources/resource';
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

/** AWS::Logs. */
export const logsTypes = [logGroup];
