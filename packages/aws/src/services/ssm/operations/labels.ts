import { AwsError } from '../../../core/aws-error';
import { parameterNotFound, versionNotFound } from '../errors';
import { newestVersion, type ParameterVersion, type StoredParameter } from '../parameter';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const LABEL = /^(?!aws|ssm)[a-zA-Z_][a-zA-Z0-9_.-]{0,99}$/i;

export const LabelParameterVersion: Op<'LabelParameterVersion'> = (ssm, input) => {
  const parameter = ssm.stored(input.Name ?? '');
  if (!parameter) throw parameterNotFound();
  const version = findVersion(parameter, input.ParameterVersion);
  const labels = input.Labels ?? [];
  const InvalidLabels = labels.filter((label) => !LABEL.test(label));
  const valid = labels.filter((label) => !InvalidLabels.includes(label));
  if (new Set([...version.labels, ...valid]).size > 10) {
    throw new AwsError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
    );
  }
  for (const label of valid) {
    for (const other of parameter.versions) other.labels.delete(label);
    version.labels.add(label);
  }
  if (valid.length > 0) ssm.announce(parameter, version, 'LabelParameterVersion');
  return { InvalidLabels, ParameterVersion: version.version };
};

export const UnlabelParameterVersion: Op<'UnlabelParameterVersion'> = (ssm, input) => {
  const parameter = ssm.stored(input.Name ?? '');
  if (!parameter) throw parameterNotFound();
  const version = findVersion(parameter, input.ParameterVersion);
  const labels = input.Labels ?? [];
  const RemovedLabels = labels.filter((label) => version.labels.delete(label));
  return { RemovedLabels, InvalidLabels: labels.filter((label) => !RemovedLabels.includes(label)) };
};

function findVersion(parameter: StoredParameter, number: number | undefined): ParameterVersion {
  const version =
    number === undefined
      ? newestVersion(parameter)
      : parameter.versions.find((one) => one.version === number);
  if (!version) throw versionNotFound(`version ${number}`, parameter.name);
  return version;
}
