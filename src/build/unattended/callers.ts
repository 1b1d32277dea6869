import { compileWildcard } from 'aws-languages/wildcard';

/** The ARN of an IAM role, in which a `*` may stand: its partition, its account, and its path with its name. */
const ROLE = /^arn:([\w*-]+):iam::([\d*]+):role\/(.+)$/;

/** Who has brought a token instead of a signature, as records name him: his subject, the issuer, and maybe his address. */
const BEARER = /^(.+? of https?:\/\/\S+)( \(.*\))?$/;

/** A caller without what may be otherwise in his next token: his address. */
export function identityOf(caller: string): string {
  return BEARER.exec(caller)?.[1] ?? caller;
}

/**
 * Whether a caller is one of those that patterns name, in which `*` stands for any characters. Who has assumed a role calls as a session of it
 * (`arn:aws:sts::…:assumed-role/NAME/SESSION`), whose ARN has not the path of the role: one that names the role names its sessions, too.
 *
 * @param caller undefined is nobody
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function matchesCaller(patterns: readonly string[], caller: string | undefined): boolean {
  if (caller === undefined) return false;
  const identity = identityOf(caller);
  return patterns.some(
    (pattern) =>
      BEARER.test(pattern) === BEARER.test(caller) &&
      (matchesText(pattern, identity) || matchesText(sessionsOf(pattern), identity)),
  );
}

function sessionsOf(pattern: string): string {
  const [, partition, account, role] = ROLE.exec(pattern) ?? [];
  if (role === undefined) return pattern;
  return `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1)}/*`;
}

/**
 * What is wrong with what names callers, if anything is: an ARN, or of tokens `SUBJECT of https://ISSUER`. An ARN of roles below a path can be told by no session: it would name all roles
 * whose names are alike, whatever their paths.
 */
export function findCallerProblem(pattern: string): string | undefined {
  if (/^[ -~]+ of https?:\/\/[!-~]+$/.test(pattern)) return undefined;
  if (!/^arn:[!-~]+$/.test(pattern))
    return 'expected an ARN, or SUBJECT of https://ISSUER, in which * may stand for any characters';
  const role = ROLE.exec(pattern)?.[3];
  return role?.includes('/') && role.includes('*')
    ? 'expected no * in the ARN of a role with a path: sessions do not have the path. Expected arn:aws:sts::ACCOUNT:assumed-role/NAME/*'
    : undefined;
}

function matchesText(pattern: string, text: string): boolean {
  return compileWildcard(pattern, { question: false }).test(text);
}
