import type { ParameterTier, PutParameterRequest } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../core/aws-error';
import { invalid } from '../errors';
import { newestVersion, type ParameterVersion, type StoredParameter } from '../parameter';
import { readPolicies } from '../policies/read-policies';
import { checkDataType, checkDataTypeStays, checkPattern, checkValue } from './check-parameter';

const versionsKept = 100;

/**
 * Checks a PutParameter, and makes the version of it that the parameter has next. What the request leaves out stays as it was.
 *
 * @param present the parameter, where there is one of this name
 * @param made who makes the version, and when
 * @throws AwsError when AWS would not take it
 */
export function readVersion(
  input: PutParameterRequest,
  name: string,
  present: StoredParameter | undefined,
  made: Pick<ParameterVersion, 'modifiedAt' | 'modifiedBy'>,
): ParameterVersion {
  const before = present && newestVersion(present);
  checkOverwrite(input, present);
  const type = input.Type ?? before?.type;
  if (!type) throw invalid('A parameter type is required when you create a parameter.');
  if (before && before.type !== type)
    throw new AwsError(
      'HierarchyTypeMismatchException',
      `Parameter Store doesn't support changing a parameter type in a hierarchy. The parameter ${name} is of type ${before.type}.`,
    );
  const tier = chooseTier(input, before);
  checkValue(input, tier);
  const policies = input.Policies === undefined ? (before?.policies ?? []) : readPolicies(input.Policies);
  if (policies.length > 0 && tier !== 'Advanced')
    throw invalid('Parameter policies are supported by parameters of the advanced-parameter tier only.');
  const value = input.Value ?? '';
  const dataType = input.DataType ?? before?.dataType ?? 'text';
  checkDataType(dataType, value);
  checkDataTypeStays(dataType, before?.dataType);
  const allowedPattern = input.AllowedPattern ?? before?.allowedPattern;
  if (allowedPattern) checkPattern(allowedPattern, value);
  return {
    ...made,
    version: (before?.version ?? 0) + 1,
    value,
    type,
    dataType,
    tier,
    keyId: type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
    description: input.Description ?? before?.description,
    allowedPattern,
    labels: new Set(),
    policies: policies.map((policy) => ({ ...policy, status: 'Pending' })),
  };
}

function checkOverwrite(input: PutParameterRequest, present: StoredParameter | undefined): void {
  if (present && !input.Overwrite)
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  if (input.Overwrite && input.Tags && input.Tags.length > 0)
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
}

function chooseTier(input: PutParameterRequest, before: ParameterVersion | undefined): ParameterTier {
  const asked = input.Tier ?? before?.tier ?? 'Standard';
  const large = Buffer.byteLength(input.Value ?? '') > 4096 || Boolean(input.Policies);
  if (asked === 'Intelligent-Tiering') return large ? 'Advanced' : 'Standard';
  if (before?.tier === 'Advanced' && asked === 'Standard')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  return asked as ParameterTier;
}

/** The oldest version gives way to the hundred-and-first, unless a label holds it. */
export function makeRoom(parameter: StoredParameter): void {
  if (parameter.versions.length < versionsKept) return;
  const [oldest] = parameter.versions;
  if (oldest && oldest.labels.size > 0) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  parameter.versions.shift();
}
