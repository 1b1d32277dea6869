import { createHash } from 'node:crypto';
import { AwsError } from '../../core/aws-error';
import type { OperationsOf } from '../../core/service';
import type { FunctionStore, Statement } from './functions';

/** AddPermission, RemovePermission, GetPolicy. */
export function policyOperations(store: FunctionStore) {
  return {
    AddPermission: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      store.version(fn, qualifier);
      const statements = fn.policies.get(qualifier ?? '') ?? [];
      const sid = input.StatementId ?? '';
      if (statements.some((one) => one.Sid === sid))
        throw new AwsError(
          'ResourceConflictException',
          `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          409,
          { Type: 'User' },
        );
      const arnLike = input.SourceArn && { 'AWS:SourceArn': input.SourceArn };
      const stringEquals = {
        ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
        ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
      };
      const statement: Statement = {
        Sid: sid,
        Effect: 'Allow',
        Principal: readPrincipal(input.Principal ?? ''),
        Action: input.Action ?? '',
        Resource: qualifier ? `${fn.arn}:${qualifier}` : fn.arn,
        ...((arnLike || Object.keys(stringEquals).length > 0) && {
          Condition: {
            ...(Object.keys(stringEquals).length > 0 && { StringEquals: stringEquals }),
            ...(arnLike && { ArnLike: arnLike }),
          },
        }),
      };
      fn.policies.set(qualifier ?? '', [...statements, statement]);
      return { Statement: JSON.stringify(statement) };
    },
    RemovePermission: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      const statements = fn.policies.get(qualifier ?? '') ?? [];
      const left = statements.filter((one) => one.Sid !== input.StatementId);
      if (left.length === statements.length)
        throw new AwsError(
          'ResourceNotFoundException',
          `Statement ${input.StatementId} is not found in resource policy.`,
          404,
          { Type: 'User' },
        );
      fn.policies.set(qualifier ?? '', left);
      return {};
    },
    GetPolicy: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      const statements = fn.policies.get(qualifier ?? '') ?? [];
      if (statements.length === 0)
        throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404, {
          Type: 'User',
        });
      const policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
      return { Policy: policy, RevisionId: revisionOf(policy) };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-lambda')>;
}

function readPrincipal(principal: string): Statement['Principal'] {
  if (principal === '*') return '*';
  if (/\.amazonaws\.com(\.cn)?$/.test(principal)) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

function revisionOf(policy: string): string {
  const hex = createHash('sha256').update(policy).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/**
 * Whether the function's policy lets an AWS service invoke it for a resource: what EventBridge rules and API Gateway need.
 *
 * @param service the principal, e.g. `events.amazonaws.com`
 * @param sourceArn the resource on whose behalf it calls
 */
export function allowsService(statements: readonly Statement[], service: string, sourceArn: string): boolean {
  return statements.some(
    ({ Principal, Action, Condition, Resource }) =>
      (Principal === '*' || ('Service' in Principal && Principal.Service === service)) &&
      ['lambda:InvokeFunction', 'lambda:*', '*'].includes(Action) &&
      arnMatches(Condition?.ArnLike?.['AWS:SourceArn'], sourceArn) &&
      accountMatches(Condition?.StringEquals?.['AWS:SourceAccount'], sourceArn, Resource),
  );
}

function arnMatches(pattern: string | undefined, arn: string): boolean {
  if (pattern === undefined) return true;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(arn);
}

/** The ARN of a bucket names no account: it is of the function's. */
function accountMatches(account: string | undefined, arn: string, functionArn: string): boolean {
  return account === undefined || (arn.split(':')[4] || functionArn.split(':')[4]) === account;
}
