/** Java's POSIX classes, as what stands between the brackets of a class. */
const POSIX: Readonly<Record<string, string>> = {
  ASCII: '\\x00-\\x7F',
  Alnum: 'A-Za-z0-9',
  Alpha: 'A-Za-z',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  Digit: '0-9',
  Graph: '\\x21-\\x7E',
  Lower: 'a-z',
  Print: '\\x20-\\x7E',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: ' \\t\\n\\x0B\\f\\r',
  Upper: 'A-Z',
  XDigit: '0-9A-Fa-f',
};

/** Escapes that mean the same in both dialects. */
const SHARED_ESCAPES = /^[dDwWsSbBtnrfvxuck0-9]$/;
/** What JavaScript's Unicode mode lets a backslash stand before. */
const SYNTAX = /^[\^$\\.*+?()[\]{}|/]$/;

/** Texts beyond this many characters are not to be held against a pattern, so that none takes long. */
export const LONGEST_MATCHED = 8192;

/**
 * Compiles a pattern of AWS's models, which are written for Java, so that it matches whole values.
 *
 * A possessive quantifier becomes a greedy one, which can only take more.
 *
 * @throws SyntaxError for what JavaScript has no word for (intersections of classes, atomic groups, flags within)
 */
export function compileJavaPattern(pattern: string): RegExp {
  const ignoreCase = pattern.startsWith('(?i)');
  const source = new Translation(ignoreCase ? pattern.slice(4) : pattern).run();
  return new RegExp(`^(?:${source})$`, ignoreCase ? 'iu' : 'u');
}

class Translation {
  private at = 0;
  private inClass = false;
  /** Whether the last thing in a class was a set (`\w`), after which a dash is a dash. */
  private afterSet = false;
  private afterQuantifier = false;

  constructor(private readonly pattern: string) {}

  run(): string {
    let source = '';
    while (this.at < this.pattern.length) {
      const char = this.pattern.charAt(this.at);
      if (char === '\\') source += this.escape();
      else source += this.inClass ? this.classChar(char) : this.plainChar(char);
    }
    return source;
  }

  private escape(): string {
    const next = this.pattern.charAt(this.at + 1);
    this.at += 2;
    this.afterQuantifier = false;
    this.afterSet = /^[dDwWsSpP]$/.test(next);
    if (next === 'p' || next === 'P') return this.property(next);
    if (next === 'Q') return this.quotation();
    if (next === 'A') return '^';
    if (next === 'Z' || next === 'z') return '$';
    if (next === 'e') return '\\x1B';
    if (next === 'a') return '\\x07';
    if (SHARED_ESCAPES.test(next)) return `\\${next}`;
    if (/^[A-Za-z]?$/.test(next)) throw new SyntaxError(`\\${next} is not known`);
    if (SYNTAX.test(next) || (next === '-' && this.inClass)) return `\\${next}`;
    return next;
  }

  private property(letter: 'p' | 'P'): string {
    const found = /^(?:\{(?:Is)?(\w+)\}|(\w))/.exec(this.pattern.slice(this.at));
    const name = found?.[1] ?? found?.[2];
    if (!found || !name) throw new SyntaxError(`\\${letter} without a name`);
    this.at += found[0].length;
    const members = POSIX[name];
    if (!members) return `\\${letter}{${name}}`;
    if (letter === 'P' && this.inClass) throw new SyntaxError(`\\P{${name}} within a class`);
    if (this.inClass) return members;
    return `[${letter === 'P' ? '^' : ''}${members}]`;
  }

  private quotation(): string {
    const end = this.pattern.indexOf('\\E', this.at);
    const text = this.pattern.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.pattern.length : end + 2;
    return [...text].map((char) => (SYNTAX.test(char) ? `\\${char}` : char)).join('');
  }

  private classChar(char: string): string {
    this.at += 1;
    const afterSet = this.afterSet;
    this.afterSet = false;
    if (char === ']') this.inClass = false;
    if (char === '[' || this.pattern.startsWith('&&', this.at - 1))
      throw new SyntaxError('a class within a class');
    const beforeSet = /^\\[dDwWsSpP]/.test(this.pattern.slice(this.at));
    return char === '-' && (afterSet || beforeSet) ? '\\-' : char;
  }

  private plainChar(char: string): string {
    const rest = this.pattern.slice(this.at);
    const afterQuantifier = this.afterQuantifier;
    this.afterQuantifier = false;
    if (rest.startsWith('(?') && !/^\(\?(?:[:=!]|<[=!]|<[A-Za-z])/.test(rest))
      throw new SyntaxError(`${rest.slice(0, 4)} is not known`);
    const count = /^\{\d+(?:,\d*)?\}/.exec(rest)?.[0];
    this.at += count?.length ?? 1;
    if (count || char === '*' || char === '?' || char === '+') {
      this.afterQuantifier = !afterQuantifier;
      return afterQuantifier && char === '+' ? '' : (count ?? char);
    }
    if (char === '[') {
      this.inClass = true;
      this.afterSet = false;
    }
    return char === '{' || char === '}' || char === ']' ? `\\${char}` : char;
  }
}
