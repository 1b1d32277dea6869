import { uuid } from '../../../core/ids';
import { invalidParameter, notFound, tokenInUse } from '../errors';
import type { Op, Secret, SecretsManagerState, SecretVersion } from '../state';

interface Given {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
  readonly ClientRequestToken?: string;
  readonly VersionStages?: string[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const GetSecretValue: Op<'GetSecretValue'> = (state, { SecretId, VersionId, VersionStage }) => {
  const secret = state.getLiving(SecretId);
  const version = findVersion(secret, VersionId, VersionStage);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.text,
    SecretBinary: version.bytes,
    VersionStages: [...version.stages],
    CreatedDate: version.createdAt,
  };
};

function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const wanted = stage ?? (id ? undefined : 'AWSCURRENT');
  const found = [...secret.versions.values()].find(
    (version) => (!id || version.id === id) && (!wanted || version.stages.has(wanted)),
  );
  if (found) return found;
  throw notFound(
    id
      ? `Secrets Manager can't find the specified secret value for VersionId: ${id}`
      : `Secrets Manager can't find the specified secret value for staging label: ${wanted}`,
  );
}

export const PutSecretValue: Op<'PutSecretValue'> = (state, input) => {
  const secret = state.getLiving(input.SecretId);
  if (input.SecretString === undefined && input.SecretBinary === undefined)
    throw invalidParameter('You must provide either SecretString or SecretBinary.');
  const version = putVersion(state, secret, input);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
};

/** Whether a version has the value that is given. */
export function isSameValue({ text, bytes }: SecretVersion, { SecretString, SecretBinary }: Given): boolean {
  return text === SecretString && Buffer.from(bytes ?? []).equals(Buffer.from(SecretBinary ?? []));
}

/**
 * Gives a secret a new value, where one is given. What was current is the previous one then; a version that is in no stage any more
 * is gone.
 *
 * @throws AwsError InvalidParameterException for two values, ResourceExistsException for a version that has another value
 */
export function putVersion(state: SecretsManagerState, secret: Secret, input: Given): SecretVersion {
  const { SecretString: text, SecretBinary: bytes, ClientRequestToken: id = uuid() } = input;
  if (text !== undefined && bytes !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  const known = secret.versions.get(id);
  if (known) {
    if (isSameValue(known, input)) return known;
    throw tokenInUse(id, secret.arn);
  }
  const stages = input.VersionStages ?? ['AWSCURRENT'];
  if (stages.includes('AWSCURRENT')) retireCurrent(secret);
  for (const version of secret.versions.values()) for (const stage of stages) version.stages.delete(stage);
  const now = state.context.clock.now();
  const version = { id, text, bytes, createdAt: now, stages: new Set(stages) };
  secret.versions.set(id, version);
  secret.changedAt = now;
  for (const [old, { stages: left }] of secret.versions) if (left.size === 0) secret.versions.delete(old);
  return version;
}

/** Makes what is current the previous version. */
export function retireCurrent({ versions }: Secret): void {
  const current = [...versions.values()].find(({ stages }) => stages.has('AWSCURRENT'));
  if (!current) return;
  for (const { stages } of versions.values()) stages.delete('AWSPREVIOUS');
  current.stages.add('AWSPREVIOUS');
}
