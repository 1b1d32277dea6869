import { invalidToken } from '../../../core/authorization/identity-token/errors';
import { verifyToken } from '../../../core/authorization/identity-token/issuer-keys';
import {
  audiencesOf,
  readToken,
  type Token,
  textClaim,
  timeClaim,
} from '../../../core/authorization/identity-token/token';
import type { Call } from '../../../core/service';
import { isPast, judgesNow } from '../../../signing/signers-clock';
import { accessDenied, expiredToken, validationError } from '../errors';
import type { AssumableRole, Op, StsState, TrustedIssuer } from '../state';
import { claimKeys } from '../web-identity/claims';
import { describeCredentials } from './credentials';
import { readSessionPolicies } from './session-policies';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export const AssumeRoleWithWebIdentity: Op<'AssumeRoleWithWebIdentity'> = async (sts, input, call) => {
  const { RoleArn: roleArn = '', RoleSessionName: session = '', DurationSeconds: seconds = 3600 } = input;
  checkRoleArn(roleArn);
  if (input.ProviderId !== undefined)
    throw validationError(`the embedded AWS asks no provider of OAuth 2.0: ${input.ProviderId}`);
  const token = readToken(input.WebIdentityToken ?? '');
  const issuer = await verifyIdentity(sts, token);
  const role = sts.iam.findRole(roleArn);
  if (!role || !trusts(sts, role, { token, issuer, session, call }))
    throw accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  if (seconds > role.maxSession)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const sessionPolicies = await readSessionPolicies(sts, input);
  return {
    Credentials: describeCredentials(sts.iam.issue(roleArn, session, seconds, { sessionPolicies })),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${session}`,
      Arn: `arn:aws:sts::${sts.context.accountId}:assumed-role/${role.name}/${session}`,
    },
    SubjectFromWebIdentityToken: textClaim(token, 'sub'),
    Provider: issuer.arn,
    Audience: audiencesOf(token)[0],
  };
};

/** There are no providers of SAML. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html */
export const AssumeRoleWithSAML: Op<'AssumeRoleWithSAML'> = (_sts, input) => {
  checkRoleArn(input.RoleArn ?? '');
  if (!/^[\w+/=\s-]*$/.test(input.SAMLAssertion ?? '')) throw invalidToken('Invalid base64 SAMLResponse');
  throw invalidToken(
    "Specified provider doesn't exist (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlManifestNotFoundException)",
  );
};

function checkRoleArn(arn: string): void {
  if (!/^arn:aws:iam::\d{12}:role\/.+/.test(arn)) throw validationError(`${arn} is invalid`);
}

/** Who issued a token that counts: for this account, for one of the issuer's clients, not over, and signed. */
async function verifyIdentity(sts: StsState, token: Token): Promise<TrustedIssuer> {
  const { clock } = sts.context;
  const name = textClaim(token, 'iss');
  const issuer = sts.iam.findOidcProvider(name);
  if (!issuer) throw invalidToken(`No OpenIDConnect provider found in your account for ${name}`);
  textClaim(token, 'sub');
  if (!audiencesOf(token).some((one) => issuer.clientIds.has(one)))
    throw invalidToken('Incorrect token audience');
  const [expiry, issuedAt] = [timeClaim(token, 'exp'), timeClaim(token, 'iat')];
  if (isPast(clock, expiry, issuedAt)) {
    const now = judgesNow(clock, issuedAt);
    throw expiredToken(
      `Token expired: current date/time ${seconds(now)} must be before the expiration date/time ${seconds(expiry)}`,
    );
  }
  // Asking the issuer is work on real time: the clock does not leap over it.
  const over = clock.working();
  try {
    await verifyToken(issuer, token);
  } finally {
    over();
  }
  return issuer;
}

function seconds(millis: number): number {
  return Math.floor(millis / 1000);
}

/**
 * Whether the role's trust policy lets in whom the issuer vouches for. Its condition keys begin with the issuer's name.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
function trusts(
  { context, iam }: StsState,
  role: AssumableRole,
  asked: {
    readonly token: Token;
    readonly issuer: TrustedIssuer;
    readonly session: string;
    readonly call: Call;
  },
): boolean {
  const { token, issuer, session, call } = asked;
  const now = context.clock.now();
  return iam.judgeTrust(role, {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: role.arn,
    caller: { kind: 'federated', provider: issuer.arn },
    context: {
      ...claimKeys(issuer, token),
      'aws:FederatedProvider': issuer.arn,
      'sts:RoleSessionName': session,
      'aws:SourceIp': '127.0.0.1',
      'aws:RequestedRegion': call.region,
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    },
  });
}
