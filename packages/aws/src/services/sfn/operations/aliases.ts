import { takePage } from '../../../core/paging';
import { aliasExists, badPageToken, validationError } from '../errors';
import type { Alias } from '../machines/alias';
import { findAlias, getAlias, readRouting } from '../machines/aliases';
import { splitVersion } from '../machines/state-machines';
import { pageSize } from '../paging';
import type { Op } from '../state';

/** Making an alias again as it is gives the one that is there. */
export const CreateStateMachineAlias: Op<'CreateStateMachineAlias'> = (sfn, input) => {
  const { owner, routing } = readRouting(sfn.stateMachines, input.routingConfiguration ?? []);
  const { name = '', description } = input;
  const present = owner.aliases.get(name);
  if (present && !isSame(present, { description, routing })) throw aliasExists();
  const now = sfn.context.clock.now();
  const alias = present ?? {
    ...{ name, description, routing },
    arn: `${owner.arn}:${name}`,
    createdAt: now,
    updatedAt: now,
  };
  owner.aliases.set(name, alias);
  return { stateMachineAliasArn: alias.arn, creationDate: alias.createdAt };
};

export const UpdateStateMachineAlias: Op<'UpdateStateMachineAlias'> = (sfn, input) => {
  const alias = getAlias(sfn.stateMachines, input.stateMachineAliasArn);
  const { description, routingConfiguration } = input;
  if (description === undefined && routingConfiguration === undefined)
    throw validationError('Either the description or the routing configuration must be specified');
  if (routingConfiguration !== undefined) {
    const { owner, routing } = readRouting(sfn.stateMachines, routingConfiguration);
    if (owner.aliases.get(alias.name) !== alias)
      throw validationError('Routing configuration must contain versions of the same state machine');
    alias.routing = routing;
  }
  alias.description = description ?? alias.description;
  alias.updatedAt = sfn.context.clock.now();
  return { updateDate: alias.updatedAt };
};

export const DescribeStateMachineAlias: Op<'DescribeStateMachineAlias'> = (sfn, input) => {
  const alias = getAlias(sfn.stateMachines, input.stateMachineAliasArn);
  return {
    stateMachineAliasArn: alias.arn,
    name: alias.name,
    description: alias.description,
    routingConfiguration: alias.routing.map(({ versionArn, weight }) => ({
      stateMachineVersionArn: versionArn,
      weight,
    })),
    creationDate: alias.createdAt,
    updateDate: alias.updatedAt,
  };
};

/** Deleting what is not there succeeds. */
export const DeleteStateMachineAlias: Op<'DeleteStateMachineAlias'> = (sfn, input) => {
  const alias = findAlias(sfn.stateMachines, input.stateMachineAliasArn);
  if (alias) sfn.stateMachines.find(alias.arn.slice(0, -alias.name.length - 1))?.aliases.delete(alias.name);
  return {};
};

/** Of a state machine, or only those that lead to a version. */
export const ListStateMachineAliases: Op<'ListStateMachineAliases'> = (sfn, input) => {
  const { stateMachineArn: arn } = input;
  const { versionArn, aliases } = sfn.stateMachines.get(arn);
  const found = [...aliases.values()].filter(
    ({ routing }) => versionArn === undefined || routing.some((route) => route.versionArn === versionArn),
  );
  const page = takePage(found, {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: (alias) => alias.arn,
    refuse: badPageToken,
    question: [splitVersion(arn), versionArn],
  });
  return {
    stateMachineAliases: page.items.map((alias) => ({
      stateMachineAliasArn: alias.arn,
      creationDate: alias.createdAt,
    })),
    nextToken: page.next,
  };
};

function isSame(alias: Alias, { description, routing }: Pick<Alias, 'description' | 'routing'>): boolean {
  return alias.description === description && JSON.stringify(alias.routing) === JSON.stringify(routing);
}
