import { invalidToken } from './errors';

/** A JSON Web Token, taken apart. Nothing of it is verified yet. */
export interface Token {
  readonly algorithm: string;
  readonly keyId?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature goes over. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** @throws AwsError `InvalidIdentityToken` */
export function readToken(text: string): Token {
  const parts = text.split('.');
  const [header, claims] = parts.slice(0, 2).map(readPart);
  if (parts.length !== 3 || !header || !claims || typeof header.alg !== 'string')
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  return {
    algorithm: header.alg,
    ...(typeof header.kid === 'string' && { keyId: header.kid }),
    claims,
    signed: parts.slice(0, 2).join('.'),
    signature: Buffer.from(parts[2] ?? '', 'base64url'),
  };
}

function readPart(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A claim that a token of OpenID Connect must have. @throws AwsError `InvalidIdentityToken` */
export function textClaim({ claims }: Token, name: string): string {
  const value = claims[name];
  if (typeof value !== 'string' || value === '') throw invalidToken(`Missing a required claim: ${name}`);
  return value;
}

/** A time, in milliseconds since the epoch. @throws AwsError `InvalidIdentityToken` */
export function timeClaim({ claims }: Token, name: string): number {
  const value = claims[name];
  if (typeof value !== 'number') throw invalidToken(`Missing a required claim: ${name}`);
  return value * 1000;
}

/** For whom the token is: who is authorized to use it, where it says so, else its audience. */
export function audiencesOf({ claims }: Token): string[] {
  if (typeof claims.azp === 'string') return [claims.azp];
  return [claims.aud].flat().filter((one) => typeof one === 'string');
}
