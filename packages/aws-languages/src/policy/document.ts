import type { Refuse } from '../refuse';
import { findActionProblem } from './action';
import { type Condition, isConditionValue, parseOperator } from './condition';
import { isPrincipalName, PRINCIPAL_KINDS, type PrincipalKind, type Principals } from './principal';
import { LEGACY_PARSING, type PolicyProblem, type PolicyProblemCode, SYNTAX_ERRORS } from './problem';
import { findResourceProblem } from './resource';
import { CURRENT_VERSION } from './variables';

/** What a statement of a policy says; members that may be one or many are lists here, and empty where it has none. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly principals: Principals;
  readonly notPrincipals: Principals;
  readonly conditions: readonly Condition[];
}

/** A policy that AWS would accept. */
export interface PolicyDocument {
  /** `2008-10-17` where the document says none. */
  readonly version: string;
  readonly id?: string;
  readonly statements: readonly Statement[];
}

/**
 * What a policy is for: the permissions of an identity (a boundary and a session's policy, too), who may assume a role, or
 * who may use a resource.
 */
export type PolicyKind = 'identity' | 'trust' | 'resource';

export interface PolicyOptions {
  readonly kind: PolicyKind;
  /** Whether the version must be the current one, as managed policies' must. Default false. */
  readonly isVersionCurrent?: boolean;
  /** Makes the error of a policy that is refused; a `SyntaxError` with IAM's words without it. */
  readonly refuse?: Refuse<PolicyProblem>;
}

const VERSIONS: readonly unknown[] = ['2008-10-17', CURRENT_VERSION];
const MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];
const EXCLUDING_MEMBERS = [
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
  ['Principal', 'NotPrincipal'],
] as const;

type Json = Readonly<Record<string, unknown>>;

/** Makes the error of a problem; the message is IAM's for what it does not say more of, when none is given. */
type Fail = (code: PolicyProblemCode, message?: string, value?: string) => Error;

/**
 * Reads a policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 *
 * @throws what `refuse` makes of what AWS calls malformed
 */
export function parsePolicy(text: string, options: PolicyOptions): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failOf(options)('InvalidJson', 'This policy contains invalid Json');
  }
  return readPolicy(value, options);
}

/**
 * Reads the JSON of a policy. It is looked through in IAM's order: the syntax of all statements, then what they say.
 *
 * @throws what `refuse` makes of what AWS calls malformed
 */
export function readPolicy(value: unknown, options: PolicyOptions): PolicyDocument {
  const fail = failOf(options);
  if (!isObject(value)) throw fail('Syntax');
  const unknown = Object.keys(value).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) throw fail('UnknownMember', SYNTAX_ERRORS, unknown);
  const { Version = '2008-10-17', Id, Statement: list } = value;
  if (!VERSIONS.includes(Version))
    throw fail('InvalidVersion', 'The policy must contain a valid version string', String(Version));
  if (Id !== undefined && typeof Id !== 'string') throw fail('Syntax', SYNTAX_ERRORS, 'Id');
  const values: readonly unknown[] = Array.isArray(list) ? list : list === undefined ? [] : [list];
  if (values.length === 0) throw fail('MissingStatement');
  const isOld = options.isVersionCurrent && Version !== CURRENT_VERSION;
  const old = () => fail('OldVersion', `Policy document must be version ${CURRENT_VERSION} or greater.`);
  const statements = values.map((one, index) => {
    const failAt = failOf(options, index);
    // An old version is told before what only legacy parsing finds.
    return readStatement(one, (code, message, value) =>
      isOld && message === LEGACY_PARSING ? old() : failAt(code, message, value),
    );
  });
  if (isOld) throw old();
  checkSids(statements, options);
  for (const [index, statement] of statements.entries())
    checkStatement(statement, options.kind, failOf(options, index));
  return { version: String(Version), ...(Id !== undefined && { id: Id }), statements };
}

function failOf({ refuse = ({ message }) => new SyntaxError(message) }: PolicyOptions, index?: number): Fail {
  return (code, message = SYNTAX_ERRORS, value?: string) =>
    refuse({
      code,
      message,
      ...(index !== undefined && { statement: index }),
      ...(value !== undefined && { value }),
    });
}

function readStatement(value: unknown, fail: Fail): Statement {
  if (!isObject(value)) throw fail('Syntax');
  const unknown = Object.keys(value).find((key) => !STATEMENT_MEMBERS.includes(key));
  if (unknown !== undefined) throw fail('UnknownMember', SYNTAX_ERRORS, unknown);
  for (const [member, excluded] of EXCLUDING_MEMBERS)
    if (value[member] !== undefined && value[excluded] !== undefined)
      throw fail('MixedMembers', SYNTAX_ERRORS, excluded);
  const { Sid, Effect } = value;
  if (Sid !== undefined && typeof Sid !== 'string') throw fail('Syntax', SYNTAX_ERRORS, 'Sid');
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    const isMiswritten = typeof Effect === 'string' && /^(allow|deny)$/i.test(Effect);
    throw fail('InvalidEffect', isMiswritten ? LEGACY_PARSING : SYNTAX_ERRORS, readEffect(Effect));
  }
  return {
    ...(Sid !== undefined && { sid: Sid }),
    effect: Effect,
    actions: readStrings(value.Action, fail),
    notActions: readStrings(value.NotAction, fail),
    resources: readStrings(value.Resource, fail),
    notResources: readStrings(value.NotResource, fail),
    principals: readPrincipals(value.Principal, fail),
    notPrincipals: readPrincipals(value.NotPrincipal, fail),
    conditions: readConditions(value.Condition, fail),
  };
}

