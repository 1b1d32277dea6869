import type { Integration } from '@aws-sdk/client-apigatewayv2';
import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Clock } from '../../../core/clock';
import { uuid } from '../../../core/ids';
import type { Call, WireResponse } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import type { ApiGatewayState } from '../state';
import { MalformedAnswer, readAnswer1, readAnswer2 } from './answer';
import { makeEvent1, makeEvent2, type RoutedRequest } from './event';
import { functionArnOf } from './function-arn';
import { say } from './respond';

/** AWS_PROXY: the function gets the request as an event and answers it. What it does wrong, the caller is told as a 5xx. */
export async function runFunction(
  gateway: ApiGatewayState,
  integration: Integration,
  routed: RoutedRequest,
): Promise<WireResponse> {
  const functionArn = functionArnOf(integration.IntegrationUri) ?? '';
  const is2 = integration.PayloadFormatVersion === '2.0';
  const event = is2 ? makeEvent2(gateway.context, routed) : makeEvent1(gateway.context, routed);
  try {
    const call = makeCall(gateway, integration, routed);
    const work = invoke(gateway, functionArn, event, call);
    const result = await within(gateway.context.clock, integration.TimeoutInMillis ?? 30_000, work);
    if (result === undefined) return say(503, 'Service Unavailable');
    if (result.FunctionError) return say(500, 'Internal Server Error');
    const payload = Buffer.from(result.Payload ?? []).toString();
    return is2 ? readAnswer2(payload) : readAnswer1(payload);
  } catch (error) {
    if (error instanceof MalformedAnswer) return say(500, 'Internal Server Error');
    if (error instanceof AwsError) return sayFailure(error);
    throw error;
  }
}

function invoke(
  { context }: ApiGatewayState,
  FunctionName: string,
  event: object,
  call: Call,
): Promise<Partial<InvokeCommandOutput>> {
  return context.invoke(call, 'lambda', 'Invoke', {
    FunctionName,
    InvocationType: 'RequestResponse',
    Payload: Buffer.from(JSON.stringify(event)),
  });
}

function sayFailure({ code }: AwsError): WireResponse {
  switch (code) {
    // What API Gateway takes may be more than a function does.
    case 'RequestTooLargeException':
      return say(413, 'Request Too Long');
    case 'TooManyRequestsException':
      return say(503, 'Service Unavailable');
    default:
      return say(500, 'Internal Server Error');
  }
}

/** As the role of the integration; without one as API Gateway itself, which the function's policy must allow for the route. */
function makeCall(
  { context, sessions }: ApiGatewayState,
  { CredentialsArn }: Integration,
  routed: RoutedRequest,
): Call {
  const { region, accountId } = context;
  const { traceId } = routed.call;
  const [method = '', path] = routed.routeKey.split(' ');
  const resource = path === undefined ? '$default' : `${method === 'ANY' ? '*' : method}${path}`;
  const source = `arn:aws:execute-api:${region}:${accountId}:${routed.apiId}/${routed.stage}/${resource}`;
  if (CredentialsArn === undefined) return { ...serviceCall(context, 'apigateway', source), traceId };
  const principal = sessions.principalOf(CredentialsArn, source);
  return { region, accountId, requestId: uuid(), principal, traceId };
}

/** The result, or `undefined` after so many milliseconds as the function counts them, which runs at real speed. */
async function within<Result>(
  clock: Clock,
  millis: number,
  work: Promise<Result>,
): Promise<Result | undefined> {
  let cancel = () => {};
  const patience = new Promise<undefined>((resolve) => {
    cancel = clock.after((millis / 1000) * clock.scale, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    cancel();
  }
}
