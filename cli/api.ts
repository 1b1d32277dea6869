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
  /** Of an embedded AWS, which serves the API there by its host name; without it, it is reached by its URL. */
  readonly endpoint?: string;
}

/** API Gateway itself answers after 30 seconds at the latest. Milliseconds. */
const PATIENCE = 35_000;

/**
 * Sends a SigV4-signed request to Kiln's HTTP API.
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
  const { host, hostname, pathname, searchParams } = new URL(url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const signer = new SignatureV4({
    service: 'execute-api',
    region: settings.region,
    credentials: settings.credentials,
    sha256: Sha256,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...more, host, 'content-type': 'application/json' },
      body: text,
    },
    { signingDate },
  );
  const path = pathname + writeQuery(searchParams);
  return new Promise((resolve, reject) => {
    const door = new URL(settings.endpoint ?? url);
    const send = door.protocol === 'https:' ? requestSecurely : request;
    const sent = send(
      { host: door.hostname, port: door.port, method, path, headers: signed.headers, timeout: PATIENCE },
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
