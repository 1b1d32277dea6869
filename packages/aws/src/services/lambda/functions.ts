import type {
  AliasConfiguration,
  FunctionConfiguration,
  FunctionEventInvokeConfig,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../core/context';
import { randomFraction } from '../../core/ids';
import { functionNotFound, notFound } from './errors';

/** A deployment package, unpacked. */
export interface Code {
  /** SHA-256 of the archive, base64, as `CodeSha256` shows it. */
  readonly sha256: string;
  readonly size: number;
  /** The folder that the function sees as LAMBDA_TASK_ROOT. */
  readonly folder: string;
  /** The archive's name in the place where it can be downloaded. */
  readonly archive: string;
}

/** One statement of a function's resource-based policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: { readonly Service: string } | { readonly AWS: string } | '*';
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A published version, or `$LATEST`: what it runs and how. */
export interface FunctionVersion {
  readonly configuration: FunctionConfiguration;
  readonly code: Code;
  /** Given by every change, so that sandboxes of an older configuration are known. */
  readonly revision: number;
}

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  latest: FunctionVersion;
  readonly versions: Map<string, FunctionVersion>;
  readonly aliases: Map<string, AliasConfiguration>;
  readonly tags: Map<string, string>;
  /** By qualifier; the unqualified function is ''. */
  readonly policies: Map<string, Statement[]>;
  readonly eventInvokeConfigs: Map<string, FunctionEventInvokeConfig>;
  reservedConcurrency?: number;
}

/** The functions of one region. */
export class Functions {
  private readonly byName = new Map<string, LambdaFunction>();
  private revisions = 0;

  constructor(private readonly context: Pick<Context, 'region' | 'accountId'>) {}

  arnOf(name: string): string {
    return `arn:aws:lambda:${this.context.region}:${this.context.accountId}:function:${name}`;
  }

  /** By name, alphabetically. */
  list(): LambdaFunction[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  add(fn: LambdaFunction): void {
    this.byName.set(fn.name, fn);
  }

  remove(fn: LambdaFunction): void {
    this.byName.delete(fn.name);
  }

  /**
   * The function that a name, partial ARN or ARN means, with the qualifier in it or beside it.
   * @throws AwsError ResourceNotFoundException
   */
  find(identifier: string | undefined, qualifier?: string): { fn: LambdaFunction; qualifier?: string } {
    const named = readIdentifier(identifier ?? '');
    const { region } = this.context;
    if (named.region !== undefined && named.region !== region)
      throw notFound(`Functions from '${named.region}' are not reachable in this region ('${region}')`);
    const chosen = qualifier ?? named.qualifier;
    const fn = this.byName.get(named.name);
    if (!fn) throw functionNotFound(this.arnOf(named.name), chosen);
    return { fn, qualifier: chosen };
  }

  /** The name of a function, and the qualifier if there is one, in a name, a partial ARN or an ARN. */
  nameOf(identifier: string): { name: string; qualifier?: string } {
    return readIdentifier(identifier);
  }

  /** A number that no version has had before. */
  nextRevision(): number {
    this.revisions += 1;
    return this.revisions;
  }
}

/**
 * The version that a qualifier means: none, `$LATEST`, a number or an alias.
 * @throws AwsError ResourceNotFoundException
 */
export function versionOf(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion {
  if (qualifier === undefined || qualifier === '$LATEST') return fn.latest;
  const alias = fn.aliases.get(qualifier);
  const version = alias?.FunctionVersion ?? qualifier;
  const found = version === '$LATEST' ? fn.latest : fn.versions.get(version);
  if (!found) throw functionNotFound(fn.arn, qualifier);
  return found;
}

/**
 * The version that one invocation runs: as `versionOf`, but an alias with weights sends some of its traffic elsewhere.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
 */
export function routeTo(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion {
  const weights = fn.aliases.get(qualifier ?? '')?.RoutingConfig?.AdditionalVersionWeights ?? {};
  let at = randomFraction();
  for (const [version, weight] of Object.entries(weights)) {
    at -= weight;
    if (at < 0) return versionOf(fn, version);
  }
  return versionOf(fn, qualifier);
}

/** Takes a function's name and qualifier out of a name, a partial ARN or an ARN. */
function readIdentifier(identifier: string): { name: string; qualifier?: string; region?: string } {
  const match = /^(?:arn:aws[\w-]*:lambda:([^:]*):)?(?:(?:\d{12}:)?function:)?([^:]+)(?::([^:]+))?$/.exec(
    identifier,
  );
  return { name: match?.[2] ?? identifier, qualifier: match?.[3], region: match?.[1] };
}
