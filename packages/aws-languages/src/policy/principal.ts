import { parseArn } from '../arn';

/** How a policy names somebody. `*` is a policy's `"Principal": "*"`. */
export type PrincipalKind = '*' | 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';

/** Whom a statement is about, by kind. */
export type Principals = Readonly<Partial<Record<PrincipalKind, readonly string[]>>>;

/** Who makes a request. */
export type Caller =
  | {
      readonly kind: 'identity';
      readonly accountId: string;
      /** Of the user, the root user, or the session of a role. */
      readonly arn: string;
      /** The role of a session. */
      readonly roleArn?: string;
      /** Its unique id; that of a role's session is `AROA…:session`. */
      readonly userId?: string;
      readonly canonicalUserId?: string;
      /** Whether there is a boundary to its permissions. */
      readonly isBounded?: boolean;
    }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'anonymous' };

/** How a policy means a caller: as anyone, as one of an account, as a role in whose session it is, or by its own name. */
export type PrincipalMatch = 'anyone' | 'account' | 'role' | 'caller';

export const PRINCIPAL_KINDS: readonly string[] = [
  'AWS',
  'Service',
  'Federated',
  'CanonicalUser',
] satisfies PrincipalKind[];

/**
 * Whether a policy may name this principal. Wildcards stand for a whole name alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function isPrincipalName(kind: PrincipalKind, name: string): boolean {
  switch (kind) {
    case 'AWS':
      return (
        name === '*' ||
        /^(\d{12}|(AIDA|AROA)[A-Z0-9]{12,124})$/.test(name) ||
        /^arn:aws[\w-]*:iam::(\d{12}:(root|(user|role)\/[^*?]+)|cloudfront:user\/[^*?]+)$/.test(name) ||
        /^arn:aws[\w-]*:sts::\d{12}:(assumed-role|federated-user)\/[^*?]+$/.test(name)
      );
    case 'Service':
      return /^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com)$/.test(name);
    case 'Federated':
      return name !== '' && !/[*?]/.test(name);
    case 'CanonicalUser':
      return /^[0-9a-f]{64}$/i.test(name);
    case '*':
      return name === '*';
  }
}

/**
 * How the principals of a statement mean a caller, as closely as they do; undefined when they do not. `*` and `{ "AWS": "*" }` are the
 * same: anyone, AWS's services included.
 */
export function matchPrincipals(principals: Principals, caller: Caller): PrincipalMatch | undefined {
  const names = principals.AWS ?? [];
  if (caller.kind === 'identity') {
    const canonical = caller.canonicalUserId;
    if (canonical !== undefined && principals.CanonicalUser?.includes(canonical)) return 'caller';
    if (names.some((name) => name === caller.arn || name === caller.userId)) return 'caller';
    const roleId = caller.roleArn === undefined ? undefined : caller.userId?.split(':')[0];
    if (names.some((name) => name === caller.roleArn || name === roleId)) return 'role';
    if (names.some((name) => accountOf(name) === caller.accountId)) return 'account';
  }
  if (caller.kind === 'service' && principals.Service?.includes(caller.name)) return 'caller';
  if (caller.kind === 'federated' && principals.Federated?.includes(caller.provider)) return 'caller';
  if (principals['*']) return 'anyone';
  // Whom a provider vouches for is nobody of AWS.
  return caller.kind !== 'federated' && names.includes('*') ? 'anyone' : undefined;
}

/**
 * Whether a Deny for all but these principals leaves a caller alone. AWS looks at its account first, then at a session's role, then at the
 * caller itself, each of which must be named; and it never leaves anyone alone whose permissions have a boundary.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 * https://aws.amazon.com/blogs/security/how-to-restrict-amazon-s3-bucket-access-to-a-specific-iam-role/
 */
export function isSpared(notPrincipals: Principals, caller: Caller): boolean {
  if (caller.kind !== 'identity') return matchPrincipals(notPrincipals, caller) !== undefined;
  const names = notPrincipals.AWS ?? [];
  if (caller.isBounded) return false;
  if (notPrincipals['*'] || names.includes('*')) return true;
  const isNamed = [caller.arn, caller.roleArn].every((arn) => arn === undefined || names.includes(arn));
  return (
    (isNamed || caller.arn.endsWith(':root')) && names.some((name) => accountOf(name) === caller.accountId)
  );
}

/** The account that a principal is: its number, or the ARN of its root user. */
function accountOf(name: string): string | undefined {
  if (/^\d{12}$/.test(name)) return name;
  const arn = parseArn(name);
  return arn?.service === 'iam' && arn.resource === 'root' ? arn.accountId : undefined;
}
