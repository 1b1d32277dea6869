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

/**
 * Sends a SigV4-signed request to Kiln's HTTP API.
 *
 * @param signingDate when it is signed: the signer's own time, unless a run is to be repeated
 * @param url the API's URL with the path, e.g. `https://abc.execute-api.eu-north-1.amazonaws.com/pipelines/web/builds`
 */
export async function callApi(
  settings: ApiSettings,
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
    const door = new URL(settings.endpoint ?? url);
    const send = door.protocol === 'https:' ? requestSecurely : request;
    const sent = send(
      { host: door.hostname, port: door.port, method, path: pathname, headers: signed.headers },
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
