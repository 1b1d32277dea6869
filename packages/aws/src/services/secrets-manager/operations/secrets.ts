import type { CreateSecretRequest, DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { takePage } from '../../../core/paging';
import { badToken, invalidParameter, tokenInUse } from '../errors';
import { isWanted } from '../filters';
import { checkName, type Op, type Secret, type SecretsManagerState } from '../state';
import { isSameValue, putVersion } from './values';

const USUAL_WINDOW_DAYS = 30;
const DAY = 86_400_000;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export const CreateSecret: Op<'CreateSecret'> = (state, input) => {
  const name = input.Name ?? '';
  checkName(name);
  const made = madeBefore(state, name, input);
  if (made) return made;
  const secret = state.add(name, { description: input.Description, keyId: input.KmsKeyId }, input.Tags ?? []);
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
  try {
    const version = hasValue ? putVersion(state, secret, input) : undefined;
    return { ARN: secret.arn, Name: name, VersionId: version?.id };
  } catch (error) {
    state.remove(secret);
    throw error;
  }
};

/** What the same request, by its token, made before: it is made once. */
function madeBefore(state: SecretsManagerState, name: string, input: CreateSecretRequest) {
  const secret = state.list().find((one) => one.name === name && !one.deletedAt);
  const version = secret?.versions.get(input.ClientRequestToken ?? '');
  if (!secret || !version) return undefined;
  if (!isSameValue(version, input)) throw tokenInUse(version.id, secret.arn);
  return { ARN: secret.arn, Name: name, VersionId: version.id };
}

export const DescribeSecret: Op<'DescribeSecret'> = (state, input) =>
  describeSecret(state.get(input.SecretId));

function describeSecret(secret: Secret): DescribeSecretResponse {
  const { versions } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.keyId,
    CreatedDate: secret.createdAt,
    LastChangedDate: secret.changedAt,
    DeletedDate: secret.deletedAt,
    // AWS leaves the member out where there are none.
    ...(secret.tags.size > 0 && { Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })) }),
    VersionIdsToStages:
      versions.size === 0
        ? undefined
        : Object.fromEntries([...versions].map(([id, { stages }]) => [id, [...stages]])),
  };
}

export const ListSecrets: Op<'ListSecrets'> = (state, input) => {
  const { Filters: filters = [], IncludePlannedDeletion: isDeletedToo } = input;
  const found = state
    .list()
    .filter((secret) => (!secret.deletedAt || isDeletedToo) && isWanted(secret, filters));
  const page = takePage(found, {
    token: input.NextToken,
    size: input.MaxResults ?? 100,
    idOf: ({ arn }) => arn,
    refuse: badToken,
    question: [isDeletedToo, filters],
  });
  const SecretList = page.items.map((secret) => {
    const { VersionIdsToStages, ...shown } = describeSecret(secret);
    return { ...shown, SecretVersionsToStages: VersionIdsToStages };
  });
  return { SecretList, NextToken: page.next };
};

export const UpdateSecret: Op<'UpdateSecret'> = (state, input) => {
  const secret = state.getLiving(input.SecretId);
  if (input.Description !== undefined) secret.description = input.Description;
  if (input.KmsKeyId !== undefined) secret.keyId = input.KmsKeyId;
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
  const version = hasValue ? putVersion(state, secret, input) : undefined;
  return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
};

/** A secret that is deleted can be had back for a while, unless it is to be gone at once. */
export const DeleteSecret: Op<'DeleteSecret'> = (state, input) => {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
  if (days !== undefined && force)
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  if (days !== undefined && (days < 7 || days > 30))
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  const secret = state.getLiving(input.SecretId);
  const { clock } = state.context;
  const DeletionDate = force ? clock.now() : new Date(clock.millis() + (days ?? USUAL_WINDOW_DAYS) * DAY);
  if (force) state.remove(secret);
  else secret.deletedAt = DeletionDate;
  return { ARN: secret.arn, Name: secret.name, DeletionDate };
};

export const RestoreSecret: Op<'RestoreSecret'> = (state, input) => {
  const secret = state.get(input.SecretId);
  secret.deletedAt = undefined;
  return { ARN: secret.arn, Name: secret.name };
};
