import { setImmediate } from 'node:timers/promises';
import { Dynalite } from './dynalite';

/**
 * Gives the tests of a file the table of Kiln, in memory, in a DynamoDB look-alike: what races there is decided
 * by conditions, and a mock would only repeat what the code believes.
 *
 * @returns reads all items of the table, as DynamoDB writes them in JSON
 */
export function useTable(): { readAll: () => Promise<unknown> } {
  let tables: Dynalite;

  beforeAll(async () => {
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    process.env.KILN_STATE_MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:golden';
    process.env.KILN_INSTANCE_PROFILE = 'kiln-base';
    process.env.KILN_TOPIC = 'arn:aws:sns:us-east-1:000000000000:failures';
    process.env.LAMBDA_TASK_ROOT = process.cwd();
    tables = new Dynalite();
    const { dynamo } = await import('../../src/aws/dynamo');
    tables.serve(dynamo());
  });

  beforeEach(async () => {
    const TableName = `kiln-${Math.random().toString(36).slice(2)}`;
    process.env.KILN_TABLE = TableName;
    await tables.call('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    const readStatus = async () => {
      const { Table } = await tables.call('DescribeTable', { TableName });
      return (Table as { TableStatus: string }).TableStatus;
    };
    while ((await readStatus()) !== 'ACTIVE') await setImmediate();
  });

  afterAll(() => tables.close());
  return { readAll: async () => (await tables.call('Scan', { TableName: process.env.KILN_TABLE })).Items };
}
