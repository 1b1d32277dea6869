/** What is wrong with a text that should be JSON, as AWS's parser says it, and where. */
export interface JsonFault {
  readonly message: string;
  /** `[Source: (String)"…"; line: 1, column: 4]`: behind what could not be taken. */
  readonly location: string;
}

const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
const LONGEST_SOURCE = 500;

class Fault extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/**
 * The first fault of a text that is no JSON, in the words of Jackson, with which AWS reads it.
 *
 * @param text that `JSON.parse` has refused
 */
export function explainJsonFault(text: string): JsonFault {
  try {
    new Reader(text).readAll();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { message: error.message, location: locationOf(text, error.at) };
  }
  return { message: 'Invalid JSON', location: locationOf(text, text.length) };
}

function locationOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  const rest = text.length - LONGEST_SOURCE;
  const source = `"${text.slice(0, LONGEST_SOURCE)}"${rest > 0 ? `[truncated ${rest} chars]` : ''}`;
  return `[Source: (String)${source}; line: ${before.length}, column: ${(before.at(-1) ?? '').length + 1}]`;
}

/** Goes through a text up to its first fault. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  readAll(): void {
    this.readValue();
    const next = this.skipSpace();
    if (next !== undefined) throw this.unexpected(next, `expected a valid value (${VALUE})`);
  }

  private readValue(): void {
    const next = this.skipSpace();
    if (next === '{' || next === '[') this.readMembers(next);
    else if (next === '"') this.readText();
    else this.readScalar(next);
  }

  /** A number or one of the three words. */
  private readScalar(next: string | undefined): void {
    const [word = ''] = /^[\p{L}\p{N}_$]+/u.exec(this.text.slice(this.at)) ?? [];
    const [number = ''] = /^-?\d+(\.\d+)?([eE][-+]?\d+)?/.exec(this.text.slice(this.at)) ?? [];
    if (number !== '') {
      this.at += number.length;
      return;
    }
    if (word === '')
      throw next === undefined
        ? new Fault('Unexpected end-of-input', this.at)
        : this.unexpected(next, `expected a valid value (${VALUE})`);
    this.at += word.length;
    if (!['true', 'false', 'null'].includes(word))
      throw new Fault(`Unrecognized token '${word}': was expecting (${VALUE})`, this.at);
  }

  /** An object or an array. */
  private readMembers(open: '{' | '['): void {
    const [close, kind] = open === '{' ? (['}', 'Object'] as const) : ([']', 'Array'] as const);
    const start = this.at;
    this.at += 1;
    const next = () => {
      const char = this.skipSpace();
      if (char !== undefined) return char;
      const marker = locationOf(this.text, start);
      throw new Fault(
        `Unexpected end-of-input: expected close marker for ${kind} (start marker at ${marker})`,
        this.at,
      );
    };
    if (next() === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      if (open === '{') this.readName(next());
      else next();
      this.readValue();
      const char = next();
      if (char !== ',' && char !== close)
        throw this.unexpected(char, `was expecting comma to separate ${kind} entries`);
      this.at += 1;
      if (char === close) return;
    }
  }

  /** The name of a member and its colon. */
  private readName(first: string): void {
    if (first !== '"') throw this.unexpected(first, 'was expecting double-quote to start field name');
    this.readText();
    const colon = this.skipSpace();
    if (colon === undefined) throw new Fault('Unexpected end-of-input', this.at);
    if (colon !== ':') throw this.unexpected(colon, 'was expecting a colon to separate field name and value');
    this.at += 1;
  }

  private readText(): void {
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const char = this.text[this.at] ?? '';
      if (char === '\\') this.at += 1;
      else if (char < ' ')
        throw new Fault(
          `Illegal unquoted character ((CTRL-CHAR, code ${char.charCodeAt(0)})): has to be escaped using backslash to be included in string value`,
          this.at + 1,
        );
      else if (char === '"') {
        this.at += 1;
        return;
      }
    }
    throw new Fault('Unexpected end-of-input in VALUE_STRING', this.at);
  }

  /** The next character that is no white space, which stays to be read. */
  private skipSpace(): string | undefined {
    while (/^\s$/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at];
  }

  private unexpected(char: string, expecting: string): Fault {
    return new Fault(
      `Unexpected character ('${char}' (code ${char.codePointAt(0)})): ${expecting}`,
      this.at + 1,
    );
  }
}
