import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { isAwsError, ssm } from '../aws';
import { InvalidParameter } from '../errors';

const REFERENCE = 'resolve:ssm:';

/**
 * Puts the value in place of a reference to an SSM parameter; any other text stays as it is.
 *
 * @param text the text, or `resolve:ssm:NAME`, where NAME may end in `:version` or `:label`
 * @param usedAs what it is, for the message of an error: `parameter SITE`
 * @throws InvalidParameter if there is no such SSM parameter, or if it holds a secret
 */
export async function resolveReference(text: string, usedAs: string): Promise<string> {
  if (!text.startsWith(REFERENCE)) return text;
  const name = text.slice(REFERENCE.length);
  const parameter = await readParameter(name, usedAs);
  if (parameter.Type === 'SecureString') {
    throw new InvalidParameter(
      `${usedAs}: the SSM parameter ${name} is a SecureString. User data can be read by all who may describe the instance: let the script fetch the secret itself.`,
    );
  }
  return parameter.Value ?? '';
}

/** Resolves all references among the values of a build. */
export async function resolveReferences(values: Record<string, string>): Promise<Record<string, string>> {
  const resolved = Object.entries(values).map(
    async ([name, text]) => [name, await resolveReference(text, `parameter ${name}`)] as const,
  );
  return Object.fromEntries(await Promise.all(resolved));
}

async function readParameter(name: string, usedAs: string) {
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name: name }));
    return Parameter ?? {};
  } catch (error) {
    if (!isAwsError(error, 'ParameterNotFound', 'ParameterVersionNotFound')) throw error;
    throw new InvalidParameter(`${usedAs}: there is no SSM parameter ${name} in this account and region.`, {
      cause: error,
    });
  }
}
