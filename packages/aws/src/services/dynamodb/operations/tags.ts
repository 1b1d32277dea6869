import type { Op } from '../state';
import { callEngine, inEngine } from './call-engine';
import { checkTags } from './check-tags';

export const TagResource: Op<'TagResource'> = (dynamodb, input) => {
  checkTags(input.Tags);
  return callEngine(dynamodb, 'TagResource', input);
};

export const UntagResource: Op<'UntagResource'> = inEngine('UntagResource');

export const ListTagsOfResource: Op<'ListTagsOfResource'> = inEngine('ListTagsOfResource');
