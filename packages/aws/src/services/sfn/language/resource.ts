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

/** The optimized integrations, and their actions where the embedded AWS runs them. */
const OPTIMIZED: Readonly<Record<string, readonly string[] | undefined>> = {
  ...Object.fromEntries(
    [
      ...[
        'apigateway',
        'athena',
        'batch',
        'bedrock',
        'codebuild',
        'databrew',
        'ecs',
        'eks',
        'elasticmapreduce',
      ],
      ...['emr-containers', 'emr-serverless', 'glue', 'http', 'mediaconvert', 'sagemaker'],
    ].map((service) => [service, undefined]),
  ),
  dynamodb: ['deleteItem', 'getItem', 'putItem', 'updateItem'],
  events: ['putEvents'],
  lambda: ['invoke'],
  sns: ['publish'],
  sqs: ['sendMessage'],
  states: ['startExecution'],
};

/**
 * Whether a Resource is one that Step Functions knows.
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
export function isKnownResource(arn: string): boolean {
  try {
    const { service, action } = readResource(arn);
    if (['activity', 'lambda-function'].includes(service) || service.startsWith('aws-sdk:')) return true;
    return Object.hasOwn(OPTIMIZED, service) && (OPTIMIZED[service]?.includes(action) ?? true);
  } catch (error) {
    if (error instanceof StatesError) return false;
    throw error;
  }
}
