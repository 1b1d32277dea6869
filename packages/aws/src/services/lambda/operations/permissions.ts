import { createHash } from 'node:crypto';
import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import type { PolicyProblem } from 'aws-languages/policy/problem';
import type { AwsError } from '../../../core/aws-error';
import { conflict, invalidParameter, notFound } from '../errors';
import { type Statement, versionOf } from '../functions';
import { readStatement } from '../policy';
import type { Op } from '../state';

export const AddPermission: Op<'AddPermission'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  versionOf(fn, qualifier);
  const statements = fn.policies.get(qualifier ?? '') ?? [];
  if (statements.some(({ Sid }) => Sid === input.StatementId))
    throw conflict(
      `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  const statement = makeStatement(input, qualifier ? `${fn.arn}:${qualifier}` : fn.arn);
  const policy = readStatement(statement, refuseStatement);
  if (lambda.needs.iam.findMissingPrincipal(policy) !== undefined) throw invalidPrincipal();
  fn.policies.set(qualifier ?? '', [...statements, statement]);
  return { Statement: JSON.stringify(statement) };
};

export const RemovePermission: Op<'RemovePermission'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  const statements = fn.policies.get(qualifier ?? '') ?? [];
  const left = statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (left.length === statements.length)
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  fn.policies.set(qualifier ?? '', left);
  return {};
};

export const GetPolicy: Op<'GetPolicy'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  const statements = fn.policies.get(qualifier ?? '') ?? [];
  if (statements.length === 0) throw notFound('The resource you requested does not exist.');
  const policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
  return { Policy: policy, RevisionId: revisionOf(policy) };
};

function refuseStatement({ code, message }: PolicyProblem): AwsError {
  return code === 'InvalidPrincipal' ? invalidPrincipal() : invalidParameter(message);
}

function invalidPrincipal(): AwsError {
  return invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

function makeStatement(input: AddPermissionCommandInput, resource: string): Statement {
  const stringEquals = {
    ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
  };
  const condition = {
    ...(Object.keys(stringEquals).length > 0 && { StringEquals: stringEquals }),
    ...(input.SourceArn && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: readPrincipal(input.Principal ?? ''),
    Action: input.Action ?? '',
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function readPrincipal(principal: string): Statement['Principal'] {
  if (principal === '*') return '*';
  if (/\.amazonaws\.com(\.cn)?$/.test(principal)) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

/** The same for the same policy, in the form of a UUID. */
function revisionOf(policy: string): string {
  const hex = createHash('sha256').update(policy).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return parts.join('-');
}
