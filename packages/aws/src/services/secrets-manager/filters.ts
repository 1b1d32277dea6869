import type { Filter } from '@aws-sdk/client-secrets-manager';
import { invalidParameter } from './errors';
import type { Secret } from './state';

/**
 * Whether a secret is one of those that a list is asked for: all filters must find it, each by any of its values. A value that begins
 * with an exclamation mark leaves out what the rest of it finds.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html
 *
 * @throws AwsError InvalidParameterException for a filter that lacks its key or its values
 */
export function isWanted(secret: Secret, filters: readonly Filter[]): boolean {
  return filters.every(({ Key: key, Values: values = [] }) => {
    if (key === undefined || values.length === 0)
      throw invalidParameter('You must give a key and at least one value for each filter.');
    const unwanted = values.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
    const wanted = values.filter((value) => !value.startsWith('!'));
    const isFound = (value: string) => finds(secret, key, value);
    return !unwanted.some(isFound) && (wanted.length === 0 || wanted.some(isFound));
  });
}

function finds(secret: Secret, key: string, value: string): boolean {
  const { name, description = '', tags } = secret;
  switch (key) {
    case 'name':
      return name.startsWith(value);
    case 'tag-key':
      return [...tags.keys()].some((one) => one.startsWith(value));
    case 'tag-value':
      return [...tags.values()].some((one) => one.startsWith(value));
    // The guide's examples find all words of the value, whatever their order.
    case 'description':
      return wordsOf(value).every((word) => hasWord([description], word));
    case 'all':
      return wordsOf(value).some((word) =>
        hasWord([name, description, ...tags.keys(), ...tags.values()], word),
      );
    // `primary-region` and `owning-service`: no secret here has either.
    default:
      return false;
  }
}

function hasWord(texts: readonly string[], word: string): boolean {
  return texts.some((text) => wordsOf(text).some((one) => one.startsWith(word)));
}

/**
 * The words of a text, in lower case: they end where the kind of character changes.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
 */
function wordsOf(text: string): string[] {
  const words = text.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}
