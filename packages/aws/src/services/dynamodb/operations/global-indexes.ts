import type {
  AttributeDefinition,
  CreateGlobalSecondaryIndexAction,
  GlobalSecondaryIndexUpdate,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { IndexChange } from '../engine/indexes';
import { limitExceeded, resourceNotFound, validationException } from '../errors';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const MOST_INDEXES = 20;

/**
 * Which global index an UpdateTable makes or deletes: one at a time.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
 *
 * @param billing the billing mode that the table is to have
 * @throws AwsError LimitExceededException, ResourceNotFoundException, ValidationException
 */
export function readIndexChange(
  table: TableDescription,
  updates: readonly GlobalSecondaryIndexUpdate[] | undefined,
  definitions: readonly AttributeDefinition[] | undefined,
  billing: string,
): IndexChange | undefined {
  const changes = (updates ?? []).filter(({ Create, Delete }) => Create ?? Delete);
  const [change] = changes;
  if (!change) return undefined;
  if (changes.length > 1)
    throw limitExceeded(
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  const { Create, Delete } = change;
  const names = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName = '' }) => IndexName);
  const remove = Delete?.IndexName;
  if (remove !== undefined && !names.includes(remove)) throw resourceNotFound('Requested resource not found');
  if (!Create) return { remove };
  if (names.includes(Create.IndexName ?? ''))
    throw validationException('Attempting to create an index which already exists');
  if (names.length >= MOST_INDEXES)
    throw limitExceeded(`Subscriber limit exceeded: GlobalSecondaryIndex count exceeds ${MOST_INDEXES}`);
  const known = definitions ?? table.AttributeDefinitions ?? [];
  checkIndex(Create, known, billing);
  // Required members are there: the model's constraints were checked.
  return { create: Create, definitions: known } as Required<Pick<IndexChange, 'create' | 'definitions'>>;
}

function checkIndex(
  { IndexName, KeySchema = [], ProvisionedThroughput }: CreateGlobalSecondaryIndexAction,
  definitions: readonly AttributeDefinition[],
  billing: string,
): void {
  const defined = definitions.map(({ AttributeName = '' }) => AttributeName);
  const keys = KeySchema.map(({ AttributeName = '' }) => AttributeName);
  const [hash, range, ...more] = KeySchema;
  if (hash?.KeyType !== 'HASH' || (range && range.KeyType !== 'RANGE') || more.length > 0)
    throw validationException(
      'Invalid KeySchema: an index has one HASH key and at most one RANGE key after it in the embedded AWS.',
    );
  if (!keys.every((key) => defined.includes(key)))
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  if (billing === 'PROVISIONED' && !ProvisionedThroughput)
    throw invalid(`ProvisionedThroughput must be specified for index: ${IndexName}`);
  if (billing !== 'PROVISIONED' && ProvisionedThroughput)
    throw invalid(
      `ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
}

function invalid(message: string) {
  return validationException(`One or more parameter values were invalid: ${message}`);
}
