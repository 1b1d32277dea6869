import {
  type AttributeDefinition,
  AttributeDefinition$,
  type GlobalSecondaryIndex,
  GlobalSecondaryIndex$,
  type KeySchemaElement,
  KeySchemaElement$,
  type LocalSecondaryIndex,
  LocalSecondaryIndex$,
  type ProvisionedThroughput,
  ProvisionedThroughput$,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { ServiceFailure } from '../cloudformation/resources/clients';
import { flag, number, oneOf, shape, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const tableProperties = z.strictObject({
  AttributeDefinitions: z.array(shape<AttributeDefinition>(AttributeDefinition$)).optional(),
  BillingMode: oneOf<'PROVISIONED' | 'PAY_PER_REQUEST'>().optional(),
  DeletionProtectionEnabled: flag.optional(),
  GlobalSecondaryIndexes: z.array(shape<GlobalSecondaryIndex>(GlobalSecondaryIndex$)).optional(),
  KeySchema: z.array(shape<KeySchemaElement>(KeySchemaElement$)),
  LocalSecondaryIndexes: z.array(shape<LocalSecondaryIndex>(LocalSecondaryIndex$)).optional(),
  PointInTimeRecoverySpecification: z
    .strictObject({ PointInTimeRecoveryEnabled: flag.optional(), RecoveryPeriodInDays: number.optional() })
    .optional(),
  ProvisionedThroughput: shape<ProvisionedThroughput>(ProvisionedThroughput$).optional(),
  SSESpecification: z
    .strictObject({
      KMSMasterKeyId: text.optional(),
      SSEEnabled: flag,
      SSEType: oneOf<'KMS' | 'AES256'>().optional(),
    })
    .optional(),
  StreamSpecification: z.strictObject({ StreamViewType: oneOf<StreamViewType>() }).optional(),
  TableClass: oneOf<'STANDARD' | 'STANDARD_INFREQUENT_ACCESS'>().optional(),
  TableName: text.optional(),
  Tags: tags.optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text.optional(), Enabled: flag }).optional(),
});
type TableProperties = z.output<typeof tableProperties>;

/** What a table's creation cannot say, set when it is there. */
async function setExtras(
  name: string,
  next: TableProperties,
  previous: Partial<TableProperties>,
  { aws }: ResourceContext,
) {
  const ttl = next.TimeToLiveSpecification;
  if (JSON.stringify(ttl) !== JSON.stringify(previous.TimeToLiveSpecification)) {
    const AttributeName = ttl?.AttributeName ?? previous.TimeToLiveSpecification?.AttributeName;
    await aws.dynamodb.UpdateTimeToLive({
      TableName: name,
      TimeToLiveSpecification: { AttributeName, Enabled: ttl?.Enabled ?? false },
    });
  }
  const recovery = next.PointInTimeRecoverySpecification;
  if (JSON.stringify(recovery) !== JSON.stringify(previous.PointInTimeRecoverySpecification)) {
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
    return Table?.TableStatus === 'ACTIVE' ? Table : undefined;
  });
}

const table = resource({
  properties: tableProperties,
  attributes: ['Arn', 'StreamArn'],
  replaceOn: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],
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
    await context.aws.dynamodb.CreateTable({
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
      Tags: [...context.tags],
    });
    context.made(id);
    const active = await awaitTable(id, context);
    await setExtras(id, properties, {}, context);
    return { id, attributes: { Arn: active.TableArn, StreamArn: active.LatestStreamArn } };
  },
  async update(id, next, previous, context) {
    const { BillingMode, ProvisionedThroughput, DeletionProtectionEnabled, TableClass } = next;
    const settings = { BillingMode, ProvisionedThroughput, DeletionProtectionEnabled, TableClass };
    const before: typeof settings = {
      BillingMode: previous.BillingMode,
      ProvisionedThroughput: previous.ProvisionedThroughput,
      DeletionProtectionEnabled: previous.DeletionProtectionEnabled,
      TableClass: previous.TableClass,
    };
    if (JSON.stringify(settings) !== JSON.stringify(before)) {
      await context.aws.dynamodb.UpdateTable({ TableName: id, ...settings });
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
});

/** DynamoDB makes and deletes one global index a call. */
async function updateIndexes(
  id: string,
  next: TableProperties,
  previous: TableProperties,
  context: ResourceContext,
) {
  const names = (properties: TableProperties) =>
    (properties.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName }) => IndexName ?? []);
  for (const IndexName of names(previous).filter((name) => !names(next).includes(name))) {
    await context.aws.dynamodb.UpdateTable({
      TableName: id,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }],
    });
    await awaitTable(id, context);
  }
  for (const index of next.GlobalSecondaryIndexes ?? []) {
    if (names(previous).includes(index.IndexName ?? '')) continue;
    await context.aws.dynamodb.UpdateTable({
      TableName: id,
      AttributeDefinitions: next.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    });
    await awaitTable(id, context);
  }
}

/** AWS::DynamoDB. */
export const dynamoDbTypes: Readonly<Record<string, ResourceType>> = { 'AWS::DynamoDB::Table': table };
