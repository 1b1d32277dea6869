import type { AddressInfo, Server } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

// It has no types.
const dynalite = jest.requireActual<(options: object) => Server>('dynalite');

/**
 * Gives the tests of a file the table of Kiln, in memory, in a real DynamoDB look-alike: what races there is decided
 * by conditions, and a mock would only repeat what the code believes.
 */
export function useTable(): void {
  let server: Server;

  beforeAll(async () => {
    server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${port}`;
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    process.env.KILN_STATE_MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:golden';
    process.env.KILN_TOPIC = 'arn:aws:sns:us-east-1:000000000000:failures';
    process.env.LAMBDA_TASK_ROOT = process.cwd();
  });

  beforeEach(async () => {
    process.env.KILN_TABLE = `kiln-${Math.random().toString(36).slice(2)}`;
    const client = new DynamoDBClient({ region: 'us-east-1' });
    await client.send(
      new CreateTableCommand({
        TableName: process.env.KILN_TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    client.destroy();
  });

  afterAll(async () => {
    const { dynamo } = await import('../../src/aws');
    dynamo().destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}
