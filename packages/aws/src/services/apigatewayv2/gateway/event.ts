import { isUtf8 } from 'node:buffer';
import type { Context } from '../../../core/context';
import type { Call, WireRequest } from '../../../core/service';
import type { Bearer } from './bearer';
import { decodeSegment } from './route-key';

/** A request that has found its route. */
export interface RoutedRequest {
  readonly request: WireRequest;
  readonly call: Call;
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** API Gateway's own id of the request, as in `apigw-requestid`. */
  readonly requestId: string;
  readonly isIam: boolean;
  /** Whom the token of a JWT authorizer names. */
  readonly bearer?: Bearer;
}

/**
 * The event of payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function makeEvent2(context: Context, routed: RoutedRequest): Record<string, unknown> {
  const { request } = routed;
  const { cookie, ...headers } = receivedHeaders(routed);
  const path = decodePath(request.path);
  const body = readBody(request);
  return {
    version: '2.0',
    routeKey: routed.routeKey,
    rawPath: path,
    rawQueryString: request.rawQuery,
    cookies: cookie === undefined ? undefined : cookie.split(/;\s*/),
    headers,
    queryStringParameters: joinQuery(request.query),
    pathParameters: orNothing(routed.pathParameters),
    stageVariables: orNothing(routed.stageVariables),
    requestContext: {
      accountId: context.accountId,
      apiId: routed.apiId,
      authorizer: describeAuthorizer(routed),
      domainName: domainOf(context, routed),
      domainPrefix: routed.apiId,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: sourceIpOf(request),
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: routed.requestId,
      routeKey: routed.routeKey,
      stage: routed.stage,
      time: writeLogTime(context.clock.now()),
      timeEpoch: context.clock.millis(),
    },
    body: body?.text,
    isBase64Encoded: body?.isBase64 ?? false,
  };
}

/** The event of payload format 1.0, as REST APIs send it. */
export function makeEvent1(context: Context, routed: RoutedRequest): Record<string, unknown> {
  const { request } = routed;
  const headers = Object.fromEntries(
    Object.entries(receivedHeaders(routed)).map(([name, value]) => [titleCase(name), value]),
  );
  const path = decodePath(request.path);
  const body = readBody(request);
  const resource = routed.routeKey.split(' ')[1] ?? '$default';
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: orNothing(Object.fromEntries(request.query)) ?? null,
    multiValueQueryStringParameters:
      orNothing(
        Object.fromEntries([...request.query.keys()].map((name) => [name, request.query.getAll(name)])),
      ) ?? null,
    requestContext: {
      accountId: context.accountId,
      apiId: routed.apiId,
      domainName: domainOf(context, routed),
      domainPrefix: routed.apiId,
      extendedRequestId: routed.requestId,
      httpMethod: request.method,
      identity: {
        accessKey: routed.isIam ? routed.call.principal.accessKeyId : null,
        accountId: routed.isIam ? routed.call.principal.accountId : null,
        caller: routed.isIam ? routed.call.principal.userId : null,
        cognitoAmr: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: sourceIpOf(request),
        user: routed.isIam ? routed.call.principal.userId : null,
        userAgent: request.headers['user-agent'] ?? '',
        userArn: routed.isIam ? routed.call.principal.arn : null,
      },
      path,
      protocol: 'HTTP/1.1',
      requestId: routed.requestId,
      requestTime: writeLogTime(context.clock.now()),
      requestTimeEpoch: context.clock.millis(),
      resourceId: routed.routeKey,
      resourcePath: resource,
      stage: routed.stage,
    },
    pathParameters: orNothing(routed.pathParameters) ?? null,
    stageVariables: orNothing(routed.stageVariables) ?? null,
    body: body?.text ?? null,
    isBase64Encoded: body?.isBase64 ?? false,
  };
}

/** The request's headers with those that API Gateway adds on the way. */
function receivedHeaders({ request, call }: RoutedRequest): Record<string, string> {
  const { connection: _connection, ...headers } = request.headers;
  const forwarded = headers['x-forwarded-for'];
  return {
    ...headers,
    'content-length': String(request.body.length),
    'x-amzn-trace-id': call.traceId ?? '',
    'x-forwarded-for': forwarded ?? sourceIpOf(request),
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

function describeAuthorizer({ isIam, call, bearer }: RoutedRequest) {
  if (bearer) return { jwt: bearer };
  return isIam ? { iam: describeCaller(call) } : undefined;
}

function describeCaller({ principal }: Call) {
  return {
    accessKey: principal.accessKeyId,
    accountId: principal.accountId,
    callerId: principal.userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.arn,
    userId: principal.userId,
  };
}

/** What HTTP APIs take for text; all else reaches the function in base64. */
const TEXT_TYPE = /^(text\/.*|application\/(json|javascript|xml|.+\+(json|xml)))$/i;

function readBody({ body, headers }: WireRequest): { text: string; isBase64: boolean } | undefined {
  if (body.length === 0) return undefined;
  const type = headers['content-type']?.split(';')[0]?.trim();
  const isText = type === undefined ? isUtf8(body) : TEXT_TYPE.test(type);
  return isText
    ? { text: body.toString(), isBase64: false }
    : { text: body.toString('base64'), isBase64: true };
}

/** HTTP APIs, unlike REST APIs, hand the path on percent-decoded. */
function decodePath(path: string): string {
  return path.split('/').map(decodeSegment).join('/');
}

function joinQuery(query: URLSearchParams): Record<string, string> | undefined {
  const joined: Record<string, string> = {};
  for (const name of query.keys()) joined[name] = query.getAll(name).join(',');
  return orNothing(joined);
}

function orNothing<Value>(
  record: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> | undefined {
  return Object.keys(record).length > 0 ? record : undefined;
}

function domainOf(context: Context, { apiId }: RoutedRequest): string {
  return `${apiId}.execute-api.${context.region}.amazonaws.com`;
}

/** The address that a request came from. */
export function sourceIpOf({ headers }: WireRequest): string {
  return headers['x-forwarded-for']?.split(',')[0]?.trim() ?? '127.0.0.1';
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As in access logs: `12/Mar/2020:19:03:58 +0000`. */
export function writeLogTime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
}

function titleCase(name: string): string {
  return name.replace(
    /(^|-)([a-z])/g,
    (_all, before: string, letter: string) => before + letter.toUpperCase(),
  );
}
