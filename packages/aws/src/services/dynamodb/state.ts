import type {
  CreateTableCommandInput,
  SSEDescription,
  TimeToLiveSpecification,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../core/context';
import { uuid } from '../../core/ids';
import type { Operation, OperationsOf } from '../../core/service';
import { Engine } from './engine/engine';
import { tableNotFound } from './errors';
import { Expiry } from './expiry/expiry';
import { nameOf } from './table-name';
import { Transactions } from './transactions';

export type Client = typeof import('@aws-sdk/client-dynamodb');

/** One of DynamoDB's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, DynamoDbState, Name>;

/** DynamoDB of one region: dynalite for the tables and items, and beside it what dynalite lacks. */
export class DynamoDbState {
  readonly engine: Engine;
  readonly settings = new SettingsOfTables();
  readonly transactions: Transactions;
  private readonly expiry: Expiry;

  constructor(readonly context: Context) {
    this.engine = new Engine(context.region, context.accountId, context.clock);
    this.transactions = new Transactions(context.clock);
    this.expiry = new Expiry(context.clock, this.engine, () => this.settings.expiring());
  }

  async dispose(): Promise<void> {
    await this.expiry.stop();
    this.engine.close();
  }
}

/** What a table has beside its items and keys, which dynalite does not keep. */
export interface TableSettings {
  readonly id: string;
  /** By AWS's clock; dynalite knows the machine's alone. */
  readonly createdAt: Date;
  /** The attribute that is the partition key, by index; that of the table is ''. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  encryption?: SSEDescription;
  deletionProtection: boolean;
  tableClass?: string;
  timeToLive: TimeToLiveSpecification;
  pointInTimeRecovery: boolean;
}

/** The settings of a region's tables, by name. */
class SettingsOfTables {
  private readonly tables = new Map<string, TableSettings>();

  /** @throws AwsError ResourceNotFoundException */
  of(table: string | undefined): TableSettings {
    const found = this.find(table);
    if (!found) throw tableNotFound(nameOf(table));
    return found;
  }

  find(table: string | undefined): TableSettings | undefined {
    return this.tables.get(nameOf(table));
  }

  add(input: CreateTableCommandInput, createdAt: Date): void {
    this.tables.set(nameOf(input.TableName), {
      id: uuid(),
      createdAt,
      partitionKeys: partitionKeysOf(input),
      encryption: input.SSESpecification?.Enabled
        ? { Status: 'ENABLED', SSEType: input.SSESpecification.SSEType ?? 'KMS' }
        : undefined,
      deletionProtection: input.DeletionProtectionEnabled ?? false,
      tableClass: input.TableClass,
      timeToLive: { Enabled: false, AttributeName: undefined },
      pointInTimeRecovery: false,
    });
  }

  remove(table: string | undefined): void {
    this.tables.delete(nameOf(table));
  }

  /** The tables whose items expire, with the attribute that says when. */
  expiring(): { table: string; attribute: string }[] {
    return [...this.tables].flatMap(([table, { timeToLive }]) =>
      timeToLive.Enabled && timeToLive.AttributeName ? [{ table, attribute: timeToLive.AttributeName }] : [],
    );
  }
}

function partitionKeysOf(input: CreateTableCommandInput): Map<string, string> {
  const indexes = [...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])];
  return new Map(
    [{ IndexName: '', KeySchema: input.KeySchema }, ...indexes].map(({ IndexName = '', KeySchema = [] }) => [
      IndexName,
      KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '',
    ]),
  );
}
