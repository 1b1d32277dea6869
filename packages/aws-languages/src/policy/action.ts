import { compileWildcard, fixedStart } from '../wildcard';

/**
 * What is wrong with an action of a policy, in IAM's words; undefined when nothing is.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
 */
export function findActionProblem(action: string): string | undefined {
  if (action === '*') return undefined;
  const [vendor = '', name, ...others] = action.split(':');
  if (name === undefined) return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  if (others.length > 0) return 'Actions/Condition can contain only one colon.';
  if (!/^[a-zA-Z0-9.-]+$/.test(vendor)) return `Vendor ${vendor} is not valid`;
  if (!/^[\w*?.-]+$/.test(name))
    return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  return undefined;
}

/** Whether an action of a policy, `s3:Get*`, means an action. Case does not matter. */
export function matchesAction(pattern: string, action: string): boolean {
  const start = fixedStart(pattern);
  if (action.slice(0, start.length).toLowerCase() !== start.toLowerCase()) return false;
  if (start === pattern) return action.length === pattern.length;
  return compileWildcard(pattern, { ignoreCase: true }).test(action);
}
