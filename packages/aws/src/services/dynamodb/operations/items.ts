import { validationException } from '../errors';
import type { Op } from '../state';
import { callEngine, inEngine, writeInEngine } from './call-engine';
import { checkSelect } from './check-select';

export const BatchGetItem: Op<'BatchGetItem'> = inEngine('BatchGetItem');

export const BatchWriteItem: Op<'BatchWriteItem'> = inEngine('BatchWriteItem');

const deleteInEngine = writeInEngine('DeleteItem');

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export const DeleteItem: Op<'DeleteItem'> = (dynamodb, input) => {
  // dynalite looks at this for PutItem only.
  if (!['NONE', 'ALL_OLD'].includes(input.ReturnValues ?? 'NONE'))
    throw validationException('Return values set to invalid value');
  return deleteInEngine(dynamodb, input);
};

export const GetItem: Op<'GetItem'> = inEngine('GetItem');

export const PutItem: Op<'PutItem'> = writeInEngine('PutItem');

export const Query: Op<'Query'> = (dynamodb, input) => {
  checkSelect(input, '1 validation error detected: ');
  return callEngine(dynamodb, 'Query', input);
};

export const Scan: Op<'Scan'> = (dynamodb, input) => {
  checkSelect(input, '');
  return callEngine(dynamodb, 'Scan', input);
};

export const UpdateItem: Op<'UpdateItem'> = writeInEngine('UpdateItem');
