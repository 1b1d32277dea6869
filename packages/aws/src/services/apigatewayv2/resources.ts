import {
  type AccessLogSettings,
  AccessLogSettings$,
  type AuthorizationType,
  type AuthorizerType,
  type Cors,
  Cors$,
  type IntegrationType,
  type JWTConfiguration,
  JWTConfiguration$,
  type ProtocolType,
  type RouteSettings,
  RouteSettings$,
} from '@aws-sdk/client-apigatewayv2';
import { z } from 'zod';
import { flag, number, oneOf, shape, tagMap, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const tagRecord = ({ tags }: ResourceContext) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

const api = resource({
  properties: z.strictObject({
    ApiKeySelectionExpression: text.optional(),
    CorsConfiguration: shape<Cors>(Cors$).optional(),
    CredentialsArn: text.optional(),
    Description: text.optional(),
    DisableExecuteApiEndpoint: flag.optional(),
    DisableSchemaValidation: flag.optional(),
    Name: text.optional(),
    ProtocolType: oneOf<ProtocolType>().optional(),
    RouteKey: text.optional(),
    RouteSelectionExpression: text.optional(),
    Tags: tagMap.optional(),
    Target: text.optional(),
    Version: text.optional(),
  }),
  attributes: ['ApiId', 'ApiEndpoint'],
  replaceOn: ['ProtocolType'],
  async create({ Tags, ...properties }, context) {
    const { ApiId: id = '', ApiEndpoint } = await context.aws.apigateway.CreateApi({
      ...properties,
      Name: properties.Name ?? context.stackName,
      ProtocolType: properties.ProtocolType ?? 'HTTP',
      Tags: tagRecord(context),
    });
    return { id, attributes: { ApiId: id, ApiEndpoint } };
  },
  async update(id, { Tags, ProtocolType, ...next }, _previous, { aws }) {
    await aws.apigateway.UpdateApi({ ApiId: id, ...next });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.apigateway.DeleteApi({ ApiId: id }),
});

const stage = resource({
  properties: z.strictObject({
    AccessLogSettings: shape<AccessLogSettings>(AccessLogSettings$).optional(),
    ApiId: text,
    AutoDeploy: flag.optional(),
    DefaultRouteSettings: shape<RouteSettings>(RouteSettings$).optional(),
    DeploymentId: text.optional(),
    Description: text.optional(),
    RouteSettings: z.record(z.string(), shape<RouteSettings>(RouteSettings$)).optional(),
    StageName: text,
    StageVariables: tagMap.optional(),
    Tags: tagMap.optional(),
  }),
  replaceOn: ['ApiId', 'StageName'],
  async create({ Tags, ...properties }, context) {
    await context.aws.apigateway.CreateStage({ ...properties, Tags: tagRecord(context) });
    return { id: properties.StageName };
  },
  async update(_id, { Tags, ...next }, _previous, { aws }) {
    await aws.apigateway.UpdateStage(next);
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigateway.DeleteStage({ ApiId, StageName: id }),
});

const route = resource({
  properties: z.strictObject({
    ApiId: text,
    ApiKeyRequired: flag.optional(),
    AuthorizationScopes: z.array(text).optional(),
    AuthorizationType: oneOf<AuthorizationType>().optional(),
    AuthorizerId: text.optional(),
    OperationName: text.optional(),
    RouteKey: text,
    Target: text.optional(),
  }),
  attributes: ['RouteId'],
  replaceOn: ['ApiId'],
  async create(properties, { aws }) {
    const { RouteId: id = '' } = await aws.apigateway.CreateRoute(properties);
    return { id, attributes: { RouteId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigateway.UpdateRoute({ ...next, RouteId: id });
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigateway.DeleteRoute({ ApiId, RouteId: id }),
});

const integration = resource({
  properties: z.strictObject({
    ApiId: text,
    ConnectionType: oneOf<'INTERNET' | 'VPC_LINK'>().optional(),
    CredentialsArn: text.optional(),
    Description: text.optional(),
    IntegrationMethod: text.optional(),
    IntegrationSubtype: text.optional(),
    IntegrationType: oneOf<IntegrationType>(),
    IntegrationUri: text.optional(),
    PayloadFormatVersion: text.optional(),
    RequestParameters: tagMap.optional(),
    TimeoutInMillis: number.optional(),
  }),
  attributes: ['IntegrationId'],
  replaceOn: ['ApiId'],
  async create(properties, { aws }) {
    const { IntegrationId: id = '' } = await aws.apigateway.CreateIntegration(properties);
    return { id, attributes: { IntegrationId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigateway.UpdateIntegration({ ...next, IntegrationId: id });
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigateway.DeleteIntegration({ ApiId, IntegrationId: id }),
});

const authorizer = resource({
  properties: z.strictObject({
    ApiId: text,
    AuthorizerCredentialsArn: text.optional(),
    AuthorizerPayloadFormatVersion: text.optional(),
    AuthorizerResultTtlInSeconds: number.optional(),
    AuthorizerType: oneOf<AuthorizerType>(),
    AuthorizerUri: text.optional(),
    EnableSimpleResponses: flag.optional(),
    IdentitySource: z.array(text).optional(),
    JwtConfiguration: shape<JWTConfiguration>(JWTConfiguration$).optional(),
    Name: text,
  }),
  attributes: ['AuthorizerId'],
  replaceOn: ['ApiId'],
  async create({ IdentitySource = [], ...properties }, { aws }) {
    const { AuthorizerId: id = '' } = await aws.apigateway.CreateAuthorizer({
      ...properties,
      IdentitySource,
    });
    return { id, attributes: { AuthorizerId: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.apigateway.UpdateAuthorizer({ ...next, AuthorizerId: id });
    return undefined;
  },
  delete: (id, { ApiId }, { aws }) => aws.apigateway.DeleteAuthorizer({ ApiId, AuthorizerId: id }),
});

/** AWS::ApiGatewayV2. */
export const apiGatewayTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Authorizer': authorizer,
};
