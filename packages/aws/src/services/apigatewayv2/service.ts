import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as apis from './operations/apis';
import * as authorizers from './operations/authorizers';
import * as deployments from './operations/deployments';
import * as integrations from './operations/integrations';
import * as routes from './operations/routes';
import * as stages from './operations/stages';
import * as tags from './operations/tags';
import { type AccessLogs, ApiGatewayState, type Client, type Roles } from './state';

interface Needs {
  readonly iam: Roles;
  readonly 'cloudwatch-logs': AccessLogs;
}

/** API Gateway v2 of one region: HTTP APIs, as records and as they answer requests. */
export const apigatewayv2 = defineService<Client, ApiGatewayState, Needs>({
  client: () => import('@aws-sdk/client-apigatewayv2'),
  signingName: 'apigateway',
  needs: ['iam', 'cloudwatch-logs'],
  authorization,
  create: (context, { iam, 'cloudwatch-logs': logs }) => new ApiGatewayState(context, iam, logs),
  operations: {
    ...apis,
    ...stages,
    ...deployments,
    ...integrations,
    ...routes,
    ...authorizers,
    ...tags,
  },
});
