import { request } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientSettings } from './deploy';

/** An answer of Kiln's HTTP API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Sends a SigV4-signed request to Kiln's HTTP API.
 *
 * @param settings region and credentials; with an `endpoint`, the API is reached there by its host name, as the
 *   embedded AWS serves it
 * @param signingDate when it is signed: the signer's own time, unless a run is to be repeated
 * @param url the API's URL with the path, e.g. `https://abc.execute-api.eu-north-1.amazonaws.com/pipelines/web/builds`
 */
export async function callApi(
  settings: Required<Pick<ClientSettings, 'region' | 'credentials'>> & { readonly endpoint: string },
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  signingDate = new Date(),
): Promise<ApiAnswer> {
  const { hostname, pathname } = new URL(url);
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
      headers: { host: hostname, 'content-type': 'application/json' },
      body: text,
    },
    { signingDate },
  );
  return new Promise((resolve, reject) => {
    const { hostname: doorHost, port } = new URL(settings.endpoint);
    const sent = request(
      { host: doorHost, port, method, path: pathname, headers: signed.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const received = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, body: received ? JSON.parse(received) : undefined });
        });
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}
