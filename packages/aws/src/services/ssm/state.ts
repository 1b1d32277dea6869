import { parseArn, splitResource } from 'aws-languages/arn';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { SsmPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { versionNotFound } from './errors';
import { newestVersion, type ParameterVersion, type StoredParameter } from './parameter';

export type Client = typeof import('@aws-sdk/client-ssm');

/** One of Systems Manager's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SsmState, Name>;

/** A parameter version that a name, with or without a selector, means. */
export interface Selection {
  readonly name: string;
  readonly version: ParameterVersion;
  /** `:3` or `:label`, as it was asked for. */
  readonly selector?: string;
}

/** A name as parameters are told apart by it: at the root of the hierarchy, `/name` and `name` are one parameter. */
function keyOf(name: string): string {
  return name.lastIndexOf('/') === 0 ? name.slice(1) : name;
}

/** The Parameter Store of AWS Systems Manager in one region. */
export class SsmState implements SsmPort {
  private readonly parameters = new Map<string, StoredParameter>();

  /** @param published Amazon's own: readable by all, and by nobody writable */
  constructor(
    readonly context: Context,
    private readonly published: ReadonlyMap<string, string>,
  ) {}

  dispose(): void {
    for (const parameter of this.parameters.values()) parameter.stopPolicies?.();
  }

  parameter(name: string): string | undefined {
    try {
      return this.select(name)?.version.value;
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  /** The parameter's name, which may be given as an ARN. A path's ARN has no slash before it. */
  nameOf(nameOrArn: string): string {
    const arn = parseArn(nameOrArn);
    if (arn?.service !== 'ssm') return nameOrArn;
    const { id } = splitResource(arn.resource);
    const [bare = ''] = id.split(':');
    const parameter = this.parameters.get(bare);
    return parameter ? `${parameter.name}${id.slice(bare.length)}` : `/${id}`;
  }

  add(parameter: StoredParameter): void {
    this.parameters.set(keyOf(parameter.name), parameter);
  }

  /** @returns false when there is no such parameter */
  delete(name: string): boolean {
    const parameter = this.stored(name);
    if (!parameter) return false;
    this.parameters.delete(keyOf(parameter.name));
    parameter.stopPolicies?.();
    this.announce(parameter, newestVersion(parameter), 'Delete');
    return true;
  }

  stored(name: string): StoredParameter | undefined {
    return this.parameters.get(keyOf(this.nameOf(name)));
  }

  /** All of the account's own, by name. */
  list(): StoredParameter[] {
    return [...this.parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All names that can be read, Amazon's own too. */
  names(): string[] {
    return [...[...this.parameters.values()].map(({ name }) => name), ...this.published.keys()].sort();
  }

  /**
   * Finds what `name`, `name:version`, `name:label` or an ARN means; undefined when there is no such parameter.
   *
   * @throws AwsError `ParameterVersionNotFound`
   */
  select(nameAndSelector: string): Selection | undefined {
    const [bare = '', selector, ...more] = this.nameOf(nameAndSelector).split(':');
    if (more.length > 0) return undefined;
    const published = this.published.get(bare);
    if (published !== undefined) return { name: bare, version: this.publishedVersion(published) };
    const parameter = this.parameters.get(keyOf(bare));
    if (!parameter) return undefined;
    if (selector === undefined) return { name: bare, version: newestVersion(parameter) };
    const version = parameter.versions.find(
      (one) => String(one.version) === selector || one.labels.has(selector),
    );
    if (version) return { name: bare, version, selector: `:${selector}` };
    const what = /^\d+$/.test(selector) ? `version ${selector}` : `label ${selector}`;
    throw versionNotFound(what, bare);
  }

  arn(name: string): string {
    const { region, accountId } = this.context;
    const owner = this.published.has(name) ? '' : accountId;
    return `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`;
  }

  /** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
  announce(parameter: StoredParameter, version: ParameterVersion, operation: string): void {
    this.context.bus.announce({
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      resources: [this.arn(parameter.name)],
      detail: {
        operation,
        name: parameter.name,
        type: version.type,
        ...(version.description && { description: version.description }),
      },
    });
  }

  private publishedVersion(value: string): ParameterVersion {
    return {
      version: 1,
      value,
      type: 'String',
      dataType: 'text',
      tier: 'Standard',
      modifiedAt: new Date(this.context.clock.origin - 14 * 86_400_000),
      modifiedBy: 'Amazon',
      labels: new Set(),
      policies: [],
    };
  }
}
