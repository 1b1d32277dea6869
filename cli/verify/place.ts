import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { Aws } from 'embedded-aws';
import type { ApiSettings } from '../api';
import { type Clock, realClock } from '../clock';
import type { ClientSettings } from '../deploy';
import { CallCounter } from './calls';

/** Where a verification happens: an account and a region of AWS, or of an embedded one. */
export interface Place {
  readonly account: string;
  /** The ARN of whose credentials they are. */
  readonly caller: string;
  readonly region: string;
  readonly isEmbedded: boolean;
  /** For all clients: what they call is counted. */
  readonly settings: ClientSettings & { readonly region: string };
  readonly api: ApiSettings;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** The embedded AWS, where it is one. */
  readonly aws?: Aws;
}

export type PlaceSettings = Pick<ClientSettings, 'endpoint' | 'credentials'>;

/**
 * Finds out where the settings lead.
 *
 * @param given instead of the SDK's own (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, …)
 * @throws Error where there are no credentials, or AWS refuses them
 */
export async function findPlace(region: string, given: PlaceSettings = {}): Promise<Place> {
  const calls = new CallCounter();
  const endpoint = given.endpoint ?? process.env.AWS_ENDPOINT_URL;
  const settings = { ...given, ...(endpoint && { endpoint }), region, logger: calls.logger };
  const sts = new STSClient(settings);
  const identity = await sts.send(new GetCallerIdentityCommand({})).catch((error: Error) => {
    throw new Error(`whose account it is cannot be found out: ${error.name}: ${error.message}`, {
      cause: error,
    });
  });
  const aws = endpoint ? await findEmbedded(endpoint) : undefined;
  return {
    account: identity.Account ?? '',
    caller: identity.Arn ?? '',
    region,
    isEmbedded: aws !== undefined,
    settings,
    api: { region, credentials: credentialsOf(sts), endpoint },
    calls,
    clock: aws?.clock ?? realClock,
    aws,
  };
}

/** The embedded AWS behind an endpoint, if it is one. */
async function findEmbedded(endpoint: string): Promise<Aws | undefined> {
  const { connectAws } = await import('embedded-aws');
  try {
    return await connectAws(endpoint);
  } catch {
    // Whatever else it is answers there with what is no description of an embedded AWS.
    return undefined;
  }
}

function credentialsOf(sts: STSClient): Provider<AwsCredentialIdentity> {
  return () => sts.config.credentials();
}

/** AWS's time: that of an embedded one is asked for, since it may have leapt. */
export async function timeIn({ aws, clock }: Pick<Place, 'aws' | 'clock'>): Promise<number> {
  if (aws) await clock.sleep(0);
  return clock.now().getTime();
}

/** The page that visitors ask for: a load balancer's, by its name, or by a port of this machine where it is an embedded one. */
export async function siteUrl({ aws }: Pick<Place, 'aws'>, dnsName: string): Promise<string> {
  if (!aws) return `http://${dnsName}/`;
  const port = (await aws.loadBalancers()).find((one) => one.dnsName === dnsName && one.listenerPort === 80);
  if (!port) throw new Error(`the embedded AWS has no listener of ${dnsName} on port 80`);
  return `http://127.0.0.1:${port.loopbackPort}/`;
}
