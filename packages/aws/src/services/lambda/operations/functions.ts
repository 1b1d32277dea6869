import { takePage } from '../../../core/paging';
import { signArchive } from '../code/archives';
import { readCode } from '../code/read-code';
import { checkNetworkRights } from '../configuration/check-network-rights';
import { checkSettings, type Settings } from '../configuration/check-settings';
import { changeConfiguration, newConfiguration } from '../configuration/configuration';
import { publishLatest } from '../configuration/publish-latest';
import { activate, replaceLatest } from '../configuration/settle';
import { badMarker, conflict, invalidParameter, staleRevision } from '../errors';
import { type LambdaFunction, versionOf } from '../functions';
import { pageSize } from '../paging';
import type { LambdaState, Op } from '../state';
import { readNewName } from './read-new-name';

export const CreateFunction: Op<'CreateFunction'> = async (lambda, input, call) => {
  const { functions } = lambda;
  const name = readNewName(input.FunctionName ?? '');
  if (functions.has(name)) throw conflict(`Function already exist: ${name}`);
  if (input.PackageType === 'Image' || input.Code?.ImageUri)
    throw invalidParameter('The embedded AWS runs functions from zip archives only, not from images.');
  if (!input.Runtime || !input.Handler)
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  checkSettings(lambda.needs, functions.arnOf(name), input);
  if (input.VpcConfig)
    await checkNetworkRights(
      lambda,
      { arn: functions.arnOf(name), role: input.Role ?? '' },
      input.VpcConfig,
      call,
    );
  const code = await readCode(lambda, input.Code ?? {}, call);
  // Another caller may have been faster while the package was read.
  if (functions.has(name)) throw conflict(`Function already exist: ${name}`);
  const arn = functions.arnOf(name);
  const configuration = newConfiguration(lambda, input, { name, arn, code });
  const fn: LambdaFunction = {
    name,
    arn,
    latest: { configuration, code, revision: functions.nextRevision() },
    versions: new Map(),
    aliases: new Map(),
    tags: new Map(Object.entries(input.Tags ?? {})),
    policies: new Map(),
    eventInvokeConfigs: new Map(),
  };
  functions.add(fn);
  lambda.network.join(arn, configuration);
  lambda.codeCache.prepare(fn.latest);
  activate(lambda, fn);
  return input.Publish ? publishLatest(functions, fn) : fn.latest.configuration;
};

export const UpdateFunctionCode: Op<'UpdateFunctionCode'> = async (lambda, input, call) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  checkNotBusy(fn);
  checkRevision(fn, input.RevisionId);
  const code = await readCode(lambda, input, call);
  const old = fn.latest.configuration;
  if (input.DryRun) return { ...old, CodeSha256: code.sha256, CodeSize: code.size };
  const configuration = {
    ...changeConfiguration(lambda, old, {}),
    CodeSha256: code.sha256,
    CodeSize: code.size,
    Architectures: input.Architectures ?? old.Architectures,
  };
  replaceLatest(lambda, fn, { configuration, code, revision: lambda.functions.nextRevision() });
  return input.Publish ? publishLatest(lambda.functions, fn) : fn.latest.configuration;
};

export const UpdateFunctionConfiguration: Op<'UpdateFunctionConfiguration'> = async (lambda, input, call) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  checkNotBusy(fn);
  checkRevision(fn, input.RevisionId);
  const settings: Partial<Settings> = input;
  checkSettings(lambda.needs, fn.arn, settings);
  const { Role = '', VpcConfig } = { ...fn.latest.configuration, ...definedOf(input) };
  if (VpcConfig && (input.VpcConfig || input.Role)) {
    await checkNetworkRights(lambda, { arn: fn.arn, role: Role }, VpcConfig, call);
    // Another caller may have been faster while EC2 was asked.
    checkNotBusy(fn);
    checkRevision(fn, input.RevisionId);
  }
  const old = fn.latest.configuration;
  const configuration = changeConfiguration(lambda, old, settings);
  lambda.network.join(fn.arn, configuration);
  if (input.VpcConfig) {
    lambda.network.leave(fn.arn, old);
    for (const version of fn.versions.values()) lambda.network.join(fn.arn, version.configuration);
    lambda.network.join(fn.arn, configuration);
  }
  replaceLatest(lambda, fn, {
    configuration,
    code: fn.latest.code,
    revision: lambda.functions.nextRevision(),
  });
  return fn.latest.configuration;
};

