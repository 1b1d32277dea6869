import {
  type CreateTableCommandInput,
  CreateTableInput$,
  type UpdateTableCommandInput,
  UpdateTableInput$,
} from '@aws-sdk/client-dynamodb';
import { ServiceFailure } from '../cloudformation/resources/clients';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { isEqual } from '../cloudformation/resources/values';

type Table = PropertiesOf<'AWS::DynamoDB::Table'>;
type Index = NonNullable<Table['GlobalSecondaryIndexes']>[number];

/** What a table's creation cannot say, set when it is there. */
async function setExtras(name: string, next: Table, previous: Partial<Table>, { aws }: ResourceContext) {
  const ttl = next.TimeToLiveSpecification;
  if (!isEqual(ttl, previous.TimeToLiveSpecification)) {
    const AttributeName = ttl?.AttributeName ?? previous.TimeToLiveSpecification?.AttributeName;
    await aws.dynamodb.UpdateTimeToLive({
      TableName: name,
      TimeToLiveSpecification: { AttributeName, Enabled: ttl?.Enabled ?? false },
    });
  }
  const recovery = next.PointInTimeRecoverySpecification;
  if (!isEqual(recovery, previous.PointInTimeRecoverySpecification)) {
    await aws.dynamodb.UpdateContinuousBackups({
      TableName: name,
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: recovery?.PointInTimeRecoveryEnabled ?? false,
        RecoveryPeriodInDays: recovery?.RecoveryPeriodInDays,
      },
    });
  }
}

async function awaitTable(name: string, context: ResourceContext) {
  return context.until(async () => {
    const { Table } = await context.aws.dynamodb.DescribeTable({ TableName: name });
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    const isReady = [Table?.TableStatus, ...indexes.map(({ IndexStatus }) => IndexStatus)].every(
      (status) => status === undefined || status === 'ACTIVE',
    );
    return isReady ? Table : undefined;
  });
}

const table = resource('AWS::DynamoDB::Table', {
  handles: [
    'AttributeDefinitions',
    'BillingMode',
    'DeletionProtectionEnabled',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'PointInTimeRecoverySpecification',
    'ProvisionedThroughput',
    'SSESpecification',
    'StreamSpecification',
    'TableClass',
    'TableName',
    'Tags',
    'TimeToLiveSpecification',
  ],
  lacks: [
    'GlobalSecondaryIndexes.ContributorInsightsSpecification',
    'StreamSpecification.ResourcePolicy',
    'StreamSpecification.Tags',
  ],
  // DynamoDB cannot change them on a table that is there.
  replacesAlso: ['LocalSecondaryIndexes'],
  lacksUpdatesOf: ['SSESpecification', 'StreamSpecification'],
  name: 'TableName',
  async create(properties, context) {
    const {
      SSESpecification,
      StreamSpecification,
      PointInTimeRecoverySpecification,
      TimeToLiveSpecification,
      Tags,
      ...input
    } = properties;
    const id = properties.TableName ?? context.physicalName({ max: 255 });
    await context.aws.dynamodb.CreateTable(
      toShape<CreateTableCommandInput>(CreateTableInput$, {
        ...input,
        AttributeDefinitions: properties.AttributeDefinitions ?? [],
        TableName: id,
        ...(SSESpecification && {
          SSESpecification: {
            Enabled: SSESpecification.SSEEnabled,
            SSEType: SSESpecification.SSEType,
            KMSMasterKeyId: SSESpecification.KMSMasterKeyId,
          },
        }),
        ...(StreamSpecification && { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } }),
        Tags: context.tags,
      }),
    );
    context.made(id);
    const active = await awaitTable(id, context);
    await setExtras(id, properties, {}, context);
    return { id, attributes: { Arn: active.TableArn, StreamArn: active.LatestStreamArn } };
  },
  async update(id, next, previous, context) {
    if (!isEqual(settingsOf(next), settingsOf(previous))) {
      await context.aws.dynamodb.UpdateTable(
        toShape<UpdateTableCommandInput>(UpdateTableInput$, { TableName: id, ...settingsOf(next) }),
      );
      await awaitTable(id, context);
    }
    await updateIndexes(id, next, previous, context);
    await setExtras(id, next, previous, context);
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.dynamodb.DeleteTable({ TableName: id });
    await context.until(async () => {
      try {
        await context.aws.dynamodb.DescribeTable({ TableName: id });
        return undefined;
      } catch (error) {
        if (error instanceof ServiceFailure && error.code === 'ResourceNotFoundException') return true;
        throw error;
      }
    });
  },
  async retag(id, change, { aws, region, accountId }) {
    const ResourceArn = `arn:aws:dynamodb:${region}:${accountId}:table/${id}`;
    if (change.set.length > 0) await aws.dynamodb.TagResource({ ResourceArn, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.dynamodb.UntagResource({ ResourceArn, TagKeys: [...change.removed] });
  },
});

/** What UpdateTable changes at once. */
function settingsOf({ BillingMode, ProvisionedThroughput, DeletionProtectionEnabled, TableClass }: Table) {
  return { BillingMode, ProvisionedThroughput, DeletionProtectionEnabled, TableClass };
}

/** DynamoDB makes and deletes one global index a call. */
async function updateIndexes(id: string, next: Table, previous: Table, context: ResourceContext) {
  const names = (properties: Table) =>
    (properties.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  for (const IndexName of names(previous).filter((name) => !names(next).includes(name))) {
    await context.aws.dynamodb.UpdateTable({
      TableName: id,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }],
    });
    await awaitTable(id, context);
  }
  for (const index of next.GlobalSecondaryIndexes ?? []) {
    const before = previous.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index.IndexName);
    if (before) {
      await updateIndex(id, index, before, context);
      continue;
    }
    await context.aws.dynamodb.UpdateTable(
      toShape<UpdateTableCommandInput>(UpdateTableInput$, {
        TableName: id,
        AttributeDefinitions: next.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: index }],
      }),
    );
    await awaitTable(id, context);
  }
}

/** DynamoDB changes the throughput of an index, and nothing else. */
async function updateIndex(
  id: string,
  { ProvisionedThroughput, ...next }: Index,
  { ProvisionedThroughput: before, ...previous }: Index,
  context: ResourceContext,
) {
  if (!isEqual(next, previous))
    throw new Error(`Index ${next.IndexName} cannot be changed but in its throughput; give it another name`);
  if (isEqual(ProvisionedThroughput, before)) return;
  await context.aws.dynamodb.UpdateTable({
    TableName: id,
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName: next.IndexName, ProvisionedThroughput } }],
  });
  await awaitTable(id, context);
}

/** AWS::DynamoDB. */
export const dynamoDbTypes = [table];
