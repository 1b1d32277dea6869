import {
  type CreateApiCommandInput,
  CreateApiRequest$,
  type CreateAuthorizerCommandInput,
  CreateAuthorizerRequest$,
  type CreateIntegrationCommandInput,
  CreateIntegrationRequest$,
  type CreateRouteCommandInput,
  CreateRouteRequest$,
  type CreateStageCommandInput,
  CreateStageRequest$,
  type UpdateApiCommandInput,
  UpdateApiRequest$,
  type UpdateAuthorizerCommandInput,
  UpdateAuthorizerRequest$,
  type UpdateIntegrationCommandInput,
  UpdateIntegrationRequest$,
  type UpdateRouteCommandInput,
  UpdateRouteRequest$,
  type UpdateStageCommandInput,
  UpdateStageRequest$,
} from '@aws-sdk/client-apigatewayv2';
import { type ResourceContext, resource, type TagChange } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { tagMap } from '../cloudformation/resources/values';

/** @param path below the region's API Gateway, e.g. `/apis/a1b2c3` */
async function retag(path: string, change: TagChange, { aws, region }: ResourceContext): Promise<void> {
  const ResourceArn = `arn:aws:apigateway:${region}::${path}`;
  if (change.set.length > 0) await aws.apigatewayv2.TagResource({ ResourceArn, Tags: tagMap(change.set) });
  if (change.removed.length > 0)
    await aws.apigatewayv2.UntagResource({ ResourceArn, TagKeys: [...change.removed] });
}

const api = resource('AWS::ApiGatewayV2::Api', {
  handles: [
    'ApiKeySelectionExpression',
    'CorsConfiguration',
    'CredentialsArn',
    'Description',
    'DisableExecuteApiEndpoint',
    'DisableSchemaValidation',
    'Name',
    'ProtocolType',
    'RouteKey',
    'RouteSelectionExpression',
    'Tags',
    'Target',
    'Version',
  ],
  async create({ Tags, ...properties }, context) {
    const { aws, region, accountId } = context;
    const { ApiId: id = '', ApiEndpoint } = await aws.apigatewayv2.CreateApi(
      toShape<CreateApiCommandInput>(CreateApiRequest$, {
        ...properties,
        Name: properties.Name ?? context.stackName,
        ProtocolType: properties.ProtocolType ?? 'HTTP',
        Tags: tagMap(context.tags),
      }),
    );
    const ExecuteApiArn = `arn:aws:execute-api:${region}:${accountId}:${id}`;
    return { id, attributes: { ApiId: id, ApiEndpoint, ExecuteApiArn } };
  },
  async update(id, { Tags, ProtocolType, ...next }, _previous, { aws }) {
    await aws.apigatewayv2.UpdateApi(
      toShape<UpdateApiCommandInput>(UpdateApiRequest$, { ApiId: id, ...next }),
    );
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.apigatewayv2.DeleteApi({ ApiId: id }),
  retag: (id, change, context) => retag(`/apis/${id}`, change, context),
});

const stage = resource('AWS::ApiGatewayV2::Stage', {
  handles: [
    'AccessLogSettings',
    'ApiId',
    'AutoDeploy',
    'DefaultRouteSettings',
    'DeploymentId',
    'Description',
    'RouteSettings',
    'StageName',
    'StageVariables',
    'Tags',
  ],
  async create({ Tags, ...properties }, context) {
    await context.aws.apigatewayv2.CreateStage(
      toShape<CreateStageCommandInput>(CreateStageRequest$, { ...properties, Tags: tagMap(context.tags) }),
    );
    return { id: properties.StageName };
  },
  async update(_id, { Tags, ...next }, _previous, { aws }) {
    await aws.apigatewayv2.UpdateStage(toShape<UpdateStageCommandInput>(UpdateStageRequest$, next));
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigatewayv2.DeleteStage({ ApiId, StageName: id }),
  retag: (id, change, context, { ApiId }) => retag(`/apis/${ApiId}/stages/${id}`, change, context),
});

const route = resource('AWS::ApiGatewayV2::Route', {
  handles: [
    'ApiId',
    'ApiKeyRequired',
    'AuthorizationScopes',
    'AuthorizationType',
    'AuthorizerId',
    'OperationName',
    'RouteKey',
    'Target',
  ],
  async create(properties, { aws }) {
    const { RouteId: id = '' } = await aws.apigatewayv2.CreateRoute(
      toShape<CreateRouteCommandInput>(CreateRouteRequest$, properties),
    );
    return { id, attributes: { RouteId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigatewayv2.UpdateRoute(
      toShape<UpdateRouteCommandInput>(UpdateRouteRequest$, { ...next, RouteId: id }),
    );
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigatewayv2.DeleteRoute({ ApiId, RouteId: id }),
});

const integration = resource('AWS::ApiGatewayV2::Integration', {
  handles: [
    'ApiId',
    'ConnectionType',
    'CredentialsArn',
    'Description',
    'IntegrationMethod',
    'IntegrationSubtype',
    'IntegrationType',
    'IntegrationUri',
    'PayloadFormatVersion',
    'RequestParameters',
    'TimeoutInMillis',
  ],
  async create(properties, { aws }) {
    const { IntegrationId: id = '' } = await aws.apigatewayv2.CreateIntegration(
      toShape<CreateIntegrationCommandInput>(CreateIntegrationRequest$, properties),
    );
    return { id, attributes: { IntegrationId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigatewayv2.UpdateIntegration(
      toShape<UpdateIntegrationCommandInput>(UpdateIntegrationRequest$, { ...next, IntegrationId: id }),
    );
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigatewayv2.DeleteIntegration({ ApiId, IntegrationId: id }),
});

const authorizer = resource('AWS::ApiGatewayV2::Authorizer', {
  handles: [
    'ApiId',
    'AuthorizerCredentialsArn',
    'AuthorizerPayloadFormatVersion',
    'AuthorizerResultTtlInSeconds',
    'AuthorizerType',
    'AuthorizerUri',
    'EnableSimpleResponses',
    'IdentitySource',
    'JwtConfiguration',
    'Name',
  ],
  async create({ IdentitySource = [], ...properties }, { aws }) {
    const { AuthorizerId: id = '' } = await aws.apigatewayv2.CreateAuthorizer(
      toShape<CreateAuthorizerCommandInput>(CreateAuthorizerRequest$, { ...properties, IdentitySource }),
    );
    return { id, attributes: { AuthorizerId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigatewayv2.UpdateAuthorizer(
      toShape<UpdateAuthorizerCommandInput>(UpdateAuthorizerRequest$, { ...next, AuthorizerId: id }),
    );
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigatewayv2.DeleteAuthorizer({ ApiId, AuthorizerId: id }),
});

/** AWS::ApiGatewayV2. */
export const apiGatewayTypes = [api, stage, route, integration, authorizer];
