import type { FunctionCode, FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { CodeCache } from '../code/code-cache';
import type { CodeFolder, CodeSource } from '../code/code-folder';
import { badMarker, invalidParameter } from '../errors';
import type { Code, FunctionStore, FunctionVersion, LambdaFunction } from '../functions';
import type { FunctionNetwork } from '../network/function-network';
import type { Sandboxes } from '../sandboxes/sandboxes';
import {
  type ConfigurationChecks,
  changeConfiguration,
  checkSettings,
  newConfiguration,
  type Settings,
} from './configuration';
import { publishVersion } from './versions';

/** Path of an archive that GetFunction names. */
export const ARCHIVE_PATH = '/snapshots/';

/** What the making and changing of functions stands on. */
export interface FunctionParts extends ConfigurationChecks {
  readonly store: FunctionStore;
  readonly folder: CodeFolder;
  readonly source: CodeSource;
  readonly sandboxes: Sandboxes;
  readonly network: FunctionNetwork;
  readonly codeCache: CodeCache;
}

/** Creating, changing, reading and deleting functions. */
export function functionOperations(parts: FunctionParts) {
  const { store, context } = parts;
  const vpcOf = (subnetId: string) => parts.ec2.subnet(subnetId)?.VpcId;

  return {
    CreateFunction: async (input) => {
      const name = readNewName(input.FunctionName ?? '');
      if (store.functions.has(name))
        throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409, {
          Type: 'User',
        });
      if (input.PackageType === 'Image' || input.Code?.ImageUri)
        throw invalidParameter('The embedded AWS runs functions from zip archives only, not from images.');
      if (!input.Runtime || !input.Handler)
        throw invalidParameter(
          'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
        );
      if (input.Layers?.length)
        throw invalidParameter('The embedded AWS has no layers: package what the function needs with it.');
      checkSettings(input, parts);
      const code = await readCode(input.Code ?? {}, parts);
      const arn = store.arnOf(name);
      const fn: LambdaFunction = {
        name,
        arn,
        latest: {
          configuration: newConfiguration(name, arn, input, code, context, vpcOf),
          code,
          revision: store.nextRevision(),
        },
        versions: new Map(),
        aliases: new Map(),
        tags: new Map(Object.entries(input.Tags ?? {})),
        policies: new Map(),
        eventInvokeConfigs: new Map(),
      };
      store.functions.set(name, fn);
      parts.network.join(arn, fn.latest.configuration);
      parts.codeCache.prepare(fn.latest);
      activate(fn, parts);
      return input.Publish ? publishVersion(store, fn, {}) : fn.latest.configuration;
    },
    UpdateFunctionCode: async (input) => {
      const { fn } = store.find(input.FunctionName);
      checkNotBusy(fn);
      checkRevision(fn, input.RevisionId);
      const code = await readCode(input, parts);
      if (input.DryRun) return { ...fn.latest.configuration, CodeSha256: code.sha256, CodeSize: code.size };
      const configuration = {
        ...changeConfiguration(fn.latest.configuration, {}, context, vpcOf),
        CodeSha256: code.sha256,
        CodeSize: code.size,
        Architectures: input.Architectures ?? fn.latest.configuration.Architectures,
      };
      update(fn, { configuration, code, revision: store.nextRevision() }, parts);
      return input.Publish ? publishVersion(store, fn, {}) : fn.latest.configuration;
    },
    UpdateFunctionConfiguration: (input) => {
      const { fn } = store.find(input.FunctionName);
      checkNotBusy(fn);
      checkRevision(fn, input.RevisionId);
      const settings: Partial<Settings> = input;
      checkSettings(settings, parts);
      const configuration = changeConfiguration(fn.latest.configuration, settings, context, vpcOf);
      parts.network.join(fn.arn, configuration);
      if (input.VpcConfig) leaveUnused(fn, fn.latest.configuration, configuration, parts);
      update(fn, { configuration, code: fn.latest.code, revision: store.nextRevision() }, parts);
      return fn.latest.configuration;
    },
    GetFunction: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      const { configuration, code } = store.version(fn, qualifier);
      return {
        Configuration: withQualifiedArn(configuration, fn, qualifier),
        Code: { RepositoryType: 'S3', Location: signArchive(context, code) },
        Tags: fn.tags.size > 0 ? Object.fromEntries(fn.tags) : undefined,
        Concurrency:
          fn.reservedConcurrency === undefined
            ? undefined
            : { ReservedConcurrentExecutions: fn.reservedConcurrency },
      };
    },
    GetFunctionConfiguration: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      return withQualifiedArn(store.version(fn, qualifier).configuration, fn, qualifier);
    },
    ListFunctions: (input) => {
      const functions = [...store.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const all = functions.flatMap((fn) =>
        input.FunctionVersion === 'ALL' ? [fn.latest, ...fn.versions.values()] : [fn.latest],
      );
      const page = takePage(all, {
        token: input.Marker,
        size: Math.min(input.MaxItems ?? 50, 50),
        refuse: badMarker,
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
    },
    DeleteFunction: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      if (qualifier !== undefined) {
        if (qualifier === '$LATEST')
          throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
        const alias = [...fn.aliases.values()].find((one) => one.FunctionVersion === qualifier);
        if (alias)
          throw new AwsError(
            'ResourceConflictException',
            `Version ${qualifier} cannot be deleted because it is referenced by alias ${alias.Name}`,
            409,
            { Type: 'User' },
          );
        fn.versions.delete(qualifier);
        return {};
      }
      store.functions.delete(fn.name);
      parts.sandboxes.retire(fn);
      for (const { configuration } of [fn.latest, ...fn.versions.values()])
        parts.network.leave(fn.arn, configuration);
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-lambda')>;
}

/** Where the archive can be fetched for ten minutes: a presigned address, as AWS gives it, so that the front door knows the service. */
function signArchive(context: Context, code: Code): string {
  const time = context.clock
    .now()
    .toISOString()
    .replace(/[-:]|\.\d{3}/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AWSLAMBDA/${time.slice(0, 8)}/${context.region}/lambda/aws4_request`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '600',
    'X-Amz-SignedHeaders': 'host',
  });
  return `${context.endpoint}${ARCHIVE_PATH}${code.archive}?${query}`;
}

function readNewName(given: string): string {
  const name = given.replace(/^(?:arn:aws[\w-]*:lambda:[^:]*:)?(?:(?:\d{12}:)?function:)?/, '');
  if (/^[a-zA-Z0-9-_]{1,64}$/.test(name)) return name;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${given}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
  );
}

async function readCode(code: FunctionCode, { source, folder }: FunctionParts): Promise<Code> {
  if (code.ZipFile) return folder.unpack(code.ZipFile);
  if (!code.S3Bucket || !code.S3Key) throw invalidParameter('Please provide a source for function code.');
  try {
    return await folder.unpack(await source.readObject(code.S3Bucket, code.S3Key, code.S3ObjectVersion));
  } catch (error) {
    if (error instanceof AwsError && /^NoSuch/.test(error.code))
      throw invalidParameter(
        `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
      );
    throw error;
  }
}

/** A new function is Pending until its interfaces and its code are in place. */
function activate(fn: LambdaFunction, parts: FunctionParts): void {
  const state: Partial<FunctionConfiguration> = {
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
    LastUpdateStatus: 'Successful',
  };
  Object.assign(fn.latest.configuration, state);
  const { configuration } = fn.latest;
  parts.context.clock.after(settlingSeconds(configuration), () => {
    Object.assign(configuration, { State: 'Active', StateReason: undefined, StateReasonCode: undefined });
  });
}

function update(fn: LambdaFunction, version: FunctionVersion, parts: FunctionParts): void {
  Object.assign(version.configuration, {
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    LastUpdateStatusReasonCode: 'Creating',
  });
  const needsInterface = version.configuration.VpcConfig !== fn.latest.configuration.VpcConfig;
  fn.latest = version;
  parts.codeCache.prepare(version);
  parts.sandboxes.retire(fn);
  const { configuration } = version;
  parts.context.clock.after(settlingSeconds(needsInterface ? configuration : {}), () => {
    Object.assign(configuration, {
      LastUpdateStatus: 'Successful',
      LastUpdateStatusReason: undefined,
      LastUpdateStatusReasonCode: undefined,
    });
  });
}

function settlingSeconds(configuration: FunctionConfiguration): number {
  return (configuration.VpcConfig ? durations.lambdaInterface : durations.lambdaActive).seconds;
}

function leaveUnused(
  fn: LambdaFunction,
  old: FunctionConfiguration,
  now: FunctionConfiguration,
  parts: FunctionParts,
): void {
  parts.network.leave(fn.arn, old);
  for (const { configuration } of fn.versions.values()) parts.network.join(fn.arn, configuration);
  parts.network.join(fn.arn, now);
}

function checkNotBusy(fn: LambdaFunction): void {
  const { State, LastUpdateStatus } = fn.latest.configuration;
  const conflict = (what: string) =>
    new AwsError(
      'ResourceConflictException',
      `The operation cannot be performed at this time. ${what}`,
      409,
      {
        Type: 'User',
      },
    );
  if (State === 'Pending') throw conflict(`The function is currently in the following state: Pending`);
  if (LastUpdateStatus === 'InProgress') throw conflict(`An update is in progress for resource: ${fn.arn}`);
}

function checkRevision(fn: LambdaFunction, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === fn.latest.configuration.RevisionId) return;
  throw new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
    { Type: 'User' },
  );
}

function withQualifiedArn(configuration: FunctionConfiguration, fn: LambdaFunction, qualifier?: string) {
  return qualifier === undefined
    ? configuration
    : { ...configuration, FunctionArn: `${fn.arn}:${qualifier}` };
}
