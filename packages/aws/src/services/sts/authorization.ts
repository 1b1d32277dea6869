import type { Authorization } from '../../core/authorization/authorization';
import { contextOfAssuming } from './operations/trust';
import type { StsState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
export const authorization: Authorization<StsState> = {
  isResourceDecisive: true,
  // Nobody needs a permission to know who he is, nor for a session of his own.
  actions: { GetCallerIdentity: [], GetSessionToken: [] },
  accesses({ context }, { operation, input }) {
    if (operation !== 'AssumeRole' && operation !== 'GetFederationToken') return undefined;
    const actions = [`sts:${operation}`];
    if (Array.isArray(input.Tags) && input.Tags.length > 0) actions.push('sts:TagSession');
    if (input.SourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
    const federated = `arn:aws:sts::${context.accountId}:federated-user/${input.Name}`;
    const [resource, type] =
      operation === 'AssumeRole' ? [String(input.RoleArn), 'role'] : [federated, 'federated-user'];
    return actions.map((action) => ({ action, resource, type }));
  },
  context: (_sts, { action }, { input }) =>
    action.startsWith('sts:') ? contextOfAssuming(input as Parameters<typeof contextOfAssuming>[0]) : {},
  resource(sts, arn) {
    const role = sts.iam.findRole(arn);
    return role && { policy: role.trust };
  },
};
