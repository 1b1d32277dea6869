import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as items from './operations/items';
import * as settings from './operations/table-settings';
import * as tables from './operations/tables';
import * as tags from './operations/tags';
import * as transactions from './operations/transactions';
import { type Client, DynamoDbState } from './state';

/** Amazon DynamoDB of one region. */
export const dynamodb = defineService<Client, DynamoDbState>({
  client: () => import('@aws-sdk/client-dynamodb'),
  signingName: 'dynamodb',
  target: 'DynamoDB_20120810',
  checksInput: true,
  authorization,
  create: (context) => new DynamoDbState(context),
  operations: { ...tables, ...settings, ...tags, ...items, ...transactions },
  dispose: (dynamodb) => dynamodb.dispose(),
});
