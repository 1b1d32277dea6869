import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { badMarker, conflict, invalidParameter, notFound, staleRevision } from '../errors';
import { type LambdaFunction, versionOf } from '../functions';
import { pageSize } from '../paging';
import type { Op } from '../state';

type AliasSettings = Pick<AliasConfiguration, 'Name' | 'FunctionVersion' | 'Description' | 'RoutingConfig'>;

export const CreateAlias: Op<'CreateAlias'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const name = input.Name ?? '';
  if (fn.aliases.has(name)) throw conflict(`Alias already exists: ${fn.arn}:${name}`);
  if (/^\d+$/.test(name)) throw invalidParameter(`Alias name ${name} is a version number`);
  versionOf(fn, input.FunctionVersion);
  checkWeights(fn, input);
  return setAlias(fn, name, { ...input, Name: name });
};

export const UpdateAlias: Op<'UpdateAlias'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const old = aliasOf(fn, input.Name ?? '');
  if (input.RevisionId !== undefined && input.RevisionId !== old.RevisionId) throw staleRevision();
  if (input.FunctionVersion !== undefined) versionOf(fn, input.FunctionVersion);
  const FunctionVersion = input.FunctionVersion ?? old.FunctionVersion;
  checkWeights(fn, { FunctionVersion, RoutingConfig: input.RoutingConfig });
  return setAlias(fn, input.Name ?? '', {
    Name: old.Name,
    FunctionVersion,
    Description: input.Description ?? old.Description,
    RoutingConfig: input.RoutingConfig ?? old.RoutingConfig,
  });
};

export const GetAlias: Op<'GetAlias'> = (lambda, input) =>
  aliasOf(lambda.functions.find(input.FunctionName).fn, input.Name ?? '');

export const ListAliases: Op<'ListAliases'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const { FunctionVersion } = input;
  const all = [...fn.aliases.values()].filter(
    (alias) => FunctionVersion === undefined || alias.FunctionVersion === FunctionVersion,
  );
  const page = takePage(all, {
    token: input.Marker,
    size: pageSize(input.MaxItems),
    idOf: ({ Name = '' }) => Name,
    refuse: badMarker,
    question: [fn.arn, FunctionVersion],
  });
  return { Aliases: page.items, NextMarker: page.next };
};

export const DeleteAlias: Op<'DeleteAlias'> = (lambda, input) => {
  lambda.functions.find(input.FunctionName).fn.aliases.delete(input.Name ?? '');
  return {};
};

/** An alias may send a part of its traffic to one other published version. */
function checkWeights(
  fn: LambdaFunction,
  { FunctionVersion, RoutingConfig }: Pick<AliasSettings, 'FunctionVersion' | 'RoutingConfig'>,
): void {
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  if (weights.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1.');
  for (const [version] of weights) {
    if (FunctionVersion === '$LATEST')
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version.');
    if (version === FunctionVersion)
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    versionOf(fn, version);
  }
}

function setAlias(fn: LambdaFunction, name: string, settings: AliasSettings): AliasConfiguration {
  const given = settings.RoutingConfig?.AdditionalVersionWeights ?? {};
  // An alias of one version shows no weights, however they were left out.
  const weights = Object.keys(given).length > 0 ? given : undefined;
  const alias: AliasConfiguration = {
    AliasArn: `${fn.arn}:${name}`,
    Name: settings.Name,
    FunctionVersion: settings.FunctionVersion,
    Description: settings.Description ?? '',
    ...(weights && { RoutingConfig: { AdditionalVersionWeights: weights } }),
    RevisionId: uuid(),
  };
  fn.aliases.set(name, alias);
  return alias;
}

function aliasOf(fn: LambdaFunction, name: string): AliasConfiguration {
  const alias = fn.aliases.get(name);
  if (alias) return alias;
  throw notFound(`Cannot find alias arn: ${fn.arn}:${name}`);
}
