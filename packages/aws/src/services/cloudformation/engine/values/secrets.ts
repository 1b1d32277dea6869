import { validationError } from '../../errors';
import { type Clients, ServiceFailure } from '../../resources/clients';
import { refusedRead } from './refused-read';

/**
 * Reads a secret as a dynamic reference names it: `id:SecretString:key:stage:version`, of which all but the id may be left out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 *
 * @throws AwsError `ValidationError` for what is not there, may not be read, or is no JSON where a key is asked for
 */
export async function fetchSecret(aws: Clients, reference: string): Promise<string> {
  const { id, key, ...version } = readReference(reference);
  let text: string | undefined;
  try {
    text = (await aws.secretsManager.GetSecretValue({ SecretId: id, ...version })).SecretString;
  } catch (error) {
    if (error instanceof ServiceFailure) throw refusedRead(error, 'AWSSecretsManager');
    throw error;
  }
  if (text === undefined)
    throw validationError(`Secrets Manager Secret ${id} does not contain a SecretString value`);
  return key === '' ? text : memberOf(text, key, id);
}

function readReference(reference: string) {
  const parts = reference.split(':');
  const id = parts.splice(0, reference.startsWith('arn:') ? 7 : 1).join(':');
  const [what = 'SecretString', key = '', VersionStage = '', VersionId = ''] = parts;
  if (what !== 'SecretString' && what !== '')
    throw validationError(
      `Incorrect format is used in the following SecretsManager secret reference: ${reference}`,
    );
  return {
    id,
    key,
    ...(VersionStage !== '' && { VersionStage }),
    ...(VersionId !== '' && { VersionId }),
  };
}

function memberOf(text: string, key: string, id: string): string {
  const value = readObject(text, id)[key];
  if (value === undefined)
    throw validationError(`Could not find a value associated with JSONKey in SecretString`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readObject(text: string, id: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw validationError(`Could not parse SecretString JSON of secret ${id}`);
  }
}
