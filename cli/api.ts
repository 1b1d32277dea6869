import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';

/** An answer of Kiln's HTTP API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Who calls the API, and where it is. */
export interface ApiSettings {
  readonly region: string;
  readonly credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  /** A token of the issuer that the service is deployed with: then it is sent, and nothing is signed. */
  readonly token?: string;
  /** Of an embedded AWS, which serves the API there by its host name; without it, it is reached by its URL. */
  readonly endpoint?: string;
}

/** API Gateway itself answers after 30 seconds at the latest. Milliseconds. */
const PATIENCE = 35_000;

/**
 * Sends a request to Kiln's HTTP API, signed with SigV4 or with a token.
 *
 * @param signingDate when it is signed: the signer's own time, unless a run is to be repeated
 * @param url the API's URL with the path and the query, e.g. `https://abc.execute-api.eu-north-1.amazonaws.com/pipelines/web/builds?limit=5`
 * @param more headers, in small letters, which are signed too
 * @throws the error of the connection where nobody answers; an answer is none, whatever its status
 */
export async function callApi(
  settings: ApiSettings,
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  signingDate = new Date(),
  more: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const target = new URL(url);
  const { pathname, searchParams } = target;
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { ...more, host: target.host, 'content-type': 'application/json' };
  const authorized =
    settings.token === undefined
      ? await sign(settings, { method, target, headers, text, signingDate })
      : { ...headers, authorization: `Bearer ${settings.token}` };
  const path = pathname + writeQuery(searchParams);
  return new Promise((resolve, reject) => {
    const door = new URL(settings.endpoint ?? url);
    const send = door.protocol === 'https:' ? requestSecurely : request;
    const sent = send(
      { host: door.hostname, port: door.port, method, path, headers: authorized, timeout: PATIENCE },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const received = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, body: readBody(received) });
        });
      },
    );
    sent.once('error', reject);
    sent.once('timeout', () => {
      const message = `no answer within ${PATIENCE / 1000} seconds`;
      sent.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
    });
    sent.end(text);
  });
}

interface Unsigned {
  readonly method: string;
  readonly target: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly signingDate: Date;
}

async function sign(
  { region, credentials }: ApiSettings,
  { method, target, headers, text, signingDate }: Unsigned,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { hostname, pathname, searchParams } = target;
  const query = Object.fromEntries(searchParams);
  const signed = await signer.sign(
    { method, protocol: 'https:', hostname, path: pathname, query, headers: { ...headers }, body: text },
    { signingDate },
  );
  return signed.headers;
}

/** As it is signed: a space is %20, not +. */
function writeQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  return `?${[...query].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
}

/** What stands before the API, such as a proxy, may answer in other words than JSON. */
function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
