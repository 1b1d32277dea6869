import type { Op } from '../state';
import { inEngine } from './call-engine';

export const BatchGetItem: Op<'BatchGetItem'> = inEngine('BatchGetItem');

export const BatchWriteItem: Op<'BatchWriteItem'> = inEngine('BatchWriteItem');

export const DeleteItem: Op<'DeleteItem'> = inEngine('DeleteItem');

export const GetItem: Op<'GetItem'> = inEngine('GetItem');

export const PutItem: Op<'PutItem'> = inEngine('PutItem');

export const Query: Op<'Query'> = inEngine('Query');

export const Scan: Op<'Scan'> = inEngine('Scan');

export const UpdateItem: Op<'UpdateItem'> = inEngine('UpdateItem');
