import { invalidParameterCombination } from '../errors';

/** How a call adds and takes away permissions of an image or a snapshot. */
export interface SharingChange<P> {
  /** The structure of the call: what it adds and removes at once. */
  readonly changes: { readonly Add?: readonly P[]; readonly Remove?: readonly P[] } | undefined;
  /** The call's older form: a list, and whether it is added or removed. */
  readonly listed: readonly P[];
  readonly operation: string | undefined;
}

/**
 * The permissions to add and to remove. Callers such as Packer give the same both ways, but without saying what
 * shall be done with the list: then the structure alone counts.
 *
 * @throws AwsError InvalidParameterCombination for a list alone that is neither added nor removed
 */
export function readSharing<P>(change: SharingChange<P>): { add: P[]; remove: P[] } {
  const { changes, listed, operation } = change;
  const { Add = [], Remove = [] } = changes ?? {};
  const isStructured = Add.length > 0 || Remove.length > 0;
  if (operation === undefined && listed.length > 0 && !isStructured) {
    throw invalidParameterCombination('The operation type must be add or remove');
  }
  return {
    add: operation === 'add' ? [...Add, ...listed] : [...Add],
    remove: operation === 'remove' ? [...Remove, ...listed] : [...Remove],
  };
}

/** An account as it is named in permissions. */
export function isAccountId(userId: string): boolean {
  return /^\d{12}$/.test(userId);
}
