import type { AliasConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { badMarker, invalidParameter } from '../errors';
import type { FunctionStore, LambdaFunction } from '../functions';

/** Published versions and aliases. */
export function versionOperations(store: FunctionStore) {
  return {
    PublishVersion: (input) => {
      const { fn } = store.find(input.FunctionName);
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== fn.latest.code.sha256)
        throw invalidParameter(
          `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${fn.latest.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      return publishVersion(store, fn, { description: input.Description });
    },
    ListVersionsByFunction: (input) => {
      const { fn } = store.find(input.FunctionName);
      const all = [fn.latest, ...fn.versions.values()].map(({ configuration }) => ({
        ...configuration,
        FunctionArn: `${fn.arn}:${configuration.Version}`,
      }));
      const page = takePage(all, {
        token: input.Marker,
        size: Math.min(input.MaxItems ?? 50, 50),
        refuse: badMarker,
      });
      return { Versions: page.items, NextMarker: page.next };
    },
    CreateAlias: (input) => {
      const { fn } = store.find(input.FunctionName);
      const name = input.Name ?? '';
      if (fn.aliases.has(name))
        throw new AwsError('ResourceConflictException', `Alias already exists: ${fn.arn}:${name}`, 409, {
          Type: 'User',
        });
      if (/^\d+$/.test(name)) throw invalidParameter(`Alias name ${name} is a version number`);
      store.version(fn, input.FunctionVersion);
      checkWeights(store, fn, input);
      return setAlias(fn, name, { ...input, Name: name });
    },
    UpdateAlias: (input) => {
      const { fn } = store.find(input.FunctionName);
      const old = aliasOf(fn, input.Name ?? '');
      if (input.RevisionId !== undefined && input.RevisionId !== old.RevisionId)
        throw new AwsError(
          'PreconditionFailedException',
          'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
          412,
          { Type: 'User' },
        );
      if (input.FunctionVersion !== undefined) store.version(fn, input.FunctionVersion);
      checkWeights(store, fn, {
        FunctionVersion: input.FunctionVersion ?? old.FunctionVersion,
        RoutingConfig: input.RoutingConfig,
      });
      return setAlias(fn, input.Name ?? '', {
        Name: old.Name,
        FunctionVersion: input.FunctionVersion ?? old.FunctionVersion,
        Description: input.Description ?? old.Description,
        RoutingConfig: input.RoutingConfig ?? old.RoutingConfig,
      });
    },
    GetAlias: (input) => aliasOf(store.find(input.FunctionName).fn, input.Name ?? ''),
    ListAliases: (input) => {
      const { fn } = store.find(input.FunctionName);
      const all = [...fn.aliases.values()].filter(
        (alias) => input.FunctionVersion === undefined || alias.FunctionVersion === input.FunctionVersion,
      );
      const page = takePage(all, {
        token: input.Marker,
        size: Math.min(input.MaxItems ?? 50, 50),
        refuse: badMarker,
      });
      return { Aliases: page.items, NextMarker: page.next };
    },
    DeleteAlias: (input) => {
      store.find(input.FunctionName).fn.aliases.delete(input.Name ?? '');
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-lambda')>;
}

/** Freezes `$LATEST` as the next version; the same code and configuration give the version that is there. */
export function publishVersion(
  store: FunctionStore,
  fn: LambdaFunction,
  options: { description?: string },
): FunctionConfiguration {
  const newest = [...fn.versions.values()].at(-1);
  if (newest && newest.configuration.RevisionId === fn.latest.configuration.RevisionId)
    return newest.configuration;
  const version = String(Number(newest?.configuration.Version ?? 0) + 1);
  const configuration: FunctionConfiguration = {
    ...fn.latest.configuration,
    Version: version,
    FunctionArn: `${fn.arn}:${version}`,
    Description: options.description ?? fn.latest.configuration.Description,
    State: 'Active',
    StateReason: undefined,
    StateReasonCode: undefined,
    // A version never changes: what $LATEST is still busy with is done for it.
    LastUpdateStatus: 'Successful',
    LastUpdateStatusReason: undefined,
    LastUpdateStatusReasonCode: undefined,
  };
  fn.versions.set(version, { configuration, code: fn.latest.code, revision: store.nextRevision() });
  return configuration;
}

/** An alias may send a part of its traffic to one other published version. */
function checkWeights(
  store: FunctionStore,
  fn: LambdaFunction,
  { FunctionVersion, RoutingConfig }: Pick<AliasConfiguration, 'FunctionVersion' | 'RoutingConfig'>,
): void {
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  if (weights.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1.');
  for (const [version, weight] of weights) {
    if (FunctionVersion === '$LATEST')
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version.');
    if (version === FunctionVersion)
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    if (weight < 0 || weight > 1) throw invalidParameter(`Weight ${weight} must be between 0.0 and 1.0.`);
    store.version(fn, version);
  }
}

function setAlias(
  fn: LambdaFunction,
  name: string,
  settings: Pick<AliasConfiguration, 'Name' | 'FunctionVersion' | 'Description' | 'RoutingConfig'>,
): AliasConfiguration {
  const alias: AliasConfiguration = {
    AliasArn: `${fn.arn}:${name}`,
    Name: settings.Name,
    FunctionVersion: settings.FunctionVersion,
    Description: settings.Description ?? '',
    RoutingConfig: settings.RoutingConfig,
    RevisionId: uuid(),
  };
  fn.aliases.set(name, alias);
  return alias;
}

function aliasOf(fn: LambdaFunction, name: string): AliasConfiguration {
  const alias = fn.aliases.get(name);
  if (alias) return alias;
  throw new AwsError('ResourceNotFoundException', `Cannot find alias arn: ${fn.arn}:${name}`, 404, {
    Type: 'User',
  });
}
