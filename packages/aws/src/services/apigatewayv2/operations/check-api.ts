import type { Cors } from '@aws-sdk/client-apigatewayv2';
import { badRequest } from '../errors';

/** @throws AwsError BadRequestException */
export function checkName(name: string | undefined): void {
  if (!name || name.length > 128) throw badRequest('Name must be between 1 and 128 characters');
}

/** @throws AwsError BadRequestException */
export function checkSelection(expression: string | undefined): void {
  if (
    expression !== undefined &&
    !/^\$(\{request\.method\}|request\.method) \$(\{request\.path\}|request\.path)$/.test(expression)
  )
    throw badRequest('Route selection expression must be "$request.method $request.path" for HTTP APIs');
}

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 * @throws AwsError BadRequestException
 */
export function checkCors(cors: Cors | undefined): void {
  if (!cors) return;
  for (const origin of cors.AllowOrigins ?? [])
    if (origin !== '*' && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(origin))
      throw badRequest(`Invalid format for origin ${origin}`);
  if (cors.AllowCredentials && cors.AllowOrigins?.includes('*'))
    throw badRequest('allow-origin can not be * if allow-credentials is true');
  const age = cors.MaxAge ?? 0;
  if (age < -1 || age > 86_400) throw badRequest('maxAge must be between -1 and 86400');
}
