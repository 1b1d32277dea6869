import { defineService } from '../../core/service';
import { DynamoDb } from '.';

/** DynamoDB of one region: dynalite for the tables and items, and beside it what dynalite lacks. */
export const dynamodb = defineService({
  client: () => import('@aws-sdk/client-dynamodb'),
  signingName: 'dynamodb',
  checksInput: true,
  target: 'DynamoDB_20120810',
  create: (context) => new DynamoDb(context),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
