import {
  ApiGatewayV2Client,
  CreateApiCommand,
  GetApiCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:app';
const gateway = () => region.api('apigatewayv2');
const addApi = async () => {
  const { ApiId = '' } = await gateway().CreateApi({ Name: 'api', ProtocolType: 'HTTP' });
  return ApiId;
};
const addIntegration = async (ApiId: string) => {
  const { IntegrationId } = await gateway().CreateIntegration({
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: functionArn,
  });
  return IntegrationId;
};

test('what an API cannot be is refused with the code that AWS gives', async () => {
  const ApiId = await addApi();
  const route = { ApiId, RouteKey: 'GET /a' };
  await gateway().CreateRoute(route);
  const codeOf = (run: Promise<unknown>) => run.catch((error: Error) => error.name);
  expect(
    await Promise.all([
      codeOf(gateway().CreateApi({ Name: 'a', ProtocolType: 'WEBSOCKET' })),
      codeOf(gateway().CreateRoute(route)),
      codeOf(gateway().CreateRoute({ ApiId, RouteKey: 'GET /b', Target: 'integrations/nosuch' })),
      codeOf(gateway().GetApi({ ApiId: 'nosuch' })),
      codeOf(gateway().CreateIntegration({ ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: 'x' })),
    ]),
  ).toEqual([
    'BadRequestException',
    'ConflictException',
    'BadRequestException',
    'NotFoundException',
    'BadRequestException',
  ]);
});

test('tags of an API are read and changed by its ARN', async () => {
  const { ApiId } = await gateway().CreateApi({
    Name: 'a',
    ProtocolType: 'HTTP',
    Tags: { a: '1', b: '2' },
  });
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
  await gateway().TagResource({ ResourceArn, Tags: { c: '3' } });
  await gateway().UntagResource({ ResourceArn, TagKeys: ['a'] });
  expect(await gateway().GetTags({ ResourceArn })).toEqual({ Tags: { b: '2', c: '3' } });
});

test('tags of a stage are kept apart from its API, and an ARN of nothing is refused', async () => {
  const ApiId = await addApi();
  await gateway().CreateStage({ ApiId, StageName: 'prod' });
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}/stages/prod`;
  expect(await gateway().TagResource({ ResourceArn, Tags: { a: '1' } })).toEqual({});
  expect(await gateway().UntagResource({ ResourceArn, TagKeys: ['b'] })).toEqual({});
  expect(await gateway().GetTags({ ResourceArn })).toEqual({ Tags: { a: '1' } });
  for (const [arn, code] of [
    [`${ResourceArn}%`, 'NotFoundException'],
    ['arn:aws:apigateway:us-east-1::/x', 'BadRequestException'],
  ])
    await expect(gateway().GetTags({ ResourceArn: arn })).rejects.toMatchObject({ code });
});

test('an API is changed, loses its CORS configuration, and is gone once deleted', async () => {
  const { ApiId } = await gateway().CreateApi({
    Name: 'old',
    ProtocolType: 'HTTP',
    CorsConfiguration: { AllowOrigins: ['*'] },
  });
  expect(await gateway().UpdateApi({ ApiId, Name: 'new', Description: 'd' })).toMatchObject({
    ApiId,
    Name: 'new',
    CorsConfiguration: { AllowOrigins: ['*'] },
  });
  expect(await gateway().DeleteCorsConfiguration({ ApiId })).toEqual({});
  const found = await gateway().GetApi({ ApiId });
  expect([found.Name, found.Description, found.CorsConfiguration]).toEqual(['new', 'd', undefined]);
  expect(await gateway().DeleteApi({ ApiId })).toEqual({});
  await expect(gateway().GetApi({ ApiId })).rejects.toMatchObject({ code: 'NotFoundException' });
});

test('quick create makes a route, an integration and a stage that deploys itself', async () => {
  const { ApiId } = await gateway().CreateApi({ Name: 'a', ProtocolType: 'HTTP', Target: functionArn });
  const { Items: routes } = await gateway().GetRoutes({ ApiId });
  const { Items: integrations = [] } = await gateway().GetIntegrations({ ApiId });
  expect(integrations).toMatchObject([{ IntegrationUri: functionArn, PayloadFormatVersion: '2.0' }]);
  const Target = `integrations/${integrations[0]?.IntegrationId}`;
  expect(routes).toMatchObject([{ RouteKey: '$default', Target }]);
  expect((await gateway().GetStages({ ApiId })).Items).toMatchObject([
    { StageName: '$default', AutoDeploy: true, DeploymentId: expect.any(String) },
  ]);
});

test('an integration is read, changed, and deleted once no route names it', async () => {
  const ApiId = await addApi();
  const IntegrationId = await addIntegration(ApiId);
  expect(await gateway().GetIntegration({ ApiId, IntegrationId })).toMatchObject({
    IntegrationId,
    IntegrationMethod: 'POST',
    PayloadFormatVersion: '1.0',
  });
  const changes = { PayloadFormatVersion: '2.0', TimeoutInMillis: 100 };
  expect(await gateway().UpdateIntegration({ ApiId, IntegrationId, ...changes })).toMatchObject(changes);
  const { RouteId } = await gateway().CreateRoute({
    ApiId,
    RouteKey: 'GET /a',
    Target: `integrations/${IntegrationId}`,
  });
  await expect(gateway().DeleteIntegration({ ApiId, IntegrationId })).rejects.toMatchObject({
    code: 'ConflictException',
  });
  expect(await gateway().DeleteRoute({ ApiId, RouteId })).toEqual({});
  expect(await gateway().DeleteIntegration({ ApiId, IntegrationId })).toEqual({});
  await expect(gateway().GetIntegration({ ApiId, IntegrationId })).rejects.toMatchObject({
    code: 'NotFoundException',
  });
});

test('a route is read and changed, but not to the key of another', async () => {
  const ApiId = await addApi();
  const { RouteId } = await gateway().CreateRoute({ ApiId, RouteKey: 'GET /a' });
  await gateway().CreateRoute({ ApiId, RouteKey: 'GET /b' });
  expect(await gateway().GetRoute({ ApiId, RouteId })).toMatchObject({
    RouteKey: 'GET /a',
    AuthorizationType: 'NONE',
  });
  expect(await gateway().UpdateRoute({ ApiId, RouteId, RouteKey: 'GET /c' })).toMatchObject({
    RouteId,
    RouteKey: 'GET /c',
  });
  await expect(gateway().UpdateRoute({ ApiId, RouteId, RouteKey: 'GET /b' })).rejects.toMatchObject({
    code: 'ConflictException',
  });
});

test('an authorizer is read, listed, changed, and deleted once no route names it', async () => {
  const ApiId = await addApi();
  const JwtConfiguration = { Issuer: 'https://issuer.example', Audience: ['a'] };
  const settings = { Name: 'jwt', AuthorizerType: 'JWT' as const, IdentitySource: ['$request.header.a'] };
  const { AuthorizerId } = await gateway().CreateAuthorizer({ ApiId, ...settings, JwtConfiguration });
  await expect(gateway().CreateAuthorizer({ ApiId, ...settings })).rejects.toMatchObject({
    code: 'BadRequestException',
  });
  expect(await gateway().GetAuthorizer({ ApiId, AuthorizerId })).toMatchObject({ ...settings, AuthorizerId });
  expect(await gateway().UpdateAuthorizer({ ApiId, AuthorizerId, Name: 'new' })).toMatchObject({
    Name: 'new',
    JwtConfiguration,
  });
  expect((await gateway().GetAuthorizers({ ApiId })).Items).toMatchObject([{ AuthorizerId, Name: 'new' }]);
  const { RouteId } = await gateway().CreateRoute({
    ApiId,
    RouteKey: 'GET /a',
    AuthorizationType: 'JWT',
    AuthorizerId,
  });
  await expect(gateway().DeleteAuthorizer({ ApiId, AuthorizerId })).rejects.toMatchObject({
    code: 'ConflictException',
  });
  await gateway().DeleteRoute({ ApiId, RouteId });
  expect(await gateway().DeleteAuthorizer({ ApiId, AuthorizerId })).toEqual({});
});

test('a stage is read, changed, freed of its access log, and deleted', async () => {
  const ApiId = await addApi();
  const AccessLogSettings = {
    DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:api',
    Format: '$context.requestId',
  };
  const created = await gateway().CreateStage({ ApiId, StageName: 'prod', AccessLogSettings });
  expect(created).toMatchObject({ StageName: 'prod', AutoDeploy: false, AccessLogSettings });
  await expect(gateway().CreateStage({ ApiId, StageName: 'prod' })).rejects.toMatchObject({
    code: 'ConflictException',
  });
  const change = { ApiId, StageName: 'prod', StageVariables: { a: '1' } };
  expect(await gateway().UpdateStage(change)).toMatchObject({ StageVariables: { a: '1' } });
  expect(await gateway().DeleteAccessLogSettings({ ApiId, StageName: 'prod' })).toEqual({});
  const found = await gateway().GetStage({ ApiId, StageName: 'prod' });
  expect([found.StageVariables, found.AccessLogSettings]).toEqual([{ a: '1' }, undefined]);
  expect(await gateway().DeleteStage({ ApiId, StageName: 'prod' })).toEqual({});
  expect((await gateway().GetStages({ ApiId })).Items).toEqual([]);
});

test('a deployment is read, listed, changed, and deleted once no stage points to it', async () => {
  const ApiId = await addApi();
  await expect(gateway().CreateDeployment({ ApiId })).rejects.toMatchObject({ code: 'BadRequestException' });
  await gateway().CreateRoute({ ApiId, RouteKey: 'GET /a' });
  await gateway().CreateStage({ ApiId, StageName: 'prod' });
  const { DeploymentId } = await gateway().CreateDeployment({ ApiId, StageName: 'prod' });
  expect(await gateway().GetDeployment({ ApiId, DeploymentId })).toMatchObject({
    DeploymentId,
    DeploymentStatus: 'DEPLOYED',
    AutoDeployed: false,
  });
  expect(await gateway().UpdateDeployment({ ApiId, DeploymentId, Description: 'd' })).toMatchObject({
    Description: 'd',
  });
  expect((await gateway().GetDeployments({ ApiId })).Items).toMatchObject([
    { DeploymentId, Description: 'd' },
  ]);
  await expect(gateway().DeleteDeployment({ ApiId, DeploymentId })).rejects.toMatchObject({
    code: 'BadRequestException',
  });
  await gateway().DeleteStage({ ApiId, StageName: 'prod' });
  expect(await gateway().DeleteDeployment({ ApiId, DeploymentId })).toEqual({});
});

test('lists go on where their page ended, and a token that no answer held is refused', async () => {
  const ApiId = await addApi();
  const keys = ['GET /a', 'GET /b', 'GET /c'];
  for (const RouteKey of keys) await gateway().CreateRoute({ ApiId, RouteKey });
  const list = (NextToken?: string) => gateway().GetRoutes({ ApiId, MaxResults: '2', NextToken });
  const first = await list();
  await gateway().DeleteRoute({ ApiId, RouteId: first.Items?.[0]?.RouteId });
  const second = await list(first.NextToken);
  const found = [first, second].flatMap(({ Items = [] }) => Items.map(({ RouteKey }) => RouteKey));
  expect(found).toEqual(keys);
  await expect(list('foreign')).rejects.toMatchObject({ code: 'BadRequestException' });
});

test('the SDK creates and reads an HTTP API', async () => {
  await using own = await newRegion();
  const client = new ApiGatewayV2Client(own.aws.client);
  const { ApiId } = await client.send(new CreateApiCommand({ Name: 'a', ProtocolType: 'HTTP' }));
  const { Items } = await client.send(new GetApisCommand({}));
  expect(Items?.map((api) => [api.ApiId, api.CreatedDate instanceof Date])).toEqual([[ApiId, true]]);
  await expect(client.send(new GetApiCommand({ ApiId: 'x' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});
