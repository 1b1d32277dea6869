import { takePage } from '../../../core/paging';
import { badPageToken, staleRevision, validationError, versionInUse } from '../errors';
import { publishVersion, splitVersion } from '../machines/state-machines';
import { pageSize } from '../paging';
import type { Op } from '../state';

export const PublishStateMachineVersion: Op<'PublishStateMachineVersion'> = (sfn, input) => {
  const stateMachine = sfn.stateMachines.base(input.stateMachineArn);
  const current = stateMachine.revisionId ?? 'INITIAL';
  if (input.revisionId !== undefined && input.revisionId !== current)
    throw staleRevision(input.revisionId, current);
  const { versionArn, createdAt } = publishVersion(stateMachine, input.description, sfn.context.clock.now());
  return { stateMachineVersionArn: versionArn, creationDate: createdAt };
};

export const ListStateMachineVersions: Op<'ListStateMachineVersions'> = (sfn, input) => {
  const { arn, versions } = sfn.stateMachines.base(input.stateMachineArn);
  const page = takePage([...versions.values()].reverse(), {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: ({ versionArn }) => versionArn,
    refuse: badPageToken,
    question: arn,
  });
  return {
    stateMachineVersions: page.items.map(({ versionArn, createdAt }) => ({
      stateMachineVersionArn: versionArn,
      creationDate: createdAt,
    })),
    nextToken: page.next,
  };
};

export const DeleteStateMachineVersion: Op<'DeleteStateMachineVersion'> = (sfn, input) => {
  const { base, version = '' } = splitVersion(input.stateMachineVersionArn);
  if (!/^\d+$/.test(version))
    throw validationError(
      `The provided ARN is not a State Machine version ARN: ${input.stateMachineVersionArn}`,
    );
  const stateMachine = sfn.stateMachines.find(base);
  const referring = [...(stateMachine?.aliases.values() ?? [])]
    .filter(({ routing }) => routing.some(({ versionArn }) => versionArn === input.stateMachineVersionArn))
    .map(({ name }) => name);
  if (referring.length > 0) throw versionInUse(referring);
  stateMachine?.versions.delete(Number(version));
  return {};
};
