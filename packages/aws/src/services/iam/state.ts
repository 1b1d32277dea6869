import type { PolicyDocument } from 'aws-languages/policy/document';
import { type AccessRequest, evaluate } from 'aws-languages/policy/evaluate';
import type { TrustingRole, TrustListener } from '../../core/authorization/trust';
import type { Context } from '../../core/context';
import type { IamPort, IssuedCredentials, SessionTraits } from '../../core/ports';
import { ADMINISTRATOR, type KnownKey, type Principal } from '../../core/principal';
import type { Operation, OperationsOf } from '../../core/service';
import { Collection } from './collection';
import { noSuchEntity } from './errors';
import { IdentityPolicies } from './permissions';
import { loadPublishedPolicies } from './published-policies';
import type {
  AccessKey,
  AccessKeys,
  Group,
  InstanceProfile,
  LinkedRoleDeletion,
  ManagedPolicy,
  OidcProvider,
  Role,
  User,
} from './records';
import { Sessions } from './sessions';

export type Client = typeof import('@aws-sdk/client-iam');

/** One of IAM's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, IamState, Name>;

const PUBLISHED = 'arn:aws:iam::aws:policy/';

/** What an account has in IAM. */
export class IamState implements IamPort {
  readonly roles = new Collection<Role>(
    (name) => `The role with name ${name} cannot be found.`,
    (name) => `Role with name ${name} already exists.`,
  );
  /** The account's own. */
  readonly policies = new Collection<ManagedPolicy>(
    (name) => `Policy ${name} was not found.`,
    (name) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  );
  readonly profiles = new Collection<InstanceProfile>(
    (name) => `Instance Profile ${name} cannot be found.`,
    (name) => `Instance Profile ${name} already exists.`,
  );
  readonly users = new Collection<User>(
    (name) => `The user with name ${name} cannot be found.`,
    (name) => `User with name ${name} already exists.`,
  );
  readonly groups = new Collection<Group>(
    (name) => `The group with name ${name} cannot be found.`,
    (name) => `Group with name ${name} already exists.`,
  );
  /** By ARN. */
  readonly oidcProviders = new Map<string, OidcProvider>();
  /** What uses service-linked roles, by service: asked of each region. */
  private readonly linkedRoleUses = new Map<
    string,
    { readonly region: string; readonly find: (roleArn: string) => readonly string[] }[]
  >();
  /** What became of the deletion of service-linked roles, by task. */
  readonly deletions = new Map<string, LinkedRoleDeletion>();
  /** The root user's own. */
  readonly rootKeys: AccessKeys = new Map();
  /** What identities may do. */
  readonly permissions = new IdentityPolicies(this);
  private readonly sessions = new Sessions();
  private tellTrust: TrustListener = () => {};
  private published: Promise<ReadonlyMap<string, ManagedPolicy>> | undefined;

  constructor(readonly context: Pick<Context, 'accountId' | 'clock'>) {}

  now(): Date {
    return this.context.clock.now();
  }

  arn(kind: string, path: string, name: string): string {
    return `arn:aws:iam::${this.context.accountId}:${kind}${path}${name}`;
  }

  /** AWS's own managed policies, by ARN; read from their file when first asked for. */
  publishedPolicies(): Promise<ReadonlyMap<string, ManagedPolicy>> {
    this.published ??= this.context.clock.loading('managed policies', loadPublishedPolicies());
    return this.published;
  }

  /** A managed policy of the account or of AWS, by ARN. */
  async findPolicy(arn: string): Promise<ManagedPolicy | undefined> {
    if (arn.startsWith(PUBLISHED)) return (await this.publishedPolicies()).get(arn);
    return this.policies.list().find((policy) => policy.arn === arn);
  }

  /** @throws AwsError `NoSuchEntity` */
  async policy(arn: string | undefined): Promise<ManagedPolicy> {
    const found = await this.findPolicy(arn ?? '');
    if (!found) throw noSuchEntity(`Policy ${arn} was not found.`);
    return found;
  }

  /** How many roles, users and groups a managed policy is attached to. */
  attachmentCount(arn: string): number {
    const holders = [...this.roles.list(), ...this.users.list(), ...this.groups.list()];
    return holders.filter(({ attached }) => attached.has(arn)).length;
  }

  /** The groups of a user; a role has none. */
  groupsOf(holder: object): Group[] {
    return this.groups.list().filter(({ members }) => [...members].some((user) => user === holder));
  }

  /** The provider that tokens of this issuer are from. */
  findOidcProvider(issuer: string): OidcProvider | undefined {
    return [...this.oidcProviders.values()].find((one) => one.issuer === issuer);
  }

  /** A role with all that is known of it, by name or ARN. */
  findRole(nameOrArn: string): Role | undefined {
    return this.roles.list().find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  }