function readEffect(effect: unknown): string {
  if (effect === undefined) return '';
  return typeof effect === 'string' ? effect : (JSON.stringify(effect) ?? '');
}

function readStrings(value: unknown, fail: Fail): string[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw fail('Syntax');
    return item;
  });
}

function readPrincipals(value: unknown, fail: Fail): Principals {
  if (value === undefined) return {};
  if (value === '*') return { '*': ['*'] };
  if (!isObject(value)) throw fail('Syntax');
  const entries = Object.entries(value).map(([kind, names]) => {
    if (!PRINCIPAL_KINDS.includes(kind)) throw invalidPrincipal(kind, String(names), fail);
    return [kind, readStrings(names, fail)] as const;
  });
  return Object.fromEntries(entries);
}

function readConditions(value: unknown, fail: Fail): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw fail('Syntax', SYNTAX_ERRORS, 'Condition');
  return Object.entries(value).flatMap(([name, keys]) => {
    if (!isObject(keys)) throw fail('Syntax', SYNTAX_ERRORS, name);
    const operator = parseOperator(name);
    // IAM takes any operator that compares nothing.
    if (!operator && Object.keys(keys).length > 0) throw fail('UnknownCondition', SYNTAX_ERRORS, name);
    if (!operator) return [];
    return Object.entries(keys).map(([key, wanted]) => {
      const values = readValues(wanted, fail);
      const wrong = values.find((one) => !isConditionValue(operator, one));
      if (wrong !== undefined) throw fail('InvalidConditionValue', LEGACY_PARSING, wrong);
      return { operator, key, values };
    });
  });
}

function readValues(value: unknown, fail: Fail): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (!['string', 'number', 'boolean'].includes(typeof item)) throw fail('Syntax');
    return String(item);
  });
}

/** Resource policies may have any characters in their Sids, blanks included; IAM's may not. */
function checkSids(statements: readonly Statement[], options: PolicyOptions): void {
  const seen = new Set<string>();
  for (const [index, { sid }] of statements.entries()) {
    const fail = failOf(options, index);
    if (!sid) continue;
    if (options.kind !== 'resource' && !/^[0-9A-Za-z]*$/.test(sid))
      throw fail(
        'InvalidSid',
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
        sid,
      );
    if (seen.has(sid))
      throw fail('RepeatedSid', 'Statement IDs (SID) in a single policy must be unique.', sid);
    seen.add(sid);
  }
}

function checkStatement(statement: Statement, kind: PolicyKind, fail: Fail): void {
  const actions = [...statement.actions, ...statement.notActions];
  const resources = [...statement.resources, ...statement.notResources];
  checkUnreadable(actions, resources, fail);
  if (actions.length === 0) throw fail('MissingAction', 'Policy statement must contain actions.');
  if (kind === 'trust' && resources.length > 0)
    throw fail('ProhibitedResource', 'Has prohibited field Resource.');
  checkPrincipals(statement, kind, fail);
  if (kind === 'trust') {
    const other = actions.find((action) => !/^(sts:|\*$)/i.test(action));
    if (other !== undefined)
      throw fail('InvalidAction', 'AssumeRole policy may only specify STS AssumeRole actions.', other);
  } else if (resources.length === 0)
    throw fail('MissingResource', 'Policy statement must contain resources.');
  for (const resource of resources) {
    const problem = findResourceProblem(resource);
    if (problem !== undefined) throw fail('InvalidResource', problem, resource);
  }
  for (const action of actions) {
    const problem = findActionProblem(action);
    if (problem !== undefined) throw fail('InvalidAction', problem, action);
  }
}

/** What IAM cannot read at all is told before what is missing. */
function checkUnreadable(actions: readonly string[], resources: readonly string[], fail: Fail): void {
  const bare = actions.find((action) => action !== '*' && !action.includes(':'));
  if (bare !== undefined) throw fail('InvalidAction', findActionProblem(bare), bare);
  const unread = resources.find((resource) => findResourceProblem(resource) === LEGACY_PARSING);
  if (unread !== undefined) throw fail('InvalidResource', LEGACY_PARSING, unread);
}

function checkPrincipals({ principals, notPrincipals }: Statement, kind: PolicyKind, fail: Fail): void {
  const entries = [...Object.entries(principals), ...Object.entries(notPrincipals)];
  if (kind === 'identity') {
    if (entries.length > 0)
      throw fail('ProhibitedPrincipal', 'Policy document should not specify a principal.');
    return;
  }
  // Whom a role does not trust is for no policy to say.
  const naming = kind === 'trust' ? Object.entries(principals) : entries;
  if (!naming.some(([, names]) => names.length > 0))
    throw fail(
      'MissingPrincipal',
      kind === 'trust'
        ? 'AssumeRole policy must contain principals.'
        : 'Policy statement must contain principals.',
    );
  for (const [principalKind, names] of entries)
    for (const name of names)
      if (!isPrincipalName(principalKind as PrincipalKind, name))
        throw invalidPrincipal(principalKind, name, fail);
}

/** IAM writes the kind of services in upper case. */
function invalidPrincipal(kind: string, name: string, fail: Fail): Error {
  const shown = kind === 'Service' ? 'SERVICE' : kind;
  return fail('InvalidPrincipal', `Invalid principal in policy: "${shown}":"${name}"`, name);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
