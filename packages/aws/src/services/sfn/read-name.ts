import { invalidName } from './errors';

/**
 * Checks the name of a state machine or an execution.
 * @throws AwsError InvalidName
 */
export function readName(name: string | undefined): string {
  if (name && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/]|\p{Cc}/u.test(name)) return name;
  throw invalidName(name);
}
