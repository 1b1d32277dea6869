import type { Authorizer, Route } from '@aws-sdk/client-apigatewayv2';
import { verifyToken } from '../../../core/authorization/identity-token/issuer-keys';
import { readToken, type Token } from '../../../core/authorization/identity-token/token';
import { AwsError } from '../../../core/aws-error';
import type { WireRequest, WireResponse } from '../../../core/service';
import type { SigningClock } from '../../../signing/moment';
import { isPast, momentOf, signersNow } from '../../../signing/signers-clock';
import { say } from './respond';

/** Who a token says that somebody is, as functions get it. */
export interface Bearer {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

/** API Gateway takes RSA alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/**
 * Judges the token of a request by a JWT authorizer: issuer, audience, times, signature, and the scopes of the route.
 *
 * @param clock that of AWS; who issues tokens may go by the real one
 * @returns who it is, or what is answered instead
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export async function judgeBearer(
  { IdentitySource = [], JwtConfiguration: { Issuer = '', Audience = [] } = {} }: Authorizer,
  { AuthorizationScopes = [] }: Route,
  request: WireRequest,
  clock: SigningClock,
): Promise<{ bearer: Bearer } | { refusal: WireResponse }> {
  const text = findToken(IdentitySource, request);
  if (!text) return { refusal: refuse(401, 'Unauthorized', 'Bearer') };
  try {
    const token = readToken(text);
    const problem = findProblem(token, { issuer: Issuer, audiences: Audience, clock });
    if (problem) return { refusal: invalid(problem) };
    await verifyToken({ issuer: Issuer, thumbprints: [] }, token);
    const scopes = scopesOf(token);
    if (AuthorizationScopes.length > 0 && !AuthorizationScopes.some((scope) => scopes.includes(scope)))
      return {
        refusal: refuse(
          403,
          'Forbidden',
          `Bearer scope="${AuthorizationScopes.join(' ')}" error="insufficient_scope"`,
        ),
      };
    const granted = AuthorizationScopes.length > 0 ? scopes : null;
    return { bearer: { claims: describeClaims(token), scopes: granted } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { refusal: invalid('the token is not signed by its issuer, or is none') };
  }
}

/** `$request.header.Authorization`, with or without `Bearer`, or `$request.querystring.token`. */
function findToken(sources: readonly string[], { headers, query }: WireRequest): string | undefined {
  for (const source of sources) {
    const [, kind, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    const value = kind === 'header' ? headers[name.toLowerCase()] : query.get(name);
    if (value) return value.replace(/^Bearer\s+/i, '');
  }
  return undefined;
}

function findProblem(
  { algorithm, keyId, claims }: Token,
  { issuer, audiences, clock }: { issuer: string; audiences: readonly string[]; clock: SigningClock },
): string | undefined {
  if (!ALGORITHMS.includes(algorithm)) return 'signing method is invalid';
  if (keyId === undefined) return 'kid is missing';
  if (claims.iss !== issuer) return 'the issuer is not valid';
  // The client counts where there is no audience.
  const given = claims.aud === undefined ? [claims.client_id] : [claims.aud].flat();
  if (!given.some((one) => typeof one === 'string' && audiences.includes(one)))
    return 'the audience is not valid';
  const [exp, nbf, iat] = [claims.exp, claims.nbf, claims.iat].map((time) =>
    typeof time === 'number' ? time * 1000 : undefined,
  );
  if (exp === undefined || isPast(clock, exp, iat)) return 'the token has expired';
  const now = signersNow(iat ?? exp, momentOf(clock));
  if (nbf !== undefined && nbf > now) return 'the token is not valid yet';
  if (iat !== undefined && iat > now) return 'the token was issued in the future';
  return undefined;
}

function scopesOf({ claims }: Token): string[] {
  const value = claims.scope ?? claims.scp;
  const texts = Array.isArray(value) ? value : String(value ?? '').split(' ');
  return texts.filter((one) => typeof one === 'string' && one !== '');
}

/** Functions get texts: `[a b]` for a list. */
function describeClaims({ claims }: Token): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? `[${value.join(' ')}]`
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value),
    ]),
  );
}

function invalid(why: string): WireResponse {
  return refuse(401, 'Unauthorized', `Bearer scope="" error="invalid_token" error_description="${why}"`);
}

function refuse(status: number, message: string, challenge: string): WireResponse {
  const answer = say(status, message);
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } };
}
