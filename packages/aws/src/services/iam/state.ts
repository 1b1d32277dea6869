import { entityAlreadyExists, noSuchEntity } from './errors';
import { AWS_MANAGED_POLICIES } from './published-policies';
import type { InstanceProfile, ManagedPolicy, Role, User } from './records';

/** What IAM stands on: one account and its clock. */
export interface Account {
  readonly accountId: string;
  readonly clock: { now(): Date };
}

/** Things of one kind, by name. IAM's names are unique whatever their case. */
export class Shelf<Item extends { readonly name: string; readonly path: string }> {
  private readonly items = new Map<string, Item>();

  /**
   * @param missing what AWS says of a name that is not there
   * @param taken what AWS says of a name that is there already
   */
  constructor(
    private readonly missing: (name: string) => string,
    private readonly taken: (name: string) => string,
  ) {}

  /** @throws AwsError `EntityAlreadyExists` */
  add(item: Item): Item {
    this.checkFree(item.name);
    this.items.set(item.name.toLowerCase(), item);
    return item;
  }

  /** @throws AwsError `EntityAlreadyExists` */
  checkFree(name: string): void {
    if (this.items.has(name.toLowerCase())) throw entityAlreadyExists(this.taken(name));
  }

  /** @throws AwsError `NoSuchEntity` */
  get(name: string | undefined): Item {
    const item = this.find(name);
    if (!item) throw noSuchEntity(this.missing(name ?? ''));
    return item;
  }

  find(name: string | undefined): Item | undefined {
    return this.items.get((name ?? '').toLowerCase());
  }

  delete(name: string): void {
    this.items.delete(name.toLowerCase());
  }

  /** Sorted by name, those under a path only. */
  list(pathPrefix = '/'): Item[] {
    return [...this.items.values()]
      .filter(({ path }) => path.startsWith(pathPrefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** What an account has in IAM. */
export class IamState {
  readonly roles = new Shelf<Role>(
    (name) => `The role with name ${name} cannot be found.`,
    (name) => `Role with name ${name} already exists.`,
  );
  readonly policies = new Shelf<ManagedPolicy>(
    (name) => `Policy ${name} was not found.`,
    (name) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  );
  readonly profiles = new Shelf<InstanceProfile>(
    (name) => `Instance Profile ${name} cannot be found.`,
    (name) => `Instance Profile ${name} already exists.`,
  );
  readonly users = new Shelf<User>(
    (name) => `The user with name ${name} cannot be found.`,
    (name) => `User with name ${name} already exists.`,
  );

  constructor(readonly account: Account) {}

  now(): Date {
    return this.account.clock.now();
  }

  arn(kind: string, path: string, name: string): string {
    return `arn:aws:iam::${this.account.accountId}:${kind}${path}${name}`;
  }

  /** A managed policy of the account or of AWS, by ARN. */
  findPolicy(arn: string): ManagedPolicy | undefined {
    return (
      this.policies.list().find((policy) => policy.arn === arn) ??
      AWS_MANAGED_POLICIES.find((policy) => policy.arn === arn)
    );
  }

  /** @throws AwsError `NoSuchEntity` */
  policy(arn: string | undefined): ManagedPolicy {
    const found = this.findPolicy(arn ?? '');
    if (!found) throw noSuchEntity(`Policy ${arn} was not found.`);
    return found;
  }

  /** How many roles and users a managed policy is attached to. */
  attachmentCount(arn: string): number {
    return [...this.roles.list(), ...this.users.list()].filter(({ attached }) => attached.has(arn)).length;
  }
}
