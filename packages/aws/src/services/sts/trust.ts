import type { Principal } from '../../core/principal';
import type { Statement } from '../iam/read-policy';

/**
 * Whether a trust policy lets someone assume its role: an Allow that names them and no Deny that does.
 * Conditions are not looked at.
 */
export function mayAssume(trust: readonly Statement[], principal: Principal): boolean {
  const touching = trust.filter(
    (statement) => coversAssumeRole(statement) && names(statement.principals, principal),
  );
  return (
    touching.some(({ effect }) => effect === 'Allow') && !touching.some(({ effect }) => effect === 'Deny')
  );
}

function coversAssumeRole({ actions }: Statement): boolean {
  return actions.some((action) =>
    ['sts:assumerole', 'sts:*', 'sts:assume*', '*'].includes(action.toLowerCase()),
  );
}

function names(principals: Statement['principals'], principal: Principal): boolean {
  const service = /:role\/aws-service-role\/([^/]+)$/.exec(principal.arn)?.[1];
  if (service !== undefined) return (principals.Service ?? []).includes(service);
  return (principals.AWS ?? []).some(
    (name) =>
      name === '*' ||
      name === principal.accountId ||
      name === `arn:aws:iam::${principal.accountId}:root` ||
      name === principal.arn ||
      name === principal.roleArn,
  );
}
