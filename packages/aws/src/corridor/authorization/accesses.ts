import { parseArn } from 'aws-languages/arn';
import type { Access, Asked, Authorization } from '../../core/authorization/authorization';
import { passRole } from '../../core/authorization/pass-role';
import type { Call } from '../../core/call';
import type { Action, ActionTable, ResourceType } from './action-table';

/** A service, as its calls are authorized. */
export interface AuthorizedService {
  /** The folder's name. */
  readonly name: string;
  readonly signingName: string;
  readonly table: ActionTable;
  readonly own: Authorization<unknown>;
  readonly state: unknown;
}

/** Services to which a role is named, but not passed on. */
const TAKING_NO_ROLES: readonly string[] = ['iam', 'sts'];

/**
 * All that a call is about to do: its actions, each on every resource that the input means or that it will make, and the roles that it
 * passes on.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export async function findAccesses(service: AuthorizedService, asked: Asked): Promise<readonly Access[]> {
  const { own, state } = service;
  const accesses = (await own.accesses?.(state, asked)) ?? derive(service, asked);
  const further = (await own.further?.(state, asked)) ?? [];
  return [...accesses, ...further, ...findPassedRoles(service, asked)];
}

function derive(service: AuthorizedService, asked: Asked): Access[] {
  const names = service.own.actions?.[asked.operation] ?? [asked.operation];
  return names.flatMap((name) => {
    const action = service.table.find(name);
    return action
      ? onResources(service, action, asked)
      : [{ action: `${service.table.prefix}:${name}`, resource: '*' }];
  });
}

function onResources({ own, state }: AuthorizedService, action: Action, asked: Asked): Access[] {
  const found = action.resources.map(({ type, isRequired }) => {
    const said = own.find?.(state, type.name, asked);
    const arns = said ?? arnsOf(type, asked, own.names ?? {});
    // Where the service says that none is meant, none is made either.
    return { type, isMade: isRequired && said === undefined, arns };
  });
  const named = found.filter(({ arns }) => arns.length > 0);
  const isMeant = (type: ResourceType) => named.some((other) => isAlternative(type, other.type));
  const made = found
    .filter(({ type, isMade, arns }) => isMade && arns.length === 0 && !isMeant(type))
    .map(({ type }) => ({ type, arns: [fill(type.format, () => '*', asked.call)] }));
  const accesses = [...named, ...made].flatMap(({ type, arns }) =>
    arns.map((resource) => ({ action: action.name, resource, type: type.name })),
  );
  // The same ARN may be of several types: of a rule, of a rule of a bus.
  const distinct = accesses.filter(
    ({ resource }, at) => accesses.findIndex((one) => one.resource === resource) === at,
  );
  return distinct.length > 0 ? distinct : [{ action: action.name, resource: '*' }];
}

/** Types that have a variable in common stand for one another: the listeners of different load balancers, an alias and its function. */
function isAlternative(type: ResourceType, other: ResourceType): boolean {
  return type !== other && type.variables.some((variable) => other.variables.includes(variable));
}

/** The ARNs of a type that an input means: as it is written there, or put together of what it names. */
function arnsOf(type: ResourceType, { input, call }: Asked, names: Readonly<Record<string, string>>) {
  const written = Object.values(input)
    .flatMap(textsOf)
    .filter((text) => text.startsWith('arn:') && type.matches(text));
  if (written.length > 0) return written;
  const byName = new Map(Object.entries(input).map(([name, value]) => [name.toLowerCase(), value]));
  let combinations: Readonly<Record<string, string>>[] = [{}];
  for (const variable of type.variables) {
    const name = (names[variable] ?? variable).toLowerCase();
    const values = textsOf(byName.get(name) ?? byName.get(`${name}s`)).filter(
      (text) => text !== '' && !text.startsWith('arn:'),
    );
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [variable]: value })));
  }
  if (type.variables.length === 0) return [];
  return combinations.map((one) => fill(type.format, (variable) => one[variable] ?? '*', call));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function fill(format: string, readValue: (variable: string) => string, { region, accountId }: Call): string {
  const anywhere: Readonly<Record<string, string>> = {
    Partition: 'aws',
    Region: region,
    Account: accountId,
  };
  return format.replace(
    /\$\{(\w+)\}/g,
    (_all, variable: string) => anywhere[variable] ?? readValue(variable),
  );
}

/**
 * The roles that an input gives to the service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
function findPassedRoles({ name, signingName }: AuthorizedService, { input }: Asked): Access[] {
  if (TAKING_NO_ROLES.includes(name)) return [];
  return [...new Set(findRoles(input, 0))].map((role) => passRole(role, `${signingName}.amazonaws.com`));
}

const DEEPEST = 4;

/** The ARNs of roles in members that are called after roles, at any depth. */
function findRoles(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > DEEPEST || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member !== 'string') return findRoles(member, depth + 1);
    const isRole =
      /role(arn)?$/i.test(name) && /^role\/(?!aws-service-role\/)/.test(parseArn(member)?.resource ?? '');
    return isRole ? [member] : [];
  });
}
