import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeContinuousBackupsCommandInput,
  DescribeTableCommandInput,
  DescribeTimeToLiveCommandInput,
  ListTagsOfResourceCommandInput,
  TableDescription,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateContinuousBackupsCommandInput,
  UpdateTableCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import { Engine } from './engine/engine';
import { expireItems } from './expiry/expire-items';
import { ItemEngine, itemOperations } from './operations/items';
import { AllTableSettings, backupsOf, nameOf } from './table-settings';

/** AWS deletes expired items within a few days, mostly within minutes; this looks as often, in AWS seconds. */
const EXPIRY_SECONDS = 300;
/** DynamoDB of one region: dynalite for the tables and items, and beside it what dynalite lacks. */
export class DynamoDb {
  readonly operations;
  private readonly engine: Engine;
  private readonly settings = new AllTableSettings();
  private readonly stopExpiry: () => void;
  /** The deletion that is under way. */
  private expiry: Promise<void> | undefined;

  constructor(context: Context) {
    this.engine = new Engine(context.region);
    this.operations = {
      ...tableOperations(this.engine, this.settings, () => context.clock.now()),
      ...itemOperations(new ItemEngine(this.engine)),
    };
    this.stopExpiry = context.clock.every(EXPIRY_SECONDS, () => {
      this.expiry ??= expireItems(this.engine, this.settings.expiring(), context.clock.now())
        .catch((error: unknown) => console.error('DynamoDB could not delete expired items:', error))
        .finally(() => {
          this.expiry = undefined;
        });
    });
  }

  async dispose(): Promise<void> {
    this.stopExpiry();
    await this.expiry;
    this.engine.close();
  }
}

function tableOperations(engine: Engine, settings: AllTableSettings, now: () => Date) {
  const describe = (raw: unknown): TableDescription => describeTable(raw as RawTable, settings);
  const arnOf = async (TableName: string | undefined) => {
    const { Table } = await engine.call('DescribeTable', { TableName: nameOf(TableName) });
    return (Table as RawTable).TableArn;
  };
  return {
    CreateTable: async (input: CreateTableCommandInput) => {
      const { SSESpecification, DeletionProtectionEnabled, TableClass, Tags, StreamSpecification, ...rest } =
        input;
      if (StreamSpecification?.StreamEnabled) {
        throw new AwsError(
          'ValidationException',
          'The embedded AWS has no DynamoDB Streams: leave StreamSpecification out.',
        );
      }
      if (settings.find(input.TableName)) {
        throw new AwsError('ResourceInUseException', `Table already exists: ${input.TableName}`);
      }
      const { TableDescription } = await engine.call('CreateTable', rest);
      settings.add({ ...rest, SSESpecification, DeletionProtectionEnabled, TableClass }, now());
      if (Tags?.length) await engine.call('TagResource', { ResourceArn: await arnOf(input.TableName), Tags });
      await untilActive(engine, input.TableName);
      return { TableDescription: describe(TableDescription) };
    },
    DescribeTable: async (input: DescribeTableCommandInput) => {
      const { Table } = await engine.call('DescribeTable', { TableName: nameOf(input.TableName) });
      return { Table: describe(Table) };
    },
    UpdateTable: async (input: UpdateTableCommandInput) => {
      const { SSESpecification, DeletionProtectionEnabled, TableClass, ...rest } = input;
      const known = settings.of(input.TableName);
      const changes = Object.keys(rest).some(
        (key) => key !== 'TableName' && rest[key as keyof typeof rest] !== undefined,
      );
      const answer = changes
        ? await engine.call('UpdateTable', rest)
        : await engine.call('DescribeTable', { TableName: nameOf(input.TableName) });
      if (DeletionProtectionEnabled !== undefined) known.deletionProtection = DeletionProtectionEnabled;
      if (TableClass) known.tableClass = TableClass;
      if (SSESpecification)
        known.encryption = SSESpecification.Enabled ? { Status: 'ENABLED', SSEType: 'KMS' } : undefined;
      return { TableDescription: describe(answer.TableDescription ?? answer.Table) };
    },
    DeleteTable: async (input: DeleteTableCommandInput) => {
      if (settings.find(input.TableName)?.deletionProtection) {
        throw new AwsError(
          'ValidationException',
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
        );
      }
      const { TableDescription } = await engine.call('DeleteTable', { TableName: nameOf(input.TableName) });
      const described = describe(TableDescription);
      settings.remove(input.TableName);
      return { TableDescription: described };
    },
    UpdateTimeToLive: async (input: UpdateTimeToLiveCommandInput) => {
      const known = settings.of(input.TableName);
      const wanted = input.TimeToLiveSpecification;
      if (known.timeToLive.Enabled === wanted?.Enabled) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is already ${wanted?.Enabled ? 'enabled' : 'disabled'}`,
        );
      }
      known.timeToLive = { Enabled: wanted?.Enabled, AttributeName: wanted?.AttributeName };
      return { TimeToLiveSpecification: wanted };
    },
    DescribeTimeToLive: async (input: DescribeTimeToLiveCommandInput) => {
      const { timeToLive } = settings.of(input.TableName);
      return {
        TimeToLiveDescription: {
          TimeToLiveStatus: timeToLive.Enabled ? ('ENABLED' as const) : ('DISABLED' as const),
          AttributeName: timeToLive.Enabled ? timeToLive.AttributeName : undefined,
        },
      };
    },
    UpdateContinuousBackups: async (input: UpdateContinuousBackupsCommandInput) => {
      const known = settings.of(input.TableName);
      known.pointInTimeRecovery = input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false;
      return { ContinuousBackupsDescription: backupsOf(known) };
    },
    DescribeContinuousBackups: async (input: DescribeContinuousBackupsCommandInput) => ({
      ContinuousBackupsDescription: backupsOf(settings.of(input.TableName)),
    }),
    TagResource: async (input: TagResourceCommandInput) => {
      await engine.call('TagResource', input);
      return {};
    },
    UntagResource: async (input: UntagResourceCommandInput) => {
      await engine.call('UntagResource', input);
      return {};
    },
    ListTagsOfResource: async (input: ListTagsOfResourceCommandInput) => {
      const { Tags } = await engine.call('ListTagsOfResource', input);
      return { Tags: (Tags ?? []) as Tag[] };
    },
  };
}

/** The SDK's waiter looks at once and then only after 20 seconds: the table shall be there when it looks. */
async function untilActive(engine: Engine, TableName: string | undefined): Promise<void> {
  for (;;) {
    const { Table } = await engine.call('DescribeTable', { TableName });
    if ((Table as RawTable).TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** dynalite gives times as seconds of the machine's clock and knows nothing of the settings. */
type RawTable = Omit<TableDescription, 'CreationDateTime'> & { CreationDateTime?: number };

function describeTable(raw: RawTable, settings: AllTableSettings): TableDescription {
  const { CreationDateTime: _machineTime, BillingModeSummary, ...table } = raw;
  const known = settings.find(table.TableName);
  return {
    ...table,
    ...(BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: { ...BillingModeSummary, LastUpdateToPayPerRequestDateTime: known?.createdAt },
    }),
    CreationDateTime: known?.createdAt,
    DeletionProtectionEnabled: known?.deletionProtection ?? false,
    ...(known?.encryption && { SSEDescription: known.encryption }),
    ...(known?.tableClass && { TableClassSummary: { TableClass: known.tableClass as 'STANDARD' } }),
  };
}
