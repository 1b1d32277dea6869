import { defineService } from '../../core/service';
import type { Lambda } from '../lambda';
import { ApiGateway } from '.';

/** API Gateway v2 of one region: HTTP APIs, as records and as they answer requests. */
export const apigatewayv2 = defineService({
  client: () => import('@aws-sdk/client-apigatewayv2'),
  signingName: 'apigateway',
  needs: ['lambda'],
  create: (context, needs: { lambda: Lambda }) => new ApiGateway(context, needs),
  operations: (service) => service.operations,
});
