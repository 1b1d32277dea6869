import { randomBytes } from '../../../../core/ids';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * A name as CloudFormation makes them for resources that have none: `stack-LogicalId-RANDOM`. A stack name or
 * logical id that is too long for the service's limit is cut.
 */
export function physicalName(
  stackName: string,
  logicalId: string,
  { max = 64, lower = false }: { readonly max?: number; readonly lower?: boolean } = {},
): string {
  const random = Array.from(randomBytes(12), (byte) => ALPHABET[byte % 36]).join('');
  const room = max - random.length - 2;
  const logical = logicalId.slice(0, Math.max(Math.ceil(room / 2), room - stackName.length));
  const stack = stackName.slice(0, room - logical.length);
  const name = `${stack}-${logical}-${random}`;
  return lower ? name.toLowerCase() : name;
}
