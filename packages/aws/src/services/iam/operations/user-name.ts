import type { Principal } from '../../../core/principal';

/** The name of the user who calls: what operations on oneself go by when they name nobody. */
export function userNameOf({ arn }: Principal): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
