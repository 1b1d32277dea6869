import type { Op } from '../state';
import { inEngine } from './call-engine';

export const TagResource: Op<'TagResource'> = inEngine('TagResource');

export const UntagResource: Op<'UntagResource'> = inEngine('UntagResource');

export const ListTagsOfResource: Op<'ListTagsOfResource'> = inEngine('ListTagsOfResource');
