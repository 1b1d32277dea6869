import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { isAwsError } from '../aws/error';
import { secretsManager } from '../aws/secrets-manager';
import { ssm } from '../aws/ssm';
import { InvalidParameter } from '../errors';
import { checkParameters, matchParameters } from '../pipeline/parameters';
import { type Pipeline, secretsOf } from '../pipeline/pipeline';
import { parseSecret, SECRET_REFERENCE, type SecretReference, writeSecret } from '../pipeline/secret';
import { renderUserData } from '../pipeline/user-data';

const REFERENCE = 'resolve:ssm:';

/** What Step Functions takes as the input and the output of a state, counted as it counts: bytes of the JSON. */
const MOST_INPUT_BYTES = 262_144;
/** Each state adds its own key to the document that walks through the machine. */
const ROOM_FOR_STATES = 131_072;

/**
 * The parameters of a build as its instance will find them: those that are given, and defaults for the rest, with what references
 * stand for. A request is checked so before it is accepted, and Plan resolves anew: it may have waited in the queue.
 *
 * @throws InvalidParameter for whatever is wrong with them: names, references, patterns, characters, sizes
 */
export async function resolveParameters(
  pipeline: Pipeline,
  given: Record<string, string>,
): Promise<Record<string, string>> {
  const secrets = secretsOf(pipeline);
  const values = await resolveReferences(checkParameters(pipeline, given), secrets);
  matchParameters(pipeline, values);
  checkJsonSize(pipeline.name, JSON.stringify(values));
  renderUserData(pipeline.userDataScript, values, pipeline.name, secrets);
  return values;
}

/**
 * Checks that a document with parameters in it has room in an execution.
 * See https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 *
 * @throws InvalidParameter if it is too long
 */
export function checkJsonSize(pipeline: string, json: string): void {
  const bytes = Buffer.byteLength(json);
  const most = MOST_INPUT_BYTES - ROOM_FOR_STATES;
  if (bytes <= most) return;
  throw new InvalidParameter(
    `the parameters of pipeline ${pipeline} are ${bytes} bytes of JSON, in which control characters and quotes are written out, expected at most ${most}: put what is long into a file that the user data fetches`,
  );
}

/**
 * Puts the value in place of a reference to an SSM parameter; any other text stays as it is.
 *
 * @param text the text, or `resolve:ssm:NAME`, where NAME may end in `:version` or `:label`
 * @param usedAs what it is, for the message of an error: `parameter SITE`
 * @throws InvalidParameter if there is no such SSM parameter, if it holds a secret, or if Kiln may not read it
 */
export async function resolveReference(text: string, usedAs: string): Promise<string> {
  if (!text.startsWith(REFERENCE)) return text;
  const name = text.slice(REFERENCE.length);
  const parameter = await readParameter(name, usedAs);
  if (parameter.Type === 'SecureString') {
    throw new InvalidParameter(
      `${usedAs}: the SSM parameter ${name} is a SecureString. User data can be read by all who may describe the instance: say secret: true of the parameter, and only the instance reads it.`,
    );
  }
  return parameter.Value ?? '';
}

async function resolveReferences(
  values: Record<string, string>,
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const resolve = (name: string, text: string) =>
    secrets.includes(name)
      ? pinSecret(text, `parameter ${name}`)
      : resolveReference(text, `parameter ${name}`);
  const resolved = Object.entries(values).map(
    async ([name, text]) => [name, await resolve(name, text)] as const,
  );
  return Object.fromEntries(await Promise.all(resolved));
}

/**
 * Names the version that a reference to a secret stands for now, so that the build bakes what was planned, and a secret that was
 * changed makes another fingerprint. The value is not read.
 *
 * @throws InvalidParameter if there is no such secret, if it is not encrypted, or if Kiln may not look at it
 */
async function pinSecret(text: string, usedAs: string): Promise<string> {
  const secret = parseSecret(text);
  if (!secret) throw new InvalidParameter(`${usedAs} is secret: expected ${SECRET_REFERENCE}`);
  if (secret.service === 'secretsmanager') return writeSecret(await pinManaged(secret, usedAs));
  const { Type, Version } = await readParameter(text.slice(REFERENCE.length), usedAs);
  if (Type === 'SecureString') return writeSecret({ ...secret, version: String(Version) });
  throw new InvalidParameter(
    `${usedAs} is secret, but the SSM parameter ${secret.id} is a ${Type}, which is not encrypted: expected a SecureString.`,
  );
}

async function pinManaged(secret: SecretReference, usedAs: string): Promise<SecretReference> {
  const found = await describeSecret(secret.id, usedAs);
  if (found.DeletedDate) throw new InvalidParameter(`${usedAs}: the secret ${secret.id} is being deleted.`);
  const versions = Object.entries(found.VersionIdsToStages ?? {});
  const current = versions.find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
  if (secret.version && versions.some(([id]) => id === secret.version)) return secret;
  if (current && !secret.version) return { ...secret, version: current };
  throw new InvalidParameter(`${usedAs}: the secret ${secret.id} has no such version, or no value yet.`);
}

/** What Secrets Manager says of a reference that its writer got wrong, and why. */
const REFUSED_SECRET: Record<string, string> = {
  ResourceNotFoundException: 'is not there, in this account and region.',
  AccessDeniedException: 'may not be looked at by Kiln: it may look at those that a pipeline file names.',
};

async function describeSecret(SecretId: string, usedAs: string) {
  // The region of an ARN is that of the secret.
  const region = SecretId.startsWith('arn:') ? SecretId.split(':')[3] : undefined;
  try {
    return await secretsManager(region).send(new DescribeSecretCommand({ SecretId }));
  } catch (error) {
    const explain = isAwsError(error, ...Object.keys(REFUSED_SECRET))
      ? REFUSED_SECRET[error.name]
      : undefined;
    if (!explain) throw error;
    throw new InvalidParameter(`${usedAs}: the secret ${SecretId} ${explain}`, { cause: error });
  }
}

/** What SSM says of a reference that its writer got wrong, and why. */
const REFUSED: Record<string, (name: string) => string> = {
  ParameterNotFound: (name) => `there is no SSM parameter ${name} in this account and region.`,
  ParameterVersionNotFound: (name) => `there is no SSM parameter ${name} in this account and region.`,
  ValidationException: (name) => `${name} is no name of an SSM parameter.`,
  AccessDeniedException: (name) =>
    `Kiln may not read the SSM parameter ${name}: it may read those that a pipeline file names.`,
};

async function readParameter(name: string, usedAs: string) {
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name: name }));
    return Parameter ?? {};
  } catch (error) {
    const explain = isAwsError(error, ...Object.keys(REFUSED)) ? REFUSED[error.name] : undefined;
    if (!explain) throw error;
    throw new InvalidParameter(`${usedAs}: ${explain(name)}`, { cause: error });
  }
}
