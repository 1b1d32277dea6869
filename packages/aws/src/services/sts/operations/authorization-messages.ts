import { decodeAuthorizationMessage } from '../../../core/authorization/authorization-message';
import { invalidAuthorizationMessage } from '../errors';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
export const DecodeAuthorizationMessage: Op<'DecodeAuthorizationMessage'> = (_sts, input) => {
  const DecodedMessage = decodeAuthorizationMessage(input.EncodedMessage ?? '');
  if (DecodedMessage === undefined) throw invalidAuthorizationMessage();
  return { DecodedMessage };
};
