import type { CreateFunctionRequest, FunctionConfiguration, Runtime } from '@aws-sdk/client-lambda';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Ec2Port, IamPort } from '../../../core/ports';
import { checkRange, constraintError, invalidParameter } from '../errors';
import type { Code } from '../functions';

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

/** Who is asked whether a configuration makes sense. */
export interface ConfigurationChecks {
  readonly context: Context;
  readonly iam: Pick<IamPort, 'role'>;
  readonly ec2: Pick<Ec2Port, 'subnet' | 'securityGroup'>;
}

/** The runtimes of Node.js that functions may be made with. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const NODE_RUNTIMES: readonly string[] = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'];

/**
 * Checks settings as Lambda does.
 * @throws AwsError InvalidParameterValueException, ValidationException
 */
export function checkSettings(settings: Partial<Settings>, checks: ConfigurationChecks): void {
  const { Runtime, Handler, MemorySize, Timeout, Environment, Role, VpcConfig } = settings;
  if (Runtime !== undefined && !/^nodejs\d+\.x$/.test(Runtime))
    throw invalidParameter(
      `Value ${Runtime} at 'runtime' failed to satisfy constraint: the embedded AWS runs Node.js functions only`,
    );
  if (Runtime !== undefined && !NODE_RUNTIMES.includes(Runtime))
    throw invalidParameter(
      `Value ${Runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${NODE_RUNTIMES.join(', ')}] or be a valid ARN`,
    );
  if (Handler !== undefined && !/^\S{1,128}$/.test(Handler))
    throw constraintError(Handler, 'handler', 'Member must satisfy regular expression pattern: [^\\s]+');
  checkRange(MemorySize, 'memorySize', 128, 10_240);
  checkRange(Timeout, 'timeout', 1, 900);
  checkEnvironment(Environment?.Variables ?? {});
  checkOneOf(settings.TracingConfig?.Mode, 'tracingConfig.mode', ['Active', 'PassThrough']);
  checkOneOf(settings.LoggingConfig?.LogFormat, 'loggingConfig.logFormat', ['JSON', 'Text']);
  for (const architecture of settings.Architectures ?? [])
    checkOneOf(architecture, 'architectures', ['x86_64', 'arm64']);
  checkRange(settings.EphemeralStorage?.Size, 'ephemeralStorage.size', 512, 10_240);
  if ((settings.Description?.length ?? 0) > 256)
    throw constraintError(
      settings.Description,
      'description',
      'Member must have length less than or equal to 256',
    );
  checkDeadLetterTarget(settings.DeadLetterConfig?.TargetArn);
  if (Role !== undefined) checkRole(Role, checks.iam);
  for (const id of VpcConfig?.SubnetIds ?? [])
    if (!checks.ec2.subnet(id))
      throw invalidParameter(
        `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${id}' does not exist`,
      );
  for (const id of VpcConfig?.SecurityGroupIds ?? [])
    if (!checks.ec2.securityGroup(id))
      throw invalidParameter(
        `Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '${id}' does not exist`,
      );
  if (VpcConfig && (VpcConfig.SubnetIds?.length ?? 0) > 0 !== (VpcConfig.SecurityGroupIds?.length ?? 0) > 0)
    throw invalidParameter('SubnetIds and SecurityIds must coexist or be both empty list.');
}

function checkOneOf(value: string | undefined, member: string, set: readonly string[]): void {
  if (value !== undefined && !set.includes(value))
    throw constraintError(value, member, `Member must satisfy enum value set: [${set.join(', ')}]`);
}

function checkDeadLetterTarget(arn: string | undefined): void {
  if (arn && !/^arn:aws[\w-]*:(sns|sqs):[\w-]+:\d{12}:.+/.test(arn))
    throw constraintError(
      arn,
      'deadLetterConfig.targetArn',
      'Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()',
    );
}

