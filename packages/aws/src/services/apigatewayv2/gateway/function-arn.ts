import { readArn } from 'aws-languages/arn';

/** The function that an integration URI means: its ARN, or API Gateway's own ARN of the invocation. */
export function functionArnOf(uri: string | undefined): string | undefined {
  const wrapped = /:lambda:path\/2015-03-31\/functions\/(arn:.+)\/invocations$/.exec(uri ?? '');
  const arn = wrapped?.[1] ?? uri ?? '';
  return readArn(arn, { service: 'lambda', type: 'function', region: 'present' }) ? arn : undefined;
}
