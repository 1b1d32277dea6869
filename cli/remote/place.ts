import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ApiSettings } from '../api';
import type { ClientSettings } from '../deploy';
import { CommandError, EXIT, NoAnswer, UsageError } from './errors';

/** Where Kiln is, as the arguments say it. */
export interface PlaceOptions {
  readonly stage: string;
  readonly region?: string;
  readonly profile?: string;
  /** The URL of the API, instead of that of the stack. */
  readonly api?: string;
  /** The embedded AWS, with its own keys. */
  readonly local?: boolean;
}

/** Where Kiln is. */
export interface Place {
  readonly stage: string;
  readonly stack: string;
  readonly region: string;
  /** The endpoint of another AWS, such as the embedded one. */
  readonly endpoint?: string;
  /** For clients of AWS. */
  readonly client: ClientSettings & { readonly profile?: string };
  readonly api: ApiSettings;
  /** Finds the URL of the API: as it was given, or among the outputs of the stack, which are asked for each time, since a stack that was made anew has another. */
  findUrl(): Promise<string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `kiln local` listens, unless it is told otherwise, and whose keys are its administrator's. */
const LOCAL_ENDPOINT = 'http://127.0.0.1:4566';
const LOCAL_REGION = 'us-east-1';
const LOCAL_KEYS: AwsCredentialIdentity = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Finds where Kiln is: region, profile and credentials as the SDK finds them.
 *
 * @param env `KILN_API_URL`, `KILN_TOKEN`, `AWS_ENDPOINT_URL`
 * @throws UsageError where there is no region, or a URL is none
 */
export async function findPlace(options: PlaceOptions, env: Environment = process.env): Promise<Place> {
  const { stage, profile, local = false } = options;
  const endpoint = env.AWS_ENDPOINT_URL?.trim() || (local ? LOCAL_ENDPOINT : undefined);
  const given = options.api ?? (env.KILN_API_URL?.trim() || undefined);
  if (given !== undefined) checkUrl(given, options.api === undefined ? 'KILN_API_URL' : '--api');
  const keys = local && profile === undefined ? LOCAL_KEYS : undefined;
  const region = options.region ?? regionIn(given) ?? (keys && LOCAL_REGION);
  const token = env.KILN_TOKEN?.trim() || undefined;
  const client = {
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    ...(profile && { profile }),
    ...(keys && { credentials: keys }),
  };
  const cloudFormation = new CloudFormationClient(client);
  // With the URL and a token no AWS is needed beside the API.
  const found = given && token ? (region ?? 'its region') : await findRegion(cloudFormation);
  const stack = `kiln-${stage}`;
  const where = { stack, region: found, ...(endpoint && { endpoint }) };
  return {
    stage,
    ...where,
    client: { ...client, region: found },
    api: {
      region: found,
      credentials: () => cloudFormation.config.credentials(),
      ...(token && { token }),
      ...(endpoint && isAws(given) && { endpoint }),
    },
    findUrl: async () => given?.replace(/\/+$/, '') ?? (await readUrl(cloudFormation, where)),
  };
}

/** Calls of an API of API Gateway are signed for the region that its host names. */
function regionIn(url: string | undefined): string | undefined {
  return url && /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1];
}

/** A URL of an AWS is reached through the endpoint; a server of one's own directly. */
function isAws(url: string | undefined): boolean {
  return url === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(url).hostname);
}

function checkUrl(text: string, source: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UsageError(
    `${source} is ${JSON.stringify(text)}, expected a URL such as https://abc123.execute-api.eu-north-1.amazonaws.com`,
  );
}

async function findRegion(client: CloudFormationClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new UsageError(
      `in which region Kiln is, nobody says (${(error as Error).message}): give --region, set AWS_REGION, or name one in the profile; --local is the embedded AWS`,
    );
  }
}

type Where = Pick<Place, 'stack' | 'region' | 'endpoint'>;

/** The output in which the Serverless Framework has the URL of the API. */
const OUTPUT = 'HttpApiUrl';

async function readUrl(client: CloudFormationClient, where: Where): Promise<string> {
  const { Stacks } = await client
    .send(new DescribeStacksCommand({ StackName: where.stack }))
    .catch((error: Error) => {
      throw explain(error, where);
    });
  const outputs = Stacks?.[0]?.Outputs ?? [];
  const url = outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
  if (url) return url.replace(/\/+$/, '');
  throw new CommandError(
    `the stack ${where.stack} in ${where.region} has no output ${OUTPUT}; it is ${Stacks?.[0]?.StackStatus}: deploy the service there (npx serverless deploy)`,
    EXIT.failed,
  );
}

/** What keeps one from AWS, in words with what to do. */
export function explain(error: Error, { stack, region, endpoint }: Where): CommandError {
  const at = endpoint ?? `CloudFormation in ${region}`;
  const cause = { cause: error };
  if (error.name === 'ValidationError' && error.message.includes('does not exist'))
    return new CommandError(
      `there is no stack ${stack} in ${region}: deploy the service there (npx serverless deploy), or say where it is with --stage, --region and --profile, or with --api (KILN_API_URL)`,
      EXIT.notFound,
      cause,
    );
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError')
    return new CommandError(
      `there are no credentials (${error.message}): sign in (aws sso login), name a profile with --profile or AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; --local is the embedded AWS`,
      EXIT.notFound,
      cause,
    );
  if (isUnreachable(error))
    return new NoAnswer(
      endpoint
        ? `nothing answers at ${endpoint} (cloudformation:DescribeStacks): start the embedded AWS (kiln local), or set AWS_ENDPOINT_URL to where it listens`
        : `${at} does not answer (${messageOf(error)}): look at the network, the proxy and --region`,
      cause,
    );
  if (
    /AccessDenied|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|UnrecognizedClient/.test(error.name)
  )
    return new CommandError(
      `${at} refuses cloudformation:DescribeStacks of ${stack}: ${error.message}. ${adviseRefused(endpoint)}`,
      EXIT.notFound,
      cause,
    );
  return new CommandError(
    `${at}, cloudformation:DescribeStacks of ${stack}: ${error.name}: ${error.message}`,
    EXIT.failed,
    cause,
  );
}

/** What to do where AWS does not take the credentials. */
export function adviseRefused(endpoint: string | undefined): string {
  return endpoint
    ? 'The embedded AWS knows the keys that kiln local prints: use them, or --local'
    : 'Use credentials that may do that (--profile), or name the API with --api (KILN_API_URL), which needs execute-api:Invoke alone';
}

const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|TimeoutError/;

/** Whether a request has not reached anybody, or nobody answered. The SDK wraps the error of the connection. */
export function isUnreachable(error: Error): boolean {
  const { code = '', name, message, errors = [], cause } = error as ConnectionError;
  if (UNREACHABLE.test(`${code} ${name} ${message} ${errors.map((one) => one.code).join(' ')}`)) return true;
  return typeof cause === 'object' && cause !== null && isUnreachable(cause as Error);
}

interface ConnectionError extends Error {
  readonly code?: string;
  /** Of each address that was tried. */
  readonly errors?: readonly { readonly code?: string }[];
}

/** Node gives an error that joins several no message of its own. */
export function messageOf(error: Error): string {
  return error.message || ((error as Error & { code?: string }).code ?? error.name);
}
