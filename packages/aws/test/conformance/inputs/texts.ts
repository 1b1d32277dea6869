import fc from 'fast-check';
import type { Constraint } from '../../../src/wire/constraint-table';
import { compileJavaPattern } from '../../../src/wire/java-pattern';
import type { Random } from './random';

/** What names of AWS look like: most patterns take one of them. */
const WORDS = [
  'a',
  'name',
  'Name-1',
  '1',
  '/a',
  'a.b',
  '123456789012',
  '2026-01-01',
  'us-east-1',
  '{}',
  'https://example.com/a',
  'arn:aws:iam::000000000000:role/a',
  'arn:aws:s3:::a',
  'arn:aws:lambda:us-east-1:000000000000:function:a',
  'arn:aws:states:us-east-1:000000000000:stateMachine:a',
  'arn:aws:scheduler:us-east-1:000000000000:schedule/a/a',
  'arn:aws:ssm:us-east-1:000000000000:a/a',
];

/** Texts that meet the constraints of the API's models. */
export class Texts {
  private readonly found = new Map<string, readonly string[]>();

  /** A text that a constraint takes. @throws Error where none could be found */
  for(constraint: Constraint, random?: Random): string {
    if (constraint.enum) return random ? random.pick(constraint.enum) : (constraint.enum[0] ?? '');
    const texts = this.all(constraint);
    return random ? random.pick(texts) : (texts[0] ?? '');
  }

  private all(constraint: Constraint): readonly string[] {
    const key = JSON.stringify(constraint);
    let texts = this.found.get(key);
    if (!texts) {
      texts = findTexts(constraint);
      this.found.set(key, texts);
    }
    return texts;
  }
}

function findTexts({ min = 1, max = Number.POSITIVE_INFINITY, pattern }: Constraint): readonly string[] {
  const least = Math.max(1, min);
  const expression = pattern === undefined ? /^/ : compileJavaPattern(pattern);
  const meets = (text: string) => text.length >= min && text.length <= max && expression.test(text);
  const words = WORDS.flatMap((word) => [word, word.padEnd(least, 'a'), word.padEnd(least, '1')]);
  const met = [...new Set(words)].filter(meets);
  if (met.length > 0) return met;
  if (meets('')) return [''];
  // What the generator does not know of only narrows down, which `meets` asks for anyway.
  const wider = new RegExp(expression.source.replaceAll('\\b', ''), expression.flags);
  const made = fc.sample(fc.stringMatching(wider), { seed: 1, numRuns: 200 }).filter(meets);
  if (made.length === 0) throw new Error(`no text was found for ${pattern} of ${min} to ${max} characters`);
  return made.slice(0, 5);
}
