import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import { isPublicPolicy } from 'aws-languages/policy/public';
import { malformedPolicy, publicPolicy } from '../errors';
import type { Op, SecretsManagerState } from '../state';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html */
export const PutResourcePolicy: Op<'PutResourcePolicy'> = (state, input) => {
  const { ResourcePolicy: text = '', BlockPublicPolicy: isPublicBlocked } = input;
  const secret = state.getLiving(input.SecretId);
  const policy = readSecretPolicy(state, text);
  if (isPublicBlocked && isPublicPolicy(policy)) throw publicPolicy();
  secret.policy = text;
  return { ARN: secret.arn, Name: secret.name };
};

/** A secret without a policy has none in the answer: that is no error. */
export const GetResourcePolicy: Op<'GetResourcePolicy'> = (state, input) => {
  const { arn: ARN, name: Name, policy } = state.getLiving(input.SecretId);
  return { ARN, Name, ...(policy !== undefined && { ResourcePolicy: policy }) };
};

export const DeleteResourcePolicy: Op<'DeleteResourcePolicy'> = (state, input) => {
  const secret = state.getLiving(input.SecretId);
  secret.policy = undefined;
  return { ARN: secret.arn, Name: secret.name };
};

/** @throws AwsError MalformedPolicyDocumentException for a text that IAM would not take, and for principals that are not there */
function readSecretPolicy({ iam }: SecretsManagerState, text: string): PolicyDocument {
  const policy = parsePolicy(text, { kind: 'resource', refuse: ({ message }) => malformedPolicy(message) });
  if (iam.findMissingPrincipal(policy) !== undefined)
    throw malformedPolicy('This resource policy contains an unsupported principal.');
  return policy;
}
