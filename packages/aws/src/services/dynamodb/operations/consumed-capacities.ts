import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';

/** A transaction reads or writes each item twice: to prepare and to commit. */
const TIMES = 2;

/**
 * What a transaction consumes, table by table; of indexes it says nothing.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 */
export class ConsumedCapacities {
  private readonly units = new Map<string, number>();

  constructor(private readonly kind: 'ReadCapacityUnits' | 'WriteCapacityUnits') {}

  add({ TableName = '', CapacityUnits = 0 }: ConsumedCapacity = {}): void {
    this.units.set(TableName, (this.units.get(TableName) ?? 0) + TIMES * CapacityUnits);
  }

  /** The member of the answer, where it was asked for. */
  show(wanted: string | undefined): { ConsumedCapacity?: ConsumedCapacity[] } {
    if (wanted === undefined || wanted === 'NONE') return {};
    const ConsumedCapacity = [...this.units].map(([TableName, CapacityUnits]) => ({
      TableName,
      CapacityUnits,
      [this.kind]: CapacityUnits,
    }));
    return { ConsumedCapacity };
  }
}
