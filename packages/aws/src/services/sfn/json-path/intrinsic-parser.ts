/** An intrinsic function call, or one of its arguments. */
export type Expression =
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly text: string;
    }
  | { readonly kind: 'path'; readonly path: string }
  /** A text between quotes with its backslashes: States.Format reads some of them itself. */
  | { readonly kind: 'text'; readonly raw: string }
  | { readonly kind: 'value'; readonly value: number | boolean | null };

export type Call = Extract<Expression, { kind: 'call' }>;

/**
 * Reads the call of an intrinsic function: `States.Format('{} of {}', $.name, States.UUID())`.
 * https://states-language.net/spec.html#intrinsic-functions
 *
 * @throws SyntaxError
 */
export function parseCall(text: string): Call {
  const reader = new Reader(text);
  const call = reader.readExpression();
  reader.expectEnd();
  if (call.kind !== 'call') throw new SyntaxError(`no call of a function: ${text}`);
  return call;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  readExpression(): Expression {
    this.skipSpace();
    const next = this.text[this.at];
    if (next === "'") return { kind: 'text', raw: this.take(/'((?:[^'\\]|\\.)*)'/y)[1] ?? '' };
    if (next === '$') return { kind: 'path', path: this.readPath() };
    const [word] = this.take(/[\w.+-]+/y);
    if (word.startsWith('States.')) return this.readCall(word, this.at - word.length);
    if (word === 'null') return { kind: 'value', value: null };
    if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
    if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word)) return { kind: 'value', value: Number(word) };
    throw new SyntaxError(`no argument: ${word}`);
  }

  expectEnd(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw new SyntaxError(`unexpected ${this.text.slice(this.at)}`);
  }

  private readCall(name: string, from: number): Call {
    const args: Expression[] = [];
    this.skipSpace();
    this.take(/\(\s*/y);
    if (this.text[this.at] !== ')') {
      args.push(this.readExpression());
      for (this.skipSpace(); this.text[this.at] === ','; this.skipSpace()) {
        this.at += 1;
        args.push(this.readExpression());
      }
    }
    this.take(/\)/y);
    return { kind: 'call', name, args, text: this.text.slice(from, this.at) };
  }

  /** Up to the comma or parenthesis that ends the argument; those within brackets are the path's own. */
  private readPath(): string {
    const from = this.at;
    let depth = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] ?? '';
      if (depth === 0 && this.text.startsWith('()', this.at)) this.at += 1;
      else if (depth === 0 && /[,)\s]/.test(character)) break;
      else if (character === "'" || character === '"') this.at = this.endOfText(character);
      else if ('[('.includes(character)) depth += 1;
      else if ('])'.includes(character)) depth -= 1;
    }
    return this.text.slice(from, this.at);
  }

  private endOfText(quote: string): number {
    const end = this.text.indexOf(quote, this.at + 1);
    if (end < 0) throw new SyntaxError('a text has no end');
    return end;
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private take(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) throw new SyntaxError(`unexpected '${this.text.slice(this.at)}'`);
    this.at += match[0].length;
    return match;
  }
}
