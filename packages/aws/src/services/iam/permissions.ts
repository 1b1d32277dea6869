import { type PolicyDocument, parsePolicy, readPolicy } from 'aws-languages/policy/document';
import type { Permissions } from '../../core/authorization/authorization';
import type { Principal } from '../../core/principal';
import type { Group, ManagedPolicy, Role, User } from './records';

/** What an identity has policies by. */
type Holder = Pick<Role & User, 'inline' | 'attached'> & Pick<Role, 'boundary' | 'tags' | 'linkedService'>;

/** What is asked of the account. */
interface Identities {
  readonly roles: { list(): readonly Role[] };
  readonly users: { list(): readonly User[] };
  groupsOf(holder: object): readonly Group[];
  rootArn(): string;
  findPolicy(arn: string): Promise<ManagedPolicy | undefined>;
}

/** The policies of service-linked roles, by service, under `arn:aws:iam::aws:policy/aws-service-role/`. */
const LINKED: Readonly<Record<string, string>> = {
  'autoscaling.amazonaws.com': 'AutoScalingServiceRolePolicy',
  'elasticloadbalancing.amazonaws.com': 'AWSElasticLoadBalancingServiceRolePolicy',
};

/** Documents that are kept as they were read; when there are more, they are read again. */
const MOST_DOCUMENTS = 2000;

/** The policies of the account's identities, each document read once. */
export class IdentityPolicies {
  private readonly read = new Map<string, PolicyDocument>();
  private readonly managed = new WeakMap<ManagedPolicy, { version: string; document: PolicyDocument }>();

  constructor(private readonly iam: Identities) {}

  /**
   * What a user or a role's session may do.
   *
   * @returns undefined for the account's root user; nothing for whom there is no user or role any more
   */
  permissionsOf(principal: Principal): Permissions | undefined | Promise<Permissions | undefined> {
    const { roleArn, federatedBy, userId, sessionPolicies } = principal;
    const arn = federatedBy ?? principal.arn;
    if (arn === this.iam.rootArn())
      return federatedBy === undefined
        ? undefined
        : { identity: [EVERYTHING], session: sessionPolicies ?? [] };
    const holder =
      roleArn === undefined
        ? this.iam.users.list().find((user) => user.arn === arn)
        : this.iam.roles.list().find((role) => role.arn === roleArn && userId.startsWith(`${role.id}:`));
    return holder ? this.of(holder, sessionPolicies) : { identity: [] };
  }

  /** What a service may do with its service-linked role; undefined for one that has none here. */
  async permissionsOfService(service: string): Promise<Permissions | undefined> {
    if (service === 'cloudformation.amazonaws.com') return { identity: [EVERYTHING] };
    const name = LINKED[service];
    if (name === undefined) return undefined;
    return { identity: await this.documents([`arn:aws:iam::aws:policy/aws-service-role/${name}`]) };
  }

  /** What a holder of policies may do, by its groups' too. @param session what its session was narrowed down to */
  async of(holder: Holder, session?: readonly PolicyDocument[]): Promise<Permissions> {
    const groups = this.iam.groupsOf(holder);
    const texts = [holder, ...groups].flatMap(({ inline }) => [...inline.values()]);
    const inline = texts.map((text) => this.document(text));
    const linked = holder.linkedService === undefined ? undefined : LINKED[holder.linkedService];
    const attached = await this.documents([
      ...new Set([holder, ...groups].flatMap(({ attached }) => [...attached])),
      ...(linked === undefined ? [] : [`arn:aws:iam::aws:policy/aws-service-role/${linked}`]),
    ]);
    const [boundary] = holder.boundary === undefined ? [] : await this.documents([holder.boundary]);
    return {
      identity: [...inline, ...attached],
      ...(holder.boundary !== undefined && { boundary: boundary ?? NOTHING }),
      ...(session && { session }),
      tags: new Map(holder.tags.list().map(({ Key = '', Value = '' }) => [Key, Value])),
    };
  }

  /** The default versions of managed policies. One that is gone allows nothing. */
  async documents(arns: readonly string[]): Promise<PolicyDocument[]> {
    const policies = await Promise.all(arns.map((arn) => this.iam.findPolicy(arn)));
    return policies.flatMap((policy) => (policy ? [this.defaultVersion(policy)] : []));
  }

  private defaultVersion(policy: ManagedPolicy): PolicyDocument {
    const known = this.managed.get(policy);
    if (known?.version === policy.defaultVersion) return known.document;
    const text = policy.versions.find(({ id }) => id === policy.defaultVersion)?.document ?? '';
    const document = parsePolicy(text, { kind: 'identity' });
    this.managed.set(policy, { version: policy.defaultVersion, document });
    return document;
  }

  /** A document that was read before it was taken. */
  private document(text: string): PolicyDocument {
    let found = this.read.get(text);
    if (!found) {
      if (this.read.size >= MOST_DOCUMENTS) this.read.clear();
      found = parsePolicy(text, { kind: 'identity' });
      this.read.set(text, found);
    }
    return found;
  }
}

const EVERYTHING = readPolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  { kind: 'identity' },
);

const NOTHING: PolicyDocument = { version: '2012-10-17', statements: [] };
