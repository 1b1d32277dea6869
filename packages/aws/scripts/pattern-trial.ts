import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { compileJavaPattern, LONGEST_MATCHED } from '../src/wire/java-pattern';

/** How long one match may take. Patterns that double their work with each character take hours. */
const MOST_MILLISECONDS = 300;
const SAMPLES = 4;

/**
 * Tries a pattern of AWS's models: whether JavaScript can compile it, and whether it comes to an answer in time for
 * texts made to keep it busy (a part that fits, again and again, and an end that does not).
 *
 * @returns what is wrong, or nothing
 */
export function faultOfPattern(pattern: string): string | undefined {
  let compiled: RegExp;
  try {
    compiled = compileJavaPattern(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const slow = hostileTexts(compiled).find((text) => !answersInTime(compiled, text));
  return slow === undefined
    ? undefined
    : `takes too long, for texts like ${JSON.stringify(slow.slice(0, 40))}`;
}

function answersInTime(pattern: RegExp, text: string): boolean {
  try {
    runInContext('pattern.test(text)', createContext({ pattern, text }), { timeout: MOST_MILLISECONDS });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

/** Texts that fit up to their end, with one part repeated. */
function hostileTexts(pattern: RegExp): string[] {
  const texts = ['a', 'A', '0', ' ', '-', '.', '/', ':', '\t ', 'a-', '/a', 'a.', 'a:', '|aaa', '%00'].map(
    (part) => `${part.repeat(LONGEST_MATCHED / part.length)}\u0000`,
  );
  for (const sample of samplesOf(pattern)) {
    for (let at = 0; at < Math.min(sample.length, 60); at += 3) {
      for (const length of [1, 2, 5]) {
        const part = sample.slice(at, at + length);
        if (part) texts.push(`${sample.slice(0, at)}${part.repeat(LONGEST_MATCHED / part.length)}\u0000`);
      }
    }
  }
  return texts;
}

/** Texts that match; none where the generator does not know how to make them. */
function samplesOf(pattern: RegExp): string[] {
  try {
    return fc.sample(fc.stringMatching(pattern), { numRuns: SAMPLES, seed: 1 });
  } catch {
    return [];
  }
}
