import { SecretOnImage } from '../../errors';
import type { Report } from '../command/report';

/** A message has room for so many characters of paths. */
const MOST_CHARACTERS = 8000;

/**
 * Checks that no value of a secret parameter was found.
 *
 * @throws SecretOnImage with the names of the parameters and the files; the values are known to the instance alone
 */
export function checkSecrets({ entries }: Report, instanceId: string): void {
  const found = entries.filter(({ name }) => name === 'secret');
  if (found.length === 0) return;
  const lines = found.map(({ text }) => {
    const [parameter, ...places] = text.trimEnd().split('\n');
    return `the value of ${parameter} is in ${places.join(', ')}`;
  });
  const told = lines.join('; ').slice(0, MOST_CHARACTERS);
  throw new SecretOnImage(
    `What ${instanceId} would leave on the image is secret: ${told}. Whoever may launch the image could read it. Have servers read it when they start, or say mayStayOnImage: true at the parameter.`,
  );
}

/** Secrets that are too short to be looked for: they would be found in any file. */
export function describeShort({ entries }: Report): string[] {
  return entries.flatMap(({ name, text }) =>
    name === 'short-secret' ? [`the secret ${text.trim()} is too short to be looked for on the disk`] : [],
  );
}
