import { z } from 'zod';
import { number, oneOf, tags, text } from '../cloudformation/resources/properties';
import { type ResourceType, resource } from '../cloudformation/resources/resource';

const logGroup = resource({
  properties: z.strictObject({
    KmsKeyId: text.optional(),
    LogGroupClass: oneOf<'STANDARD' | 'INFREQUENT_ACCESS'>().optional(),
    LogGroupName: text.optional(),
    RetentionInDays: number.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['Arn'],
  replaceOn: ['LogGroupName', 'LogGroupClass', 'KmsKeyId'],
  name: 'LogGroupName',
  async create(properties, context) {
    const { aws, region, accountId } = context;
    const id = properties.LogGroupName ?? context.physicalName({ max: 512 });
    await aws.logs.CreateLogGroup({
      logGroupName: id,
      logGroupClass: properties.LogGroupClass,
      kmsKeyId: properties.KmsKeyId,
      tags: Object.fromEntries(context.tags.map(({ Key, Value }) => [Key, Value])),
    });
    context.made(id);
    if (properties.RetentionInDays !== undefined)
      await aws.logs.PutRetentionPolicy({ logGroupName: id, retentionInDays: properties.RetentionInDays });
    return { id, attributes: { Arn: `arn:aws:logs:${region}:${accountId}:log-group:${id}:*` } };
  },
  async update(id, next, _previous, { aws }) {
    if (next.RetentionInDays === undefined) await aws.logs.DeleteRetentionPolicy({ logGroupName: id });
    else await aws.logs.PutRetentionPolicy({ logGroupName: id, retentionInDays: next.RetentionInDays });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.logs.DeleteLogGroup({ logGroupName: id }),
});

/** AWS::Logs. */
export const logsTypes: Readonly<Record<string, ResourceType>> = { 'AWS::Logs::LogGroup': logGroup };
