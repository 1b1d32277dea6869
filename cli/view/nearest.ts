import { closest, distance } from 'fastest-levenshtein';

/** Two letters that changed places are two slips. */
const LEAST = 2;
const SHARE = 0.4;

/** Of the names the one that was probably meant: at most so many letters differ as a slip of the fingers makes. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const others = names.filter((name) => name !== typed);
  if (others.length === 0) return undefined;
  const found = closest(
    typed.toLowerCase(),
    others.map((name) => name.toLowerCase()),
  );
  const name = others.find((one) => one.toLowerCase() === found);
  const slips = distance(typed.toLowerCase(), found);
  return slips < typed.length && slips <= Math.max(LEAST, typed.length * SHARE) ? name : undefined;
}

/** ` Did you mean web?`, or nothing. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const name = nearest(typed, names);
  return name === undefined ? '' : ` Did you mean ${name}?`;
}

/** What is said of a name that is not known, and which names there are. */
const UNKNOWN =
  /no (?:pipeline is named|parameter) "?([^":,]+)"?: (?:there are|it has) ([\w, -]+)(?=$|[.\n])/;

/** A message of a name that is not known, with the one that was probably meant. */
export function suggestNames(message: string): string {
  const [whole, typed, known] = UNKNOWN.exec(message) ?? [];
  const suggestion = typed && known ? didYouMean(typed, known.split(', ')) : '';
  if (whole === undefined || !suggestion || message.includes(suggestion)) return message;
  return message.replace(whole, `${whole}.${suggestion}`);
}
