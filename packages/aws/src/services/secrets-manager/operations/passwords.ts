import { randomInt } from '../../../core/ids';
import { invalidParameter } from '../errors';
import type { Op } from '../state';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const USUAL_LENGTH = 32;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export const GetRandomPassword: Op<'GetRandomPassword'> = (_state, input) => {
  const length = input.PasswordLength ?? USUAL_LENGTH;
  const excluded = new Set(input.ExcludeCharacters);
  const kinds = [
    input.ExcludeLowercase ? '' : LETTERS,
    input.ExcludeUppercase ? '' : LETTERS.toUpperCase(),
    input.ExcludeNumbers ? '' : '0123456789',
    input.ExcludePunctuation ? '' : PUNCTUATION,
    input.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !excluded.has(character)))
    .filter((kind) => kind.length > 0);
  const required = (input.RequireEachIncludedType ?? true) ? kinds : [];
  const all = kinds.flat();
  if (all.length === 0)
    throw invalidParameter('The request excludes every character: a password must have some.');
  if (required.length > length)
    throw invalidParameter(
      `The password length ${length} is too short: one character of each of ${required.length} types is required.`,
    );
  const characters = [...required, ...Array<string[]>(length - required.length).fill(all)].map(
    (from) => from[randomInt(0, from.length)] ?? '',
  );
  return { RandomPassword: shuffle(characters).join('') };
};

function shuffle(characters: string[]): string[] {
  const left = [...characters];
  return characters.map(() => left.splice(randomInt(0, left.length), 1)[0] ?? '');
}
