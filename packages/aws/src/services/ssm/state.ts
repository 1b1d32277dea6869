import type { ParameterTier, PutParameterRequest } from '@aws-sdk/client-ssm';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import {
  checkDataType,
  checkName,
  checkPattern,
  checkType,
  checkValue,
  invalid,
} from './operations/check-parameter';
import { newestVersion, type ParameterVersion, type StoredParameter } from './parameter';
import { type ParameterPolicy, readPolicies } from './policies/read-policies';

const versionsKept = 100;

/** A parameter version that a name, with or without a selector, means. */
export interface Selection {
  readonly name: string;
  readonly version: ParameterVersion;
  /** `:3` or `:label`, as it was asked for. */
  readonly selector?: string;
}

/** The parameters of a region. */
export class ParameterStore {
  private readonly parameters = new Map<string, StoredParameter>();

  constructor(
    private readonly context: Context,
    /** Amazon's own: readable by all, and by nobody writable. */
    private readonly published: Readonly<Record<string, string>>,
  ) {}

  /** @throws AwsError when AWS would not take it */
  put(input: PutParameterRequest, caller: string): { version: number; tier: ParameterTier } {
    const name = this.bareName(input.Name ?? '');
    checkName(name);
    const present = this.parameters.get(name);
    const before = present && newestVersion(present);
    if (present && !input.Overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (input.Overwrite && input.Tags && input.Tags.length > 0) {
      throw invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    }
    const type = input.Type ?? before?.type;
    if (!type) throw invalid('A parameter type is required when you create a parameter.');
    checkType(type);
    if (before && before.type !== type) {
      throw new AwsError(
        'HierarchyTypeMismatchException',
        `Parameter Store doesn't support changing a parameter type in a hierarchy. The parameter ${name} is of type ${before.type}.`,
      );
    }
    const tier = chooseTier(input, before);
    checkValue(input, tier);
    const policies = input.Policies === undefined ? (before?.policies ?? []) : readPolicies(input.Policies);
    if (policies.length > 0 && tier !== 'Advanced')
      throw invalid('Parameter policies are supported by parameters of the advanced-parameter tier only.');
    const value = input.Value ?? '';
    const dataType = input.DataType ?? before?.dataType ?? 'text';
    checkDataType(dataType, value);
    const pattern = input.AllowedPattern ?? before?.allowedPattern;
    if (pattern) checkPattern(pattern, value);
    const version: ParameterVersion = {
      version: (before?.version ?? 0) + 1,
      value,
      type,
      dataType,
      tier,
      keyId: type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
      description: input.Description ?? before?.description,
      allowedPattern: pattern,
      modifiedAt: this.context.clock.now(),
      modifiedBy: caller,
      labels: new Set(),
      policies: policies.map((policy) => ({ ...policy, status: 'Pending' })),
    };
    const parameter = present ?? { name, versions: [], tags: [...(input.Tags ?? [])] };
    makeRoom(parameter);
    parameter.versions.push(version);
    this.parameters.set(name, parameter);
    this.announce(parameter, version, present ? 'Update' : 'Create');
    this.awaitPolicies(parameter, version);
    return { version: version.version, tier };
  }

  delete(name: string): boolean {
    const parameter = this.parameters.get(this.bareName(name));
    if (!parameter) return false;
    this.parameters.delete(parameter.name);
    parameter.stopPolicies?.();
    this.announce(parameter, newestVersion(parameter), 'Delete');
    return true;
  }

  stored(name: string): StoredParameter | undefined {
    return this.parameters.get(this.bareName(name));
  }

  /** All of the account's own, by name. */
  list(): StoredParameter[] {
    return [...this.parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All names that can be read, Amazon's own too. */
  names(): string[] {
    return [...this.parameters.keys(), ...Object.keys(this.published)].sort();
  }

  /**
   * Finds what `name`, `name:version`, `name:label` or an ARN means; undefined when there is no such parameter.
   *
   * @throws AwsError `ParameterVersionNotFound`
   */
  select(nameAndSelector: string): Selection | undefined {
    const [bare = '', selector] = this.bareName(nameAndSelector).split(':');
    const published = this.published[bare];
    if (published !== undefined) return { name: bare, version: this.publishedVersion(published) };
    const parameter = this.parameters.get(bare);
    if (!parameter) return undefined;
    if (selector === undefined) return { name: bare, version: newestVersion(parameter) };
    const version = parameter.versions.find(
      (one) => String(one.version) === selector || one.labels.has(selector),
    );
    if (version) return { name: bare, version, selector: `:${selector}` };
    const what = /^\d+$/.test(selector) ? `version ${selector}` : `label ${selector}`;
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find ${what} of ${bare}. Verify the version and try again.`,
    );
  }

  arn(name: string): string {
    const { region, accountId } = this.context;
    const owner = name in this.published ? '' : accountId;
    return `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`;
  }

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

  private bareName(nameOrArn: string): string {
    const arn = /^arn:aws:ssm:[^:]*:[^:]*:parameter\/(.+)$/.exec(nameOrArn);
    if (!arn) return nameOrArn;
    const rest = arn[1] ?? '';
    return rest.includes('/') ? `/${rest}` : rest;
  }

  private publishedVersion(value: string): ParameterVersion {
    return {
      version: 1,
      value,
      type: 'String',
      dataType: value.startsWith('ami-') ? 'aws:ec2:image' : 'text',
      tier: 'Standard',
      modifiedAt: new Date(this.context.clock.origin - 14 * 86_400_000),
      modifiedBy: 'Amazon',
      labels: new Set(),
      policies: [],
    };
  }

  private awaitPolicies(parameter: StoredParameter, version: ParameterVersion): void {
    const { clock } = this.context;
    parameter.stopPolicies?.();
    const waits = version.policies.flatMap((policy) => {
      const dueAt = policy.dueAt(version.modifiedAt.getTime());
      if (!Number.isFinite(dueAt)) return [];
      return [clock.after((dueAt - clock.millis()) / 1000, () => this.act(parameter, version, policy))];
    });
    parameter.stopPolicies = () => {
      for (const stop of waits) stop();
    };
  }

  private act(parameter: StoredParameter, version: ParameterVersion, policy: ParameterPolicy): void {
    policy.status = 'Finished';
    if (policy.type === 'Expiration') this.delete(parameter.name);
    this.context.bus.announce({
      source: 'aws.ssm',
      detailType: 'Parameter Store Policy Action',
      resources: [this.arn(parameter.name)],
      detail: {
        'parameter-name': parameter.name,
        'parameter-type': version.type,
        'policy-type': policy.type,
        'policy-content': policy.text,
        'action-status': 'Success',
      },
    });
  }
}

function chooseTier(input: PutParameterRequest, before: ParameterVersion | undefined): ParameterTier {
  const asked = input.Tier ?? before?.tier ?? 'Standard';
  const large = Buffer.byteLength(input.Value ?? '') > 4096 || Boolean(input.Policies);
  if (asked === 'Intelligent-Tiering') return large ? 'Advanced' : 'Standard';
  if (before?.tier === 'Advanced' && asked === 'Standard')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  return asked as ParameterTier;
}

/** The oldest version gives way to the hundred-and-first, unless a label holds it. */
function makeRoom(parameter: StoredParameter): void {
  if (parameter.versions.length < versionsKept) return;
  const [oldest] = parameter.versions;
  if (oldest && oldest.labels.size > 0) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  parameter.versions.shift();
}
