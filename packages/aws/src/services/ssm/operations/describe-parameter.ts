import { createHash } from 'node:crypto';
import type { Parameter, ParameterHistory, ParameterMetadata } from '@aws-sdk/client-ssm';
import { newestVersion, type ParameterVersion, type StoredParameter } from '../parameter';
import { viewPolicies } from '../policies/read-policies';
import type { Selection, SsmState } from '../state';

/** A parameter as the Get operations show it. */
export function viewParameter(ssm: SsmState, selection: Selection, decrypt: boolean): Parameter {
  const { name, version, selector } = selection;
  return {
    Name: name,
    Type: version.type,
    Value: shownValue(name, version, decrypt),
    Version: version.version,
    Selector: selector,
    LastModifiedDate: version.modifiedAt,
    ARN: ssm.arn(name),
    DataType: version.dataType,
  };
}

/** A parameter as DescribeParameters shows it: without its value. */
export function viewMetadata(ssm: SsmState, parameter: StoredParameter): ParameterMetadata {
  const version = newestVersion(parameter);
  return {
    Name: parameter.name,
    ARN: ssm.arn(parameter.name),
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modifiedAt,
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: viewPolicies(version.policies),
    DataType: version.dataType,
  };
}

/** One entry of a parameter's history. */
export function viewVersion(name: string, version: ParameterVersion, decrypt: boolean): ParameterHistory {
  return {
    Name: name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modifiedAt,
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    Value: shownValue(name, version, decrypt),
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Labels: [...version.labels],
    Tier: version.tier,
    Policies: viewPolicies(version.policies),
    DataType: version.dataType,
  };
}

/** A SecureString without decryption shows a ciphertext. */
function shownValue(name: string, version: ParameterVersion, decrypt: boolean): string {
  if (version.type !== 'SecureString' || decrypt) return version.value;
  const digest = createHash('sha512').update(`${name}:${version.version}:${version.value}`).digest();
  return `AQICAHh${digest.toString('base64')}`;
}
