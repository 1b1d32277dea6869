import { audiencesOf, type Token } from '../../../core/authorization/identity-token/token';
import type { TrustedIssuer } from '../state';

const GITHUB = 'token.actions.githubusercontent.com';

/** The claims of GitHub's tokens that trust policies may ask for. */
const GITHUB_CLAIMS = [
  ...['actor', 'actor_id', 'enterprise_id', 'environment', 'job_workflow_ref', 'ref', 'repository'],
  ...['repository_id', 'workflow'],
];

/**
 * The condition keys that come of a token, each with the issuer's name before it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function claimKeys({ name, issuer }: TrustedIssuer, token: Token): Record<string, string | string[]> {
  const { claims } = token;
  const [audience] = audiencesOf(token);
  // An issuer of plain HTTP, which AWS has none of, stands in for whichever a rehearsal is about.
  const others = name === GITHUB || issuer.startsWith('http:') ? GITHUB_CLAIMS : [];
  const values: Record<string, unknown> = {
    ...Object.fromEntries(['sub', 'email', ...others].map((claim) => [claim, claims[claim]])),
    aud: audience,
    // Where somebody else is authorized, `aud` is who; the audience itself is this.
    oaud: claims.azp === undefined ? undefined : [claims.aud].flat()[0],
  };
  const keys: Record<string, string | string[]> = {
    [`${name}:amr`]: [claims.amr].flat().filter((one) => typeof one === 'string'),
  };
  for (const [claim, value] of Object.entries(values))
    if (typeof value === 'string') keys[`${name}:${claim}`] = value;
  return keys;
}
