import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { invalidToken } from './errors';
import type { Token } from './token';

/** How long an issuer may take to answer, real milliseconds, and how much it may say, bytes. */
const PATIENCE = 5000;
const MOST_BYTES = 1_000_000;

/** The algorithms that AWS takes, by their names in tokens. */
const ALGORITHMS: ReadonlyMap<string, { readonly hash: string; readonly keyType: string }> = new Map(
  ['256', '384', '512'].flatMap((bits) => [
    [`RS${bits}`, { hash: `sha${bits}`, keyType: 'RSA' }],
    [`ES${bits}`, { hash: `sha${bits}`, keyType: 'EC' }],
  ]),
);

/** An issuer, as IAM knows it. */
export interface Issuer {
  readonly issuer: string;
  /** SHA-1 of certificates that stand in the chain of its server, hexadecimal. */
  readonly thumbprints: readonly string[];
}

type PublishedKey = JsonWebKey & { readonly kid?: string };

/**
 * Whether the issuer signed the token: with one of the keys that it publishes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 *
 * @throws AwsError `InvalidIdentityToken`
 */
export async function verifyToken(issuer: Issuer, token: Token): Promise<void> {
  const algorithm = ALGORITHMS.get(token.algorithm);
  if (!algorithm) throw invalidToken(`Unsupported signing algorithm: ${token.algorithm}`);
  const keys = (await fetchKeys(issuer)).filter(({ kty }) => kty === algorithm.keyType);
  const found =
    keys.find(({ kid }) => kid === token.keyId) ?? (token.keyId === undefined ? keys[0] : undefined);
  if (!found) throw noKey();
  const key = createPublicKey({ format: 'jwk', key: found });
  const isSigned = verify(
    algorithm.hash,
    Buffer.from(token.signed),
    { key, dsaEncoding: 'ieee-p1363' },
    token.signature,
  );
  if (!isSigned) throw invalidToken('Token signature invalid');
}

async function fetchKeys(issuer: Issuer): Promise<readonly PublishedKey[]> {
  try {
    const about = await fetchJson(
      `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      issuer,
    );
    const { keys } = await fetchJson(String(about.jwks_uri), issuer);
    return Array.isArray(keys) ? (keys as PublishedKey[]) : [];
  } catch (error) {
    if (error instanceof WrongCertificate)
      throw invalidToken("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
    throw noKey();
  }
}

function noKey() {
  return invalidToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
}

class WrongCertificate extends Error {}

async function fetchJson(address: string, { thumbprints }: Issuer): Promise<Record<string, unknown>> {
  const url = new URL(address);
  if (url.protocol !== 'https:' && !isLoopback(url)) throw new Error(`${address} is not secure`);
  const answer = await get(url, thumbprints);
  if (answer.statusCode !== 200) throw new Error(`${address} answers ${answer.statusCode}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw new Error(`${address} says too much`);
    chunks.push(chunk as Buffer);
  }
  const said: unknown = JSON.parse(Buffer.concat(chunks).toString());
  if (typeof said !== 'object' || said === null) throw new Error(`${address} does not answer an object`);
  return said as Record<string, unknown>;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/** A certificate counts that a known authority vouches for, or in whose chain one of the thumbprints is. */
function get(url: URL, thumbprints: readonly string[]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? requestSecure(url, { rejectUnauthorized: false, agent: false, timeout: PATIENCE })
        : requestPlain(url, { agent: false, timeout: PATIENCE });
    request.once('socket', (socket) =>
      socket.once('secureConnect', () => {
        const { authorized } = socket as TLSSocket;
        if (!authorized && !hasThumbprint(socket as TLSSocket, thumbprints))
          request.destroy(new WrongCertificate());
      }),
    );
    request.once('timeout', () => request.destroy(new Error(`${url} does not answer`)));
    request.once('error', reject);
    request.once('response', resolve);
    request.end();
  });
}

function hasThumbprint(socket: TLSSocket, thumbprints: readonly string[]): boolean {
  const wanted = new Set(thumbprints.map((one) => one.toLowerCase()));
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.fingerprint && !seen.has(certificate.fingerprint)) {
    seen.add(certificate.fingerprint);
    if (wanted.has(certificate.fingerprint.replaceAll(':', '').toLowerCase())) return true;
    certificate = certificate.issuerCertificate;
  }
  return false;
}
