import { StatesError } from './states-error';

/** A task's Resource, taken apart: `arn:aws:states:::lambda:invoke.waitForTaskToken`. */
export interface Resource {
  readonly arn: string;
  /** `lambda`, `sns`, `aws-sdk:ec2`; `lambda-function` for the plain ARN of a function. */
  readonly service: string;
  /** `invoke`, `publish`, `describeImages`. */
  readonly action: string;
  readonly pattern: 'request' | 'sync' | 'token';
}

/** Takes a Resource apart. */
export function readResource(arn: string): Resource {
  if (/^arn:aws[\w-]*:lambda:/.test(arn))
    return { arn, service: 'lambda-function', action: 'invoke', pattern: 'request' };
  const match = /^arn:aws[\w-]*:states:[^:]*:\d*:((?:aws-sdk:)?[^:]+):([^:.]+)(\.[\w:]+)?$/.exec(arn);
  if (!match)
    throw new StatesError('States.Runtime', `The resource ARN '${arn}' is not supported by the embedded AWS`);
  const suffix = match[3] ?? '';
  return {
    arn,
    service: match[1] ?? '',
    action: match[2] ?? '',
    pattern: suffix === '.waitForTaskToken' ? 'token' : suffix.startsWith('.sync') ? 'sync' : 'request',
  };
}
