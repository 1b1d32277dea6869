import { AwsError } from '../../core/aws-error';

/** What a statement of a policy says; members that may be one or many are lists here. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** By kind (`AWS`, `Service`, `Federated`, `CanonicalUser`); `*` alone is `AWS: ['*']`. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  readonly condition?: unknown;
}

const STATEMENT_KEYS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);
const PRINCIPAL_KINDS = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);

/**
 * Reads the trust policy of a role.
 *
 * @throws AwsError `MalformedPolicyDocument`
 */
export function readTrustPolicy(document: string): Statement[] {
  const statements = readStatements(document);
  for (const statement of statements) {
    if (statement.resources.length > 0 || statement.notResources.length > 0)
      throw malformed('Has prohibited field Resource.');
    if (Object.keys(statement.principals).length === 0)
      throw malformed('AssumeRole policy must contain principals.');
    for (const action of statement.actions) {
      if (!/^(sts:|\*$)/i.test(action))
        throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  return statements;
}

/**
 * Reads a policy of permissions, inline or managed.
 *
 * @throws AwsError `MalformedPolicyDocument`
 */
export function readPermissionPolicy(document: string): Statement[] {
  const statements = readStatements(document);
  for (const statement of statements) {
    if (Object.keys(statement.principals).length > 0)
      throw malformed('Policy document should not specify a principal.');
    const resources = [...statement.resources, ...statement.notResources];
    if (resources.length === 0) throw malformed('Policy statement must contain resources.');
    for (const resource of resources) {
      if (resource !== '*' && !/^(arn:|\*)/.test(resource))
        throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
    for (const action of [...statement.actions, ...statement.notActions]) {
      if (action !== '*' && !/^[a-zA-Z0-9-]+:[\w*?.-]+$/.test(action))
        throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
  }
  return statements;
}

function readStatements(document: string): Statement[] {
  const policy = parseObject(document);
  for (const key of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(key)) throw malformed('Syntax errors in policy.');
  }
  if (policy.Version !== undefined && policy.Version !== '2012-10-17' && policy.Version !== '2008-10-17')
    throw malformed('The policy must contain a valid version string');
  const list = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  if (list.length === 0 || list[0] === undefined) throw malformed('Syntax errors in policy.');
  const statements = list.map(readStatement);
  const sids = statements.flatMap(({ sid }) => (sid === undefined ? [] : [sid]));
  if (new Set(sids).size !== sids.length)
    throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return statements;
}

function parseObject(document: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('Syntax errors in policy.');
  return value as Record<string, unknown>;
}

function readStatement(value: unknown): Statement {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('Syntax errors in policy.');
  const raw = value as Record<string, unknown>;
  if (Object.keys(raw).some((key) => !STATEMENT_KEYS.has(key))) throw malformed('Syntax errors in policy.');
  if (raw.Effect !== 'Allow' && raw.Effect !== 'Deny') throw malformed('Syntax errors in policy.');
  const actions = readStrings(raw.Action);
  const notActions = readStrings(raw.NotAction);
  if (actions.length + notActions.length === 0) throw malformed('Policy statement must contain actions.');
  return {
    ...(raw.Sid !== undefined && { sid: String(raw.Sid) }),
    effect: raw.Effect,
    actions,
    notActions,
    resources: readStrings(raw.Resource),
    notResources: readStrings(raw.NotResource),
    principals: readPrincipals(raw.Principal ?? raw.NotPrincipal),
    condition: raw.Condition,
  };
}

function readPrincipals(value: unknown): Record<string, string[]> {
  if (value === undefined) return {};
  if (value === '*') return { AWS: ['*'] };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('Syntax errors in policy.');
  const entries = Object.entries(value).map(([kind, names]) => {
    if (!PRINCIPAL_KINDS.has(kind))
      throw malformed(`Invalid principal in policy: "${kind}":"${String(names)}"`);
    return [kind, readStrings(names)] as const;
  });
  return Object.fromEntries(entries);
}

function readStrings(value: unknown): string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.some((item) => typeof item !== 'string')) throw malformed('Syntax errors in policy.');
  return list as string[];
}

/** @param message what is wrong with the document, in IAM's words */
export function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}
