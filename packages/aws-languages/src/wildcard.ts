/** How a dialect of wildcards differs from that of IAM's policies, in which `*` is any text and `?` any character. */
export interface WildcardOptions {
  /**
   * What a backslash does: nothing without this; `special` takes the meaning of a wildcard or a backslash after it
   * away and is a backslash before anything else; `any` takes it away from any character.
   */
  readonly escape?: 'special' | 'any';
  /** Whether `?` stands for one character. Default true. */
  readonly question?: boolean;
  /** Whether wildcards stand for line breaks, too. Default true. */
  readonly dotAll?: boolean;
  /** Whether upper and lower case are the same. Default false. */
  readonly ignoreCase?: boolean;
  /** A character that wildcards do not stand for, as the slash in the names of files. */
  readonly separator?: string;
  /** Whether `[a-z]` stands for one of the characters, and `[!a-z]` or `[^a-z]` for one of all others. Default false. */
  readonly classes?: boolean;
}

/** What a text is held against; a `RegExp` is one. */
export interface TextPattern {
  test(text: string): boolean;
}

type Token =
  | { readonly kind: 'many' }
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean };

const LINE_BREAKS = '\n\r\u2028\u2029';

/**
 * Reads a text with wildcards, which must match all of a text. The time that a match takes grows with the length of the
 * pattern times that of the text at most, whatever they are: no pattern of a user holds the process up.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
export function compileWildcard(pattern: string, options: WildcardOptions = {}): TextPattern {
  const fold = (text: string) => (options.ignoreCase ? text.toLowerCase() : text);
  const excluded = `${options.separator ?? ''}${options.dotAll === false ? LINE_BREAKS : ''}`;
  const tokens = readTokens([...fold(pattern)], options, excluded);
  return { test: (text) => matches(tokens, [...fold(text)], excluded) };
}

/**
 * The text before the first wildcard, escape or variable of a pattern: what a text must begin with to match it. Most patterns are told
 * apart by it, long before they are compiled.
 */
export function fixedStart(pattern: string): string {
  const end = pattern.search(/[*?\\$]/);
  return end < 0 ? pattern : pattern.slice(0, end);
}

/** Whether a text has wildcards, escaped ones or not. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** The text as a pattern of `escape: 'any'` that matches nothing but it. */
export function escapeWildcards(text: string): string {
  return text.replace(/[*?\\]/g, '\\$&');
}

function readTokens(characters: readonly string[], options: WildcardOptions, excluded: string): Token[] {
  const { escape: escaping, question = true, classes = false } = options;
  const isSpecial = (character: string | undefined) =>
    character === '*' || character === '\\' || (question && character === '?');
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] ?? '';
    const following = characters[i + 1];
    const group = classes && character === '[' ? readClass(characters, i, excluded) : undefined;
    if (
      character === '\\' &&
      following !== undefined &&
      (escaping === 'any' || (escaping && isSpecial(following)))
    ) {
      tokens.push(literal(following));
      i += 1;
    } else if (character === '*') tokens.push({ kind: 'many' });
    else if (character === '?' && question)
      tokens.push({ kind: 'one', accepts: (one) => !excluded.includes(one) });
    else if (group) {
      tokens.push({ kind: 'one', accepts: group.accepts });
      i = group.end;
    } else tokens.push(literal(character));
  }
  return tokens;
}

function literal(wanted: string): Token {
  return { kind: 'one', accepts: (character) => character === wanted };
}

/** `[a-z_]` from its bracket on; undefined when no bracket closes it. */
function readClass(characters: readonly string[], start: number, excluded: string) {
  const isNegated = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  // A bracket that comes first is one of the characters.
  const end = characters.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: [string, string][] = [];
  for (let i = first; i < end; i += 1) {
    const from = characters[i] ?? '';
    const isRange = characters[i + 1] === '-' && i + 2 < end;
    ranges.push([from, isRange ? (characters[i + 2] ?? '') : from]);
    if (isRange) i += 2;
  }
  const accepts = (character: string) =>
    !excluded.includes(character) &&
    ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
  return { accepts, end };
}

/**
 * Each `*` takes as little as it can, and only the last one met takes more when what follows does not fit: an earlier one
 * could not help, since whatever it took more, the last one can take as well.
 */
function matches(tokens: readonly Token[], text: readonly string[], excluded: string): boolean {
  let token = 0;
  let position = 0;
  let star = -1;
  let taken = 0;
  while (position < text.length) {
    const current = tokens[token];
    if (current?.kind === 'many') {
      star = token;
      taken = position;
      token += 1;
    } else if (current?.accepts(text[position] ?? '')) {
      token += 1;
      position += 1;
    } else {
      if (star < 0 || excluded.includes(text[taken] ?? '')) return false;
      taken += 1;
      position = taken;
      token = star + 1;
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'many');
}
