import { compileWildcard } from 'aws-languages/wildcard';

/** The ARN of an IAM role, in which a `*` may stand: its partition, its account, and its path with its name. */
const ROLE = /^arn:([\w*-]+):iam::([\d*]+):role\/(.+)$/;

/**
 * Whether a caller is one of those that ARNs name, in which `*` stands for any characters. Who has assumed a role calls as a session of it
 * (`arn:aws:sts::…:assumed-role/NAME/SESSION`), whose ARN has not the path of the role: one that names the role names its sessions, too.
 *
 * @param caller undefined is nobody
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function matchesCaller(patterns: readonly string[], caller: string | undefined): boolean {
  if (caller === undefined) return false;
  return patterns.some((pattern) => matchesText(pattern, caller) || matchesText(sessionsOf(pattern), caller));
}

function sessionsOf(pattern: string): string {
  const [, partition, account, role] = ROLE.exec(pattern) ?? [];
  if (role === undefined) return pattern;
  return `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1)}/*`;
}

/**
 * What is wrong with an ARN that names callers, if anything is. One of roles below a path can be told by no session: it would name all roles
 * whose names are alike, whatever their paths.
 */
export function findCallerProblem(pattern: string): string | undefined {
  if (!/^arn:[!-~]+$/.test(pattern)) return 'expected an ARN, in which * may stand for any characters';
  const role = ROLE.exec(pattern)?.[3];
  return role?.includes('/') && role.includes('*')
    ? 'expected no * in the ARN of a role with a path: sessions do not have the path. Expected arn:aws:sts::ACCOUNT:assumed-role/NAME/*'
    : undefined;
}

function matchesText(pattern: string, text: string): boolean {
  return compileWildcard(pattern, { question: false }).test(text);
}
