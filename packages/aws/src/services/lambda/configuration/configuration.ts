import type { FunctionConfiguration, Runtime } from '@aws-sdk/client-lambda';
import { uuid } from '../../../core/ids';
import type { Code } from '../functions';
import type { LambdaState } from '../state';
import type { Settings } from './check-settings';

/** The configuration of a new function, with Lambda's defaults. */
export function newConfiguration(
  lambda: LambdaState,
  settings: Settings,
  { name, arn, code }: { readonly name: string; readonly arn: string; readonly code: Code },
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
    VpcConfig: describeVpc(lambda, settings.VpcConfig),
    DeadLetterConfig: settings.DeadLetterConfig?.TargetArn ? settings.DeadLetterConfig : undefined,
    Environment: settings.Environment?.Variables && { Variables: settings.Environment.Variables },
    TracingConfig: { Mode: settings.TracingConfig?.Mode ?? 'PassThrough' },
    PackageType: 'Zip',
    Architectures: settings.Architectures ?? ['x86_64'],
    EphemeralStorage: { Size: settings.EphemeralStorage?.Size ?? 512 },
    KMSKeyArn: settings.KMSKeyArn || undefined,
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: settings.LoggingConfig?.LogFormat ?? 'Text',
      LogGroup: settings.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      ApplicationLogLevel: settings.LoggingConfig?.ApplicationLogLevel,
      SystemLogLevel: settings.LoggingConfig?.SystemLogLevel,
    },
    RevisionId: uuid(),
    LastModified: lastModified(lambda),
  };
}

/** A changed configuration: what the update names is replaced, the rest stays. */
export function changeConfiguration(
  lambda: LambdaState,
  old: FunctionConfiguration,
  settings: Partial<Settings>,
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
      VpcConfig: settings.VpcConfig && describeVpc(lambda, settings.VpcConfig),
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
    KMSKeyArn: (settings.KMSKeyArn ?? old.KMSKeyArn) || undefined,
    RevisionId: uuid(),
    LastModified: lastModified(lambda),
  };
}

function describeVpc({ needs }: LambdaState, vpc: Settings['VpcConfig']) {
  const [first] = vpc?.SubnetIds ?? [];
  if (first === undefined) return undefined;
  return {
    SubnetIds: vpc?.SubnetIds,
    SecurityGroupIds: vpc?.SecurityGroupIds,
    VpcId: needs.ec2.subnet(first)?.VpcId,
    Ipv6AllowedForDualStack: vpc?.Ipv6AllowedForDualStack ?? false,
  };
}

/** As Lambda writes it: `2026-11-23T12:00:00.000+0000`. */
function lastModified({ context }: LambdaState): string {
  return context.clock.now().toISOString().replace('Z', '+0000');
}
