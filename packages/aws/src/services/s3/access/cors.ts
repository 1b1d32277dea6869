import type { CORSConfiguration, CORSRule } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { WireRequest, WireResponse } from '../../../core/service';
import type { Bucket } from '../bucket';

const METHODS = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

/** @throws AwsError `InvalidRequest` for a method that CORS rules of S3 cannot have */
export function checkCors(configuration: CORSConfiguration): CORSConfiguration {
  const methods = (configuration.CORSRules ?? []).flatMap(({ AllowedMethods }) => AllowedMethods ?? []);
  const wrong = methods.find((method) => !METHODS.has(method));
  if (wrong === undefined) return configuration;
  throw new AwsError(
    'InvalidRequest',
    `Found unsupported HTTP method in CORS config. Unsupported method is ${wrong}`,
  );
}

/**
 * Answers a browser's preflight request.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 *
 * @throws AwsError `BadRequest`, `AccessForbidden`
 */
export function answerPreflight(bucket: Bucket | undefined, request: WireRequest): WireResponse {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (origin === undefined)
    throw new AwsError('BadRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined || !METHODS.has(method))
    throw new AwsError('BadRequest', `Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  const rules = bucket?.settings.cors?.CORSRules;
  if (!rules) throw forbidden('CORS is not enabled for this bucket.', method);
  const asked = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean);
  const rule = findRule(rules, origin, method, asked);
  if (!rule)
    throw forbidden(
      "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
      method,
    );
  const headers = {
    ...ruleHeaders(rule, origin),
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
  };
  return { status: 200, headers, body: '' };
}

/** The headers by which a browser lets a page see the answer to its request; none where no rule fits. */
export function corsHeaders(bucket: Bucket | undefined, request: WireRequest): Record<string, string> {
  const { origin } = request.headers;
  const rules = bucket?.settings.cors?.CORSRules;
  if (origin === undefined || !rules) return {};
  const rule = findRule(rules, origin, request.method, []);
  return rule ? ruleHeaders(rule, origin) : {};
}

function findRule(
  rules: readonly CORSRule[],
  origin: string,
  method: string,
  headers: readonly string[],
): CORSRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedMethods?.includes(method) &&
      rule.AllowedOrigins?.some((one) => fits(one, origin)) &&
      headers.every((header) => rule.AllowedHeaders?.some((one) => fits(one.toLowerCase(), header))),
  );
}

/** Origins and headers of rules may have one `*`. */
function fits(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

function ruleHeaders(rule: CORSRule, origin: string): Record<string, string> {
  const anybody = rule.AllowedOrigins?.find((one) => fits(one, origin)) === '*';
  return {
    'access-control-allow-origin': anybody ? '*' : origin,
    ...(!anybody && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(rule.ExposeHeaders?.length && { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') }),
    ...(rule.MaxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function forbidden(why: string, Method: string): AwsError {
  return new AwsError('AccessForbidden', `CORSResponse: ${why}`, 403, { Method, ResourceType: 'BUCKET' });
}
