import type {
  ContinuousBackupsDescription,
  CreateTableCommandInput,
  SSEDescription,
  TimeToLiveSpecification,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../core/aws-error';

/** What a table has beside its items and keys, which dynalite does not keep. */
export interface TableSettings {
  /** By AWS's clock; dynalite knows the machine's alone. */
  readonly createdAt: Date;
  encryption?: SSEDescription;
  deletionProtection: boolean;
  tableClass?: string;
  timeToLive: TimeToLiveSpecification;
  pointInTimeRecovery: boolean;
}

/** The settings of a region's tables, by name. */
export class AllTableSettings {
  private readonly tables = new Map<string, TableSettings>();

  /** @throws AwsError ResourceNotFoundException */
  of(table: string | undefined): TableSettings {
    const found = this.tables.get(nameOf(table));
    if (!found)
      throw new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Table: ${nameOf(table)} not found`,
      );
    return found;
  }

  find(table: string | undefined): TableSettings | undefined {
    return this.tables.get(nameOf(table));
  }

  add(input: CreateTableCommandInput, createdAt: Date): void {
    this.tables.set(nameOf(input.TableName), {
      createdAt,
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

/** What DescribeContinuousBackups says of a table. */
export function backupsOf(settings: TableSettings): ContinuousBackupsDescription {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: settings.pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
    },
  };
}

/** Tables may be named by ARN too. */
export function nameOf(table: string | undefined): string {
  return table?.split('/')[1] ?? table ?? '';
}
