import jsonata from 'jsonata';

/** What is wrong with an expression before it is ever evaluated. */
export interface ExpressionProblem {
  readonly code: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
}

/** The members of `$states` that are not there everywhere. */
export type StatesMember = 'result' | 'errorOutput';

/** A node of the library's syntax tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly expression?: Node;
  readonly expressions?: readonly Node[];
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly body?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly lhs?: Node | readonly (readonly Node[])[];
  readonly rhs?: Node;
}

/**
 * What AWS refuses when a definition is made: expressions that are none, and those that read what is not there. An expression has no
 * context item; all it can read are `$states` and variables.
 *
 * @param members what `$states` has here beside `input` and `context`
 */
export function findExpressionProblems(
  text: string,
  members: readonly StatesMember[],
): readonly ExpressionProblem[] {
  let root: Node;
  try {
    root = jsonata(text).ast() as unknown as Node;
  } catch (error) {
    return [{ code: 'INVALID_JSONATA_EXPRESSION', message: (error as { message: string }).message }];
  }
  const messages = [...referencesOf(root)].flatMap((reference) => refuse(reference, members) ?? []);
  return [...new Set(messages)].map((message) => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message }));
}

function refuse(reference: string, members: readonly string[]): string | undefined {
  if (reference === '$$') return "Reference to '$$' is not supported.";
  const [, member] = /^\$states\.(.+)$/.exec(reference) ?? [];
  if (member === undefined) return `Reference to '${reference}' at the top level is not supported.`;
  return members.includes(member) ? undefined : `Field '${reference}' does not exist.`;
}

/**
 * The references of an expression to what it may not have: names at the top level, `$`, `$$`, and members of `$states`. Only the first
 * step of a path is at the top level; a later one, and what stands in brackets, is about the value before it.
 */
function* referencesOf(node: Node | undefined): Generator<string> {
  if (!node) return;
  switch (node.type) {
    case 'name':
      yield String(node.value);
      return;
    case 'variable':
      // `$` has an empty name, and `$$` the name `$`.
      if (node.value === '') yield '$';
      else if (node.value === '$') yield '$$';
      return;
    case 'path':
      yield* referencesOfPath(node.steps ?? []);
      return;
    case 'bind':
      yield* referencesOf(node.rhs);
      return;
    // What is within is applied to another value than the top level's.
    case 'transform':
    case 'sort':
      return;
    default:
      for (const part of partsOf(node)) yield* referencesOf(part);
  }
}

function* referencesOfPath([first, second]: readonly Node[]): Generator<string> {
  yield* referencesOf(first);
  const isStates = first?.type === 'variable' && first.value === 'states';
  if (isStates && second?.type === 'name' && /^(result|errorOutput)$/.test(String(second.value)))
    yield `$states.${second.value}`;
}

function partsOf(node: Node): readonly (Node | undefined)[] {
  const { lhs, rhs, expression, procedure, body, condition } = node;
  const sides = Array.isArray(lhs) ? lhs.flat() : [lhs as Node | undefined];
  return [
    condition,
    node.then,
    node.else,
    ...sides,
    rhs,
    expression,
    ...(node.expressions ?? []),
    procedure,
    ...(node.type === 'lambda' ? [] : (node.arguments ?? [])),
    body,
  ];
}
