import { parseArn } from 'aws-languages/arn';
import { type PolicyDocument, readPolicy } from 'aws-languages/policy/document';
import { evaluate } from 'aws-languages/policy/evaluate';
import type { PolicyProblem } from 'aws-languages/policy/problem';
import type { AwsError } from '../../core/aws-error';
import type { Statement } from './functions';

/**
 * Whether a function's policy lets an AWS service invoke it for a resource: what EventBridge rules and API Gateway need.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 *
 * @param service the principal, e.g. `events.amazonaws.com`
 * @param sourceArn the resource on whose behalf it calls
 */
export function allowsService(statements: readonly Statement[], service: string, sourceArn: string): boolean {
  return statements.some((statement) => {
    const { effect } = evaluate([readStatement(statement)], {
      action: 'lambda:InvokeFunction',
      resource: statement.Resource,
      caller: { kind: 'service', name: service },
      context: {
        'aws:SourceArn': sourceArn,
        // The ARN of a bucket names no account: it is of the function's.
        'aws:SourceAccount': parseArn(sourceArn)?.accountId || parseArn(statement.Resource)?.accountId || '',
      },
    });
    return effect === 'Allow';
  });
}

/**
 * A statement as the language of policies has it.
 * @param refuse makes the error of one that IAM would not take
 */
export function readStatement(
  statement: Statement,
  refuse?: (problem: PolicyProblem) => AwsError,
): PolicyDocument {
  return readPolicy({ Version: '2012-10-17', Statement: [statement] }, { kind: 'resource', refuse });
}
