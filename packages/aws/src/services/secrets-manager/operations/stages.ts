import { takePage } from '../../../core/paging';
import { badToken, invalidParameter, notFound } from '../errors';
import type { Op, Secret, SecretVersion } from '../state';
import { retireCurrent } from './values';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
export const ListSecretVersionIds: Op<'ListSecretVersionIds'> = (state, input) => {
  const { arn: ARN, name: Name, versions } = state.get(input.SecretId);
  const page = takePage([...versions.values()], {
    token: input.NextToken,
    size: input.MaxResults ?? 100,
    idOf: ({ id }) => id,
    refuse: badToken,
    question: ARN,
  });
  const Versions = page.items.map(({ id: VersionId, stages, createdAt: CreatedDate }) => ({
    VersionId,
    VersionStages: [...stages],
    CreatedDate,
  }));
  return { ARN, Name, Versions, NextToken: page.next };
};

/**
 * Moves a label from one version to another, or takes it from one. A version that has no label left is gone.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export const UpdateSecretVersionStage: Op<'UpdateSecretVersionStage'> = (state, input) => {
  const secret = state.getLiving(input.SecretId);
  const { VersionStage: stage = '', RemoveFromVersionId: from, MoveToVersionId: to } = input;
  const target = to === undefined ? undefined : findVersion(secret, to);
  if (from !== undefined) findVersion(secret, from);
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (holder !== target) {
    checkMove(stage, holder, from, to);
    if (stage === 'AWSCURRENT') retireCurrent(secret);
    holder?.stages.delete(stage);
    target?.stages.add(stage);
    for (const [id, { stages }] of secret.versions) if (stages.size === 0) secret.versions.delete(id);
    secret.changedAt = state.context.clock.now();
  }
  return { ARN: secret.arn, Name: secret.name };
};

/** @throws AwsError InvalidParameterException for a label that is elsewhere than the request says, or that must be somewhere */
function checkMove(
  stage: string,
  holder: SecretVersion | undefined,
  from: string | undefined,
  to: string | undefined,
): void {
  if (stage === 'AWSCURRENT' && to === undefined)
    throw invalidParameter(
      'You can only move staging label AWSCURRENT to a different secret version. It can\u2019t be completely removed.',
    );
  if (holder && from === undefined)
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (from !== holder?.id)
    throw invalidParameter(
      `The parameter RemoveFromVersionId is not valid. Staging label ${stage} is ${holder ? `currently attached to version ${holder.id}` : 'attached to no version'}.`,
    );
}

function findVersion({ versions }: Secret, id: string): SecretVersion {
  const version = versions.get(id);
  if (!version) throw notFound(`Secrets Manager can't find the specified secret version: ${id}.`);
  return version;
}
