import { parseArn, splitResource } from 'aws-languages/arn';
import type { Authorization } from '../../core/authorization/authorization';
import { leadingKeysOf } from './leading-keys';
import type { DynamoDbState } from './state';
import { nameOf } from './table-name';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export const authorization: Authorization<DynamoDbState> = {
  actions: {
    TransactGetItems: ['GetItem'],
    TransactWriteItems: ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'],
  },
  accesses({ context }, { operation, input }) {
    if (!operation.startsWith('Transact')) return undefined;
    const asked = ((input.TransactItems ?? []) as readonly object[]).flatMap((item) =>
      Object.entries(item as Readonly<Record<string, { readonly TableName?: string } | undefined>>),
    );
    const accesses = asked.map(([kind, action]) => ({
      action: `dynamodb:${kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`}`,
      resource: `arn:aws:dynamodb:${context.region}:${context.accountId}:table/${nameOf(action?.TableName)}`,
      type: 'table',
    }));
    return [...new Map(accesses.map((one) => [`${one.action} ${one.resource}`, one])).values()];
  },
  find({ context }, type, { input }) {
    const arnOf = (table: string) =>
      `arn:aws:dynamodb:${context.region}:${context.accountId}:table/${nameOf(table)}`;
    if (input.RequestItems !== undefined && type === 'table')
      return Object.keys(input.RequestItems as object).map(arnOf);
    if (typeof input.TableName !== 'string') return undefined;
    // Who asks an index needs no permission for its table.
    if (typeof input.IndexName === 'string')
      return type === 'index' ? [`${arnOf(input.TableName)}/index/${input.IndexName}`] : [];
    return type === 'table' ? [arnOf(input.TableName)] : [];
  },
  context({ settings }, { resource }, { input }) {
    const [table = '', , index] = splitResource(parseArn(resource)?.resource ?? '').id.split('/');
    const keys = leadingKeysOf(input, table, settings.find(table)?.partitionKeys.get(index ?? ''));
    return {
      'dynamodb:LeadingKeys': keys,
      'dynamodb:Select': input.Select as string | undefined,
      'dynamodb:ReturnValues': input.ReturnValues as string | undefined,
    };
  },
};
