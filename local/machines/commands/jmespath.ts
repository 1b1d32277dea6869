type Expression = (value: unknown) => unknown;

/** What the command line says instead of an answer. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery';
}

/**
 * Compiles a query of the AWS CLI: the parts of JMESPath (jmespath.org) that select and filter. No functions but
 * `length`, `contains` and `starts_with`.
 * @throws BadQuery for what is none, or more than that
 */
export function compileQuery(text: string): Expression {
  const parser = new Parser(tokenize(text), text);
  return parser.whole();
}

const TOKEN =
  /\s*(?:([A-Za-z_][\w]*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|(-?\d+)|(\[\?|\[\]|==|!=|<=|>=|&&|\|\||[.[\]*{}:,|()<>!@]))/y;

interface Token {
  kind: 'name' | 'text' | 'number' | 'sign';
  text: string;
  value?: unknown;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new BadQuery(`Bad value for --query ${text}: invalid jmespath expression`);
    const [, name, quoted, raw, literal, number, sign] = match;
    if (name !== undefined || quoted !== undefined) tokens.push({ kind: 'name', text: name ?? quoted ?? '' });
    else if (raw !== undefined) tokens.push({ kind: 'text', text: raw, value: raw });
    else if (literal !== undefined) tokens.push({ kind: 'text', text: literal, value: readLiteral(literal) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

/** JSON; a bare word counts as a text, as the CLI takes it. */
function readLiteral(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
  ) {}

  whole(): Expression {
    const expression = this.pipe();
    if (this.at < this.tokens.length) throw this.unexpected();
    return expression;
  }

  private pipe(): Expression {
    let left = this.or();
    while (this.takes('|')) {
      const [before, after] = [left, this.or()];
      left = (value) => after(before(value));
    }
    return left;
  }

  private or(): Expression {
    let left = this.and();
    while (this.takes('||')) {
      const [before, after] = [left, this.and()];
      left = (value) => (isTrue(before(value)) ? before(value) : after(value));
    }
    return left;
  }

  private and(): Expression {
    let left = this.comparison();
    while (this.takes('&&')) {
      const [before, after] = [left, this.comparison()];
      left = (value) => (isTrue(before(value)) ? after(value) : before(value));
    }
    return left;
  }

  private comparison(): Expression {
    if (this.takes('!')) {
      const inner = this.comparison();
      return (value) => !isTrue(inner(value));
    }
    const left = this.path();
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find((sign) => this.takes(sign));
    if (operator === undefined) return left;
    const right = this.path();
    return (value) => compare(operator, left(value), right(value));
  }

  /** A first part, then what is looked up in it; after a projection, in each of its items. */
  private path(): Expression {
    const first = this.first();
    const rest = this.rest();
    return (value) => rest(first(value));
  }

  private first(): Expression {
    const token = this.tokens[this.at];
    if (token?.kind === 'text') {
      this.at += 1;
      return () => token.value;
    }
    if (token?.kind === 'name') return this.nameOrCall();
    if (this.takes('@')) return (value) => value;
    if (this.takes('(')) {
      const inner = this.pipe();
      this.expect(')');
      return inner;
    }
    if (token?.text === '{') return this.hash();
    if (token?.text === '[' && !this.isIndex()) return this.list();
    if (token?.text === '*' || token?.text.startsWith('[')) return (value) => value;
    throw this.unexpected();
  }

  private rest(): Expression {
    if (this.takes('.')) {
      const token = this.tokens[this.at];
      const next =
        token?.text === '{'
          ? this.hash()
          : token?.text === '['
            ? this.list()
            : token?.kind === 'name'
              ? this.nameOrCall()
              : undefined;
      if (next === undefined && !this.takes('*')) throw this.unexpected();
      const rest = this.rest();
      if (next === undefined)
        return project((value) => (isRecord(value) ? Object.values(value) : undefined), rest);
      return (value) => (value === null || value === undefined ? null : rest(next(value)));
    }
    if (this.takes('*'))
      return project((value) => (isRecord(value) ? Object.values(value) : undefined), this.rest());
    if (this.takes('[]'))
      return project((value) => (Array.isArray(value) ? value.flat() : undefined), this.rest());
    if (this.takes('[?')) {
      const test = this.or();
      this.expect(']');
      const rest = this.rest();
      return project(
        (value) => (Array.isArray(value) ? value.filter((item) => isTrue(test(item))) : undefined),
        rest,
      );
    }
    if (this.tokens[this.at]?.text !== '[' || !this.isIndex()) return (value) => value;
    this.at += 1;
    const index = this.tokens[this.at];
    this.at += 1;
    this.expect(']');
    const rest = this.rest();
    if (index?.text === '*') return project((value) => (Array.isArray(value) ? value : undefined), rest);
    return (value) => (Array.isArray(value) ? rest(value.at(Number(index?.text)) ?? null) : null);
  }

  private nameOrCall(): Expression {
    const name = this.tokens[this.at]?.text ?? '';
    this.at += 1;
    if (!this.takes('(')) return (value) => (isRecord(value) ? (value[name] ?? null) : null);
    const parts: Expression[] = [];
    do parts.push(this.pipe());
    while (this.takes(','));
    this.expect(')');
    return callOf(name, parts);
  }

  private list(): Expression {
    this.expect('[');
    const parts: Expression[] = [];
    do parts.push(this.pipe());
    while (this.takes(','));
    this.expect(']');
    return (value) => (value === null || value === undefined ? null : parts.map((part) => part(value)));
  }

  private hash(): Expression {
    this.expect('{');
    const parts: [string, Expression][] = [];
    do {
      const key = this.tokens[this.at]?.text ?? '';
      this.at += 1;
      this.expect(':');
      parts.push([key, this.pipe()]);
    } while (this.takes(','));
    this.expect('}');
    return (value) =>
      value === null || value === undefined
        ? null
        : Object.fromEntries(parts.map(([key, part]) => [key, part(value)]));
  }

  private isIndex(): boolean {
    const next = this.tokens[this.at + 1];
    return next?.kind === 'number' || (next?.text === '*' && this.tokens[this.at + 2]?.text === ']');
  }

  private takes(sign: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) throw this.unexpected();
  }

  private unexpected(): BadQuery {
    return new BadQuery(
      `Bad value for --query ${this.text}: invalid jmespath expression: Parse error at token ${this.tokens[this.at]?.text ?? 'EOF'}`,
    );
  }
}

function callOf(name: string, parts: readonly Expression[]): Expression {
  const [first = () => null, second = () => null] = parts;
  switch (name) {
    case 'length':
      return (value) => sizeOf(first(value));
    case 'contains':
      return (value) => {
        const whole = first(value);
        const wanted = second(value);
        return Array.isArray(whole) ? whole.includes(wanted) : String(whole ?? '').includes(String(wanted));
      };
    case 'starts_with':
      return (value) => String(first(value) ?? '').startsWith(String(second(value)));
    default:
      throw new BadQuery(`Unknown function: ${name}()`);
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : 0;
}

function project(items: (value: unknown) => unknown[] | undefined, rest: Expression): Expression {
  return (value) => {
    const found = items(value);
    return found === undefined ? null : found.map(rest).filter((item) => item !== null && item !== undefined);
  };
}

function compare(operator: string, left: unknown, right: unknown): boolean | null {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