export const GetFunction: Op<'GetFunction'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  return {
    Configuration: describeVersion(fn, qualifier),
    Code: { RepositoryType: 'S3', Location: signArchive(lambda.context, versionOf(fn, qualifier).code) },
    Tags: fn.tags.size > 0 ? Object.fromEntries(fn.tags) : undefined,
    Concurrency:
      fn.reservedConcurrency === undefined
        ? undefined
        : { ReservedConcurrentExecutions: fn.reservedConcurrency },
  };
};

export const GetFunctionConfiguration: Op<'GetFunctionConfiguration'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  return describeVersion(fn, qualifier);
};

export const ListFunctions: Op<'ListFunctions'> = (lambda, input) => {
  const all = lambda.functions
    .list()
    .flatMap((fn) => (input.FunctionVersion === 'ALL' ? [fn.latest, ...fn.versions.values()] : [fn.latest]));
  const page = takePage(all, {
    token: input.Marker,
    size: pageSize(input.MaxItems),
    idOf: ({ configuration }) => configuration.FunctionArn ?? '',
    refuse: badMarker,
    question: input.FunctionVersion,
  });
  return {
    // Lists leave out what is known only of one function, as AWS does.
    Functions: page.items.map(({ configuration }) => ({
      ...configuration,
      State: undefined,
      LastUpdateStatus: undefined,
    })),
    NextMarker: page.next,
  };
};

export const DeleteFunction: Op<'DeleteFunction'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  if (qualifier === undefined) deleteWhole(lambda, fn);
  else deleteVersion(fn, qualifier);
  return {};
};

function definedOf({ Role, VpcConfig }: Pick<Partial<Settings>, 'Role' | 'VpcConfig'>) {
  return { ...(Role && { Role }), ...(VpcConfig && { VpcConfig }) };
}

function deleteWhole(lambda: LambdaState, fn: LambdaFunction): void {
  lambda.functions.remove(fn);
  lambda.sandboxes.retire(fn);
  for (const { configuration } of [fn.latest, ...fn.versions.values()])
    lambda.network.leave(fn.arn, configuration);
}

function deleteVersion(fn: LambdaFunction, version: string): void {
  if (version === '$LATEST')
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  const alias = [...fn.aliases.values()].find(({ FunctionVersion }) => FunctionVersion === version);
  if (alias)
    throw conflict(`Version ${version} cannot be deleted because it is referenced by alias ${alias.Name}`);
  fn.versions.delete(version);
}

function describeVersion(fn: LambdaFunction, qualifier: string | undefined) {
  const { configuration } = versionOf(fn, qualifier);
  return qualifier === undefined
    ? configuration
    : { ...configuration, FunctionArn: `${fn.arn}:${qualifier}` };
}

function checkNotBusy(fn: LambdaFunction): void {
  const { State, LastUpdateStatus } = fn.latest.configuration;
  const because =
    State === 'Pending'
      ? 'The function is currently in the following state: Pending'
      : LastUpdateStatus === 'InProgress' && `An update is in progress for resource: ${fn.arn}`;
  if (because) throw conflict(`The operation cannot be performed at this time. ${because}`);
}

function checkRevision(fn: LambdaFunction, revisionId: string | undefined): void {
  if (revisionId !== undefined && revisionId !== fn.latest.configuration.RevisionId) throw staleRevision();
}