function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.includes(name));
  const because =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  if (reserved.length > 0)
    throw invalidParameter(
      `${because} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  const malformed = Object.keys(variables).find((name) => !/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name));
  if (malformed !== undefined)
    throw constraintError(
      malformed,
      'environment.variables',
      'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]',
    );
  if (JSON.stringify(variables).length > 4096) throw invalidParameter(`${because} exceeded the 4KB limit.`);
}

function checkRole(roleArn: string, iam: Pick<IamPort, 'role'>): void {
  if (!/^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[\w+=,.@\-/]+$/.test(roleArn))
    throw constraintError(
      roleArn,
      'role',
      'Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
    );
  if (!iam.role(roleArn)?.assumableBy.includes('lambda.amazonaws.com'))
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
}

/** The configuration of a new function, with Lambda's defaults. */
export function newConfiguration(
  name: string,
  arn: string,
  settings: Settings,
  code: Code,
  context: Context,
  vpcOf: (subnetId: string) => string | undefined,
): FunctionConfiguration {
  return {
    FunctionName: name,
    FunctionArn: arn,
    Runtime: settings.Runtime as Runtime,
    Role: settings.Role,
    Handler: settings.Handler,
    CodeSize: code.size,
    CodeSha256: code.sha256,
    Description: settings.Description ?? '',
    Timeout: settings.Timeout ?? 3,
    MemorySize: settings.MemorySize ?? 128,
    Version: '$LATEST',
    VpcConfig: describeVpc(settings.VpcConfig, vpcOf),
    DeadLetterConfig: settings.DeadLetterConfig?.TargetArn ? settings.DeadLetterConfig : undefined,
    Environment: settings.Environment?.Variables && { Variables: settings.Environment.Variables },
    TracingConfig: { Mode: settings.TracingConfig?.Mode ?? 'PassThrough' },
    PackageType: 'Zip',
    Architectures: settings.Architectures ?? ['x86_64'],
    EphemeralStorage: { Size: settings.EphemeralStorage?.Size ?? 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: settings.LoggingConfig?.LogFormat ?? 'Text',
      LogGroup: settings.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      ApplicationLogLevel: settings.LoggingConfig?.ApplicationLogLevel,
      SystemLogLevel: settings.LoggingConfig?.SystemLogLevel,
    },
    RevisionId: uuid(),
    LastModified: lastModified(context),
  };
}

/** A changed configuration: what the update names is replaced, the rest stays. */
export function changeConfiguration(
  old: FunctionConfiguration,
  settings: Partial<Settings>,
  context: Context,
  vpcOf: (subnetId: string) => string | undefined,
): FunctionConfiguration {
  const given = Object.fromEntries(
    Object.entries({
      Role: settings.Role,
      Handler: settings.Handler,
      Description: settings.Description,
      Timeout: settings.Timeout,
      MemorySize: settings.MemorySize,
      Runtime: settings.Runtime,
      TracingConfig: settings.TracingConfig,
      EphemeralStorage: settings.EphemeralStorage,
      LoggingConfig: settings.LoggingConfig && { ...old.LoggingConfig, ...settings.LoggingConfig },
      VpcConfig: settings.VpcConfig && describeVpc(settings.VpcConfig, vpcOf),
    }).filter(([, value]) => value !== undefined),
  );
  return {
    ...old,
    ...given,
    Environment: settings.Environment ? { Variables: settings.Environment.Variables ?? {} } : old.Environment,
    DeadLetterConfig: settings.DeadLetterConfig
      ? settings.DeadLetterConfig.TargetArn
        ? settings.DeadLetterConfig
        : undefined
      : old.DeadLetterConfig,
    RevisionId: uuid(),
    LastModified: lastModified(context),
  };
}

function describeVpc(vpc: Settings['VpcConfig'], vpcOf: (subnetId: string) => string | undefined) {
  const [first] = vpc?.SubnetIds ?? [];
  if (first === undefined) return undefined;
  return {
    SubnetIds: vpc?.SubnetIds,
    SecurityGroupIds: vpc?.SecurityGroupIds,
    VpcId: vpcOf(first),
    Ipv6AllowedForDualStack: vpc?.Ipv6AllowedForDualStack ?? false,
  };
}

/** As Lambda writes it: `2026-11-23T12:00:00.000+0000`. */
function lastModified(context: Context): string {
  return context.clock.now().toISOString().replace('Z', '+0000');
}
