import type { CreateFunctionRequest } from '@aws-sdk/client-lambda';
import { parseArn } from 'aws-languages/arn';
import { aboveQuota, invalidParameter } from '../errors';
import type { Needs } from '../state';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, reserved environment variables */
const RESERVED_VARIABLES = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
];

/** The members of a configuration that create and update have in common. */
export type Settings = Omit<CreateFunctionRequest, 'Code' | 'FunctionName' | 'Publish' | 'Tags'>;

/** The runtimes of Node.js that functions may be made with. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const NODE_RUNTIMES: readonly string[] = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'];

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the API's model allows for more. */
const MOST_MEMORY = 10_240;
const LONGEST_TIMEOUT = 900;

/**
 * Checks settings as Lambda does, beyond what the API's model says of them.
 * @throws AwsError InvalidParameterValueException, ValidationException
 */
export function checkSettings(
  needs: Pick<Needs, 'ec2' | 'iam'>,
  functionArn: string,
  settings: Partial<Settings>,
): void {
  refuseLacking(settings);
  checkRuntime(settings.Runtime);
  checkMost(settings.MemorySize, 'memorySize', MOST_MEMORY);
  checkMost(settings.Timeout, 'timeout', LONGEST_TIMEOUT);
  checkEnvironment(settings.Environment?.Variables ?? {});
  checkDeadLetterTarget(settings.DeadLetterConfig?.TargetArn);
  if (settings.Role !== undefined) checkRole(settings.Role, functionArn, needs.iam);
  if (settings.VpcConfig) checkVpc(settings.VpcConfig, needs.ec2);
}

/** What functions cannot have here is not taken and left aside. An empty list or name is none. */
function refuseLacking(settings: Partial<Settings>): void {
  const { Layers, FileSystemConfigs, CodeSigningConfigArn, SnapStart } = settings;
  if (Layers?.length)
    throw invalidParameter('The embedded AWS has no layers: package what the function needs with it.');
  if (FileSystemConfigs?.length)
    throw invalidParameter('The embedded AWS has no file systems: leave FileSystemConfigs out.');
  if (CodeSigningConfigArn)
    throw invalidParameter('The embedded AWS has no code signing: leave CodeSigningConfigArn out.');
  if (SnapStart?.ApplyOn === 'PublishedVersions')
    throw invalidParameter('Node.js runtimes are not supported for SnapStart enabled functions.');
}

function checkRuntime(runtime: string | undefined): void {
  if (runtime === undefined || NODE_RUNTIMES.includes(runtime)) return;
  const rule = /^nodejs\d+\.x$/.test(runtime)
    ? `Member must satisfy enum value set: [${NODE_RUNTIMES.join(', ')}] or be a valid ARN`
    : 'the embedded AWS runs Node.js functions only';
  throw invalidParameter(`Value ${runtime} at 'runtime' failed to satisfy constraint: ${rule}`);
}

function checkMost(value: number | undefined, member: string, most: number): void {
  if (value !== undefined && value > most)
    throw aboveQuota(value, member, `Member must have value less than or equal to ${most}`);
}

function checkDeadLetterTarget(arn: string | undefined): void {
  if (arn && !['sns', 'sqs'].includes(parseArn(arn)?.service ?? ''))
    throw invalidParameter(`The dead letter target ${arn} is neither an SNS topic nor an SQS queue.`);
}

function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.includes(name));
  const because =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  if (reserved.length > 0)
    throw invalidParameter(
      `${because} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  if (JSON.stringify(variables).length > 4096) throw invalidParameter(`${because} exceeded the 4KB limit.`);
}

function checkRole(roleArn: string, functionArn: string, iam: Needs['iam']): void {
  if (!iam.role(roleArn)?.trusts('lambda.amazonaws.com', functionArn))
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
}

function checkVpc(
  { SubnetIds = [], SecurityGroupIds = [] }: NonNullable<Settings['VpcConfig']>,
  ec2: Needs['ec2'],
): void {
  for (const id of SubnetIds)
    if (!ec2.subnet(id))
      throw invalidParameter(
        `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${id}' does not exist`,
      );
  for (const id of SecurityGroupIds)
    if (!ec2.securityGroup(id))
      throw invalidParameter(
        `Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '${id}' does not exist`,
      );
  if (SubnetIds.length > 0 !== SecurityGroupIds.length > 0)
    throw invalidParameter('SubnetIds and SecurityIds must coexist or be both empty list.');
}
