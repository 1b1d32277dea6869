import type { WireResponse } from '../../../core/service';

/** A function's answer that is no HTTP response: API Gateway tells its caller only that something failed. */
export class MalformedAnswer extends Error {}

/**
 * The HTTP response in a function's answer under payload format 2.0, where a plain value is a body of its own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @throws MalformedAnswer
 */
export function readAnswer2(payload: string): WireResponse {
  const answer = parse(payload);
  if (!isRecord(answer) || answer.statusCode === undefined)
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof answer === 'string' ? answer : payload,
    };
  const cookies = answer.cookies ?? [];
  if (!Array.isArray(cookies)) throw new MalformedAnswer('cookies is not a list');
  return respond(answer, readHeaders(answer.headers), cookies.map(String));
}

/** The HTTP response in a function's answer under payload format 1.0. @throws MalformedAnswer */
export function readAnswer1(payload: string): WireResponse {
  const answer = parse(payload);
  if (!isRecord(answer) || answer.statusCode === undefined)
    throw new MalformedAnswer('there is no statusCode');
  const multi = answer.multiValueHeaders ?? {};
  if (!isRecord(multi)) throw new MalformedAnswer('multiValueHeaders is not an object');
  const headers = readHeaders(answer.headers);
  const cookies: string[] = [];
  for (const [name, values] of Object.entries(multi)) {
    if (!Array.isArray(values)) throw new MalformedAnswer(`the header ${name} is not a list`);
    if (name.toLowerCase() === 'set-cookie') cookies.push(...values.map(String));
    else headers[name.toLowerCase()] = values.map(String).join(',');
  }
  return respond(answer, headers, cookies);
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedAnswer('the answer is not JSON');
    throw error;
  }
}

function respond(
  answer: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
  cookies: readonly string[],
): WireResponse {
  const status = Number(answer.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new MalformedAnswer(`the statusCode is ${answer.statusCode}`);
  const body = answer.body ?? '';
  if (typeof body !== 'string') throw new MalformedAnswer('the body is not a string');
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    cookies,
    body: answer.isBase64Encoded === true ? Buffer.from(body, 'base64') : body,
  };
}

/** API Gateway makes a response's framing itself. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding']);

function readHeaders(headers: unknown): Record<string, string> {
  if (headers === undefined || headers === null) return {};
  if (!isRecord(headers)) throw new MalformedAnswer('headers is not an object');
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => !FRAMING.has(name)),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
