import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import * as z from 'zod';
import { BodyTooLarge, InvalidRequest } from '../errors';
import { shorten, show } from '../pipeline/definition/expected';

/** A call of the HTTP API, as API Gateway hands it on. */
export type Call = APIGatewayProxyEventV2WithIAMAuthorizer;

/** What a call of the HTTP API looks like, as far as Kiln reads it. API Gateway gives the rest its form. */
export const HttpCall = z.custom<Call>(
  (event) => z.looseObject({ headers: z.record(z.string(), z.string()) }).safeParse(event).success,
);

/** What API Gateway says of a caller who brings a token instead of a signature. */
const Bearer = z.object({
  jwt: z.object({ claims: z.object({ iss: z.string(), sub: z.string(), email: z.string().optional() }) }),
});

/** Who calls: the ARN of an IAM identity, or, of a token, its issuer and its subject, and whose address it has. */
export function callerOf(call: Call): string | undefined {
  const bearer = Bearer.safeParse(call.requestContext.authorizer);
  if (!bearer.success) return call.requestContext.authorizer?.iam?.userArn;
  const { iss, sub, email } = bearer.data.jwt.claims;
  return `${sub} of ${iss}${email ? ` (${email})` : ''}`;
}

/** What a presigned call has in its query is API Gateway's own. */
const SIGNATURE = /^X-Amz-/i;

/**
 * A query that Kiln does not know would be ignored in silence: `?once=true` belongs into the body.
 *
 * @param known the names that the route takes
 * @throws InvalidRequest with those that it does not take
 */
export function checkQuery({ queryStringParameters }: Call, ...known: string[]): void {
  const unknown = Object.keys(queryStringParameters ?? {}).filter(
    (name) => !known.includes(name) && !SIGNATURE.test(name),
  );
  if (unknown.length === 0) return;
  const expected = known.length > 0 ? `expected ${known.join(' and ')}` : 'expected none';
  throw new InvalidRequest(`The query has ${shorten(unknown.join(', '))}, ${expected}.`, {
    fields: unknown.map((name) => ({ field: `query.${shorten(name)}`, detail: expected })),
  });
}

const MOST_ITEMS = 100;

/** Reads how many items of a list are asked for: `?limit=20`. */
export function readLimit(call: Call): number {
  const text = call.queryStringParameters?.limit ?? '20';
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_ITEMS) return limit;
  const expected = `expected a whole number from 1 to ${MOST_ITEMS}`;
  throw new InvalidRequest(`limit is ${show(text)}, ${expected}.`, {
    fields: [{ field: 'query.limit', detail: expected }],
  });
}

/** A name in the table has room for 1,024 bytes. */
const LONGEST_KEY = 255;

/** Reads the caller's own key, by which a request that comes again is known. */
export function readKey({ headers }: Call): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || (key.length >= 1 && key.length <= LONGEST_KEY)) return key;
  const expected = `expected 1 to ${LONGEST_KEY}`;
  throw new InvalidRequest(`idempotency-key is ${key.length} characters long, ${expected}.`, {
    fields: [{ field: 'headers.idempotency-key', detail: `${expected} characters` }],
  });
}

/** More than all parameters of a build may have. Bytes. */
const MOST_BODY = 32 * 1024;

/**
 * Reads the body of a call. None is an empty object.
 *
 * @param Body what the route takes
 * @param example what it may look like, for whoever sends another
 * @throws BodyTooLarge for more than 32 KB
 * @throws InvalidRequest for what is no UTF-8, no JSON or not what the route takes; names each field
 */
export function readBody<Body extends z.ZodType>(
  { body, isBase64Encoded }: Call,
  Body: Body,
  example: string,
): z.output<Body> {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MOST_BODY)
    throw new BodyTooLarge(`The body has ${bytes.length} bytes, expected at most ${MOST_BODY}.`);
  const text = isBase64Encoded ? decode(bytes) : body;
  const parsed = Body.safeParse(parseJson(text || '{}'));
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(
    `The body is not valid, expected ${example} or parts of it. ${shortenLines(z.prettifyError(parsed.error))}`,
    { fields: parsed.error.issues.flatMap(fieldsOf).slice(0, MOST_LINES) },
  );
}

function fieldsOf(issue: z.core.$ZodIssue) {
  const names = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
  return names.map((name) => ({
    field: shorten(['body', ...issue.path, ...(name === undefined ? [] : [name])].map(String).join('.')),
    detail: name === undefined ? shorten(issue.message) : 'unknown field',
  }));
}

/** Replacing what is no UTF-8 would build with other values than were sent. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidRequest('The body is not UTF-8.', { cause: error });
  }
}

const MOST_LINES = 10;

function shortenLines(text: string): string {
  return text.split('\n').slice(0, MOST_LINES).map(shorten).join('\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, refuseProto);
  } catch (error) {
    if (error instanceof InvalidRequest) throw error;
    throw new InvalidRequest(`The body is not JSON: ${shortenLines((error as Error).message)}.`, {
      cause: error,
    });
  }
}

/** A name that would be lost on the way, since every object inherits it. */
function refuseProto(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value;
  throw new InvalidRequest('The body has a field __proto__, which is no name of a parameter.');
}
