import type { Authorization } from '../../core/authorization/authorization';
import type { ApiGatewayState } from './state';

/**
 * Its actions are the methods of HTTP, its resources the paths.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-apis.html
 */
export const authorization: Authorization<ApiGatewayState> = {
  accesses(_apis, { input, call, http }) {
    const path = (http?.path ?? '').replace(/^\/v2/, '').replace(/\{(\w+)\+?\}/g, (_all, member: string) => {
      const value = input[member] ?? input[`${member.slice(0, 1).toUpperCase()}${member.slice(1)}`];
      return String(value ?? '*');
    });
    return [{ action: `apigateway:${http?.method}`, resource: `arn:aws:apigateway:${call.region}::${path}` }];
  },
};
