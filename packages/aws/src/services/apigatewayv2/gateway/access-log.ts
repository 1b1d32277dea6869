import type { Stage } from '@aws-sdk/client-apigatewayv2';
import type { Call, WireRequest, WireResponse } from '../../../core/service';
import type { ApiGatewayState } from '../state';
import { sourceIpOf, writeLogTime } from './event';

/** What a line of an access log can tell. */
export interface Access {
  readonly apiId: string;
  readonly stage: Stage;
  readonly routeKey: string | undefined;
  readonly isIam: boolean;
  readonly request: WireRequest;
  readonly response: WireResponse;
  readonly requestId: string;
  readonly call: Call;
  /** When the request came: AWS's milliseconds since 1970. */
  readonly startedAt: number;
}

const LOG_GROUP = /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:(?<name>[^:]+)/;

/**
 * Writes one line into the log group of a stage that asks for it. One that is gone gets none, and no caller hears of that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
 */
export function logAccess(gateway: ApiGatewayState, access: Access): void {
  const { DestinationArn = '', Format } = access.stage.AccessLogSettings ?? {};
  const group = LOG_GROUP.exec(DestinationArn)?.groups?.name;
  if (!group || !Format || !gateway.logs.groups.has(group)) return;
  const variables = describeAccess(gateway, access);
  const message = Format.replace(
    /\$context\.([A-Za-z0-9.]+)/g,
    (_all, name: string) => variables[name] || '-',
  );
  gateway.logs.write(group, `${access.apiId}/${access.stage.StageName}`, [
    { timestamp: access.startedAt, message },
  ]);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
function describeAccess({ context }: ApiGatewayState, access: Access): Readonly<Record<string, string>> {
  const { apiId, stage, routeKey, request, response, requestId, call, startedAt } = access;
  const { principal } = call;
  const caller: Record<string, string> = access.isIam
    ? {
        'identity.accountId': principal.accountId,
        'identity.caller': principal.userId,
        'identity.user': principal.userId,
        'identity.userArn': principal.arn,
      }
    : {};
  return {
    ...caller,
    accountId: context.accountId,
    apiId,
    domainName: `${apiId}.execute-api.${context.region}.amazonaws.com`,
    domainPrefix: apiId,
    httpMethod: request.method,
    'identity.sourceIp': sourceIpOf(request),
    'identity.userAgent': request.headers['user-agent'] ?? '',
    path: request.path,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: writeLogTime(new Date(startedAt)),
    requestTimeEpoch: String(startedAt),
    responseLatency: String(context.clock.millis() - startedAt),
    responseLength: String(Buffer.byteLength(response.body)),
    routeKey: routeKey ?? '',
    stage: stage.StageName ?? '',
    status: String(response.status),
  };
}