  issue(roleArn: string, sessionName: string, seconds = 3600, of: SessionTraits = {}): IssuedCredentials {
    const { accountId } = this.context;
    const role = this.roles.list().find(({ arn }) => arn === roleArn);
    if (!role)
      throw noSuchEntity(
        `The role with name ${roleArn.slice(roleArn.lastIndexOf('/') + 1)} cannot be found.`,
      );
    const principal = {
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
      userId: `${role.id}:${sessionName}`,
      roleArn: role.arn,
      issuedAt: this.now(),
      ...of,
    };
    return this.issueFor(principal, seconds);
  }

  /** Temporary credentials for someone who has lasting ones. @param seconds how long they are valid */
  issueFor(principal: Omit<Principal, 'accessKeyId'>, seconds: number): IssuedCredentials {
    const now = this.now();
    return this.sessions.issue(principal, new Date(now.getTime() + seconds * 1000), now);
  }

  /** An access key that counts: a temporary one, an active one of a user or the root user, or the administrator's. */
  findKey(accessKeyId: string): KnownKey | undefined {
    const session = this.sessions.find(accessKeyId);
    if (session) return session;
    const { accountId } = this.context;
    const root = { accessKeyId, accountId, arn: this.rootArn(), userId: accountId };
    if (accessKeyId === ADMINISTRATOR.accessKeyId)
      return { principal: root, secret: ADMINISTRATOR.secretAccessKey };
    const own = this.rootKeys.get(accessKeyId);
    if (own) return activeKey(own, root);
    const user = this.users.list().find(({ keys }) => keys.has(accessKeyId));
    const key = user?.keys.get(accessKeyId);
    return user && key && activeKey(key, { accessKeyId, accountId, arn: user.arn, userId: user.id });
  }

  principalOf(accessKeyId: string): Principal {
    const key = this.findKey(accessKeyId);
    if (!key) throw new Error(`there is no access key ${accessKeyId}`);
    return key.principal;
  }

  permissionsOf(principal: Principal) {
    return this.permissions.permissionsOf(principal);
  }

  rootArn(): string {
    return `arn:aws:iam::${this.context.accountId}:root`;
  }

  instanceProfile(nameOrArn: string) {
    const profile = this.profiles.list().find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    if (!profile) return undefined;
    const role = profile.role === undefined ? undefined : this.roles.find(profile.role);
    return { arn: profile.arn, id: profile.id, name: profile.name, ...(role && { roleArn: role.arn }) };
  }

  useLinkedRole(service: string, region: string, find: (roleArn: string) => readonly string[]): void {
    const uses = this.linkedRoleUses.get(service) ?? [];
    uses.push({ region, find });
    this.linkedRoleUses.set(service, uses);
  }

  /** What uses a service-linked role, by region. */
  usesOf({ arn, linkedService = '' }: Role): { Region: string; Resources: string[] }[] {
    return (this.linkedRoleUses.get(linkedService) ?? []).flatMap(({ region, find }) => {
      const Resources = [...find(arn)];
      return Resources.length > 0 ? [{ Region: region, Resources }] : [];
    });
  }

  role(nameOrArn: string) {
    const role = this.findRole(nameOrArn);
    return (
      role && {
        arn: role.arn,
        name: role.name,
        trusts: (service: string, sourceArn: string) => this.trusts(role, service, sourceArn),
      }
    );
  }

  findMissingPrincipal({ statements }: PolicyDocument): string | undefined {
    const named = statements.flatMap(({ principals, notPrincipals }) => [
      ...(principals.AWS ?? []),
      ...(notPrincipals.AWS ?? []),
    ]);
    const own = new RegExp(`^arn:aws:iam::${this.context.accountId}:(role|user)/`);
    const isThere = (principal: string) =>
      [...this.roles.list(), ...this.users.list()].some(({ arn }) => arn === principal);
    return named.find((principal) => own.test(principal) && !isThere(principal));
  }

  /** Whether the trust policy of a role lets somebody be it. */
  judgeTrust(role: TrustingRole, request: AccessRequest): boolean {
    const { effect } = evaluate([role.trust], request);
    this.tellTrust(role, request, effect);
    return effect === 'Allow';
  }

  /** From now on a listener is told of each decision on trust. */
  onTrustJudged(listener: TrustListener): void {
    this.tellTrust = listener;
  }

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention */
  private trusts(role: Role, name: string, sourceArn: string): boolean {
    const now = this.now();
    return this.judgeTrust(role, {
      action: 'sts:AssumeRole',
      resource: role.arn,
      caller: { kind: 'service', name },
      context: {
        'aws:CurrentTime': now.toISOString(),
        'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': name,
        'aws:SourceAccount': this.context.accountId,
        'aws:SourceArn': sourceArn,
      },
    });
  }
}

function activeKey(key: AccessKey, principal: Principal): KnownKey | undefined {
  return key.status === 'Active' ? { principal, secret: key.secret } : undefined;
}
