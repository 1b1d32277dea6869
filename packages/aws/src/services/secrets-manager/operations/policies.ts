import type { Op } from '../state';

/** No secret has a policy here. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html */
export const GetResourcePolicy: Op<'GetResourcePolicy'> = (state, input) => {
  const { arn: ARN, name: Name } = state.getLiving(input.SecretId);
  return { ARN, Name };
};
