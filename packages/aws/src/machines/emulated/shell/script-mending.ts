import {
  type CommandNode,
  type PipelineNode,
  parse,
  type ScriptNode,
  type StatementNode,
  type WordNode,
} from 'just-bash';
import { EXECUTE } from '../commands/shell/execute';
import { LACK, LOOK_UP, TELL_TYPE } from '../commands/shell/lookup';
import { OPEN_TARGET } from '../commands/shell/open-target';

type Loop = Extract<CommandNode, { type: 'While' | 'Until' }>;
type FunctionDef = Extract<CommandNode, { type: 'FunctionDef' }>;
type Redirection = SimpleCommand['redirections'][number];
type SimpleCommand = Extract<CommandNode, { type: 'SimpleCommand' }>;

const PROGRAM_FOLDER = /^\/(?:usr\/)?s?bin\//;

/** `((1))`: succeeds, and `set -x` does not show it. */
const SUCCEED = commandOf('((1))');
const RETURN_STATUS = parse('return $?').statements;
/** The status of the condition that was false, without ending a script. */
const KEEP_STATUS = parse('(exit $?) && ((1))').statements;
/** Status 1, which ends no script because it is negated. */
const FAIL = parse('! ((1))').statements;
const FALSE = parse('((0))').statements;
const END = parse('exit 1').statements;
/** The variable that holds the words of a command, so named that no script has it. */
const WORDS = '__words';
/** Compound commands of just-bash that read nothing from a pipe. */
const DEAF = new Set(['If', 'Case', 'For', 'CStyleFor']);
/** Redirections that open a file for writing; `>&` may. */
const WRITING = new Set(['>', '>>', '>|', '&>', '&>>', '<>']);

/**
 * Rewrites a script so that it does what it does in bash (Bash Reference Manual), above all so that `set -e` ends it
 * where bash would, and only there. just-bash differs in some ways:
 *
 * - a function or `{ … }` before `||` or `&&`, or after `!`, ends the script at the first command in it that fails;
 * - `n=1` keeps the status of the command before it, so that `until try; do n=$((n + 1)); done` ends the script;
 * - a loop whose body ends with `test && command` ends the script when the test was false;
 * - a function that ends so does not, though its call is a command of its own that failed;
 * - a file that is run by its path goes on in the shell that calls it, with its options;
 * - a redirection into a directory that is not there ends the shell, where bash does without that command;
 * - `if`, `case` and `for` behind a pipe read nothing of it;
 * - what a command's name expands to is one word, so that `"$@"` is never found;
 * - `command -v` and `type` find programs that are not installed;
 * - `((n>=2))` without spaces is an error in its syntax.
 */
export function mendScript(script: ScriptNode): ScriptNode {
  const names = new Set<string>();
  visitNodes(script, (node) => {
    if (node.type === 'FunctionDef') names.add(String((node as { name?: unknown }).name));
  });
  return mend(script, names);
}

function visitNodes(value: unknown, visit: (node: { type?: unknown }) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) visit(value);
  for (const item of Object.values(value)) visitNodes(item, visit);
}

function mend<T>(value: T, functions: ReadonlySet<string>): T {
  if (Array.isArray(value)) return value.map((item) => mend(item, functions)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, mend(item, functions)]);
  const mended = Object.fromEntries(entries) as T & { type?: unknown };
  if (isPipeline(mended)) return mendPipeline(mended) as T;
  if (isStatement(mended)) return mendStatement(mended, functions) as T;
  return isCommand(mended) ? (mendCommand(mended, functions) as T) : mended;
}

function isPipeline(value: object): value is PipelineNode {
  return 'type' in value && value.type === 'Pipeline';
}

/** `{ … }` hands on what it reads, to whatever is in it. */
function mendPipeline(pipeline: PipelineNode): PipelineNode {
  const commands = pipeline.commands.map((command, index) =>
    index > 0 && DEAF.has(command.type) ? group([statementOf([pipelineOf(command)])]) : command,
  );
  return { ...pipeline, commands };
}

function isStatement(value: object): value is StatementNode {
  return 'type' in value && value.type === 'Statement';
}

const COMMANDS = new Set(
  'SimpleCommand If For CStyleFor While Until Case Subshell Group ArithmeticCommand ConditionalCommand FunctionDef'.split(
    ' ',
  ),
);

function isCommand(value: object): value is CommandNode {
  return 'type' in value && COMMANDS.has(String(value.type));
}

/** `f && a || b` as nested `if`s: conditions are where just-bash, too, lets commands fail. */
function mendStatement(statement: StatementNode, functions: ReadonlySet<string>): StatementNode {
  const { pipelines, operators } = statement;
  const isTested = (pipeline: PipelineNode, index: number) =>
    (index < pipelines.length - 1 || pipeline.negated) && runsSeveral(pipeline, functions);
  if (operators.includes(';') || !pipelines.some(isTested)) return statement;
  const [first, ...others] = pipelines.map((pipeline) => mendNegation(pipeline, functions));
  if (first === undefined) return statement;
  const joined = others.reduce((before, pipeline, index) => {
    const branch = [statementOf([pipeline])];
    return pipelineOf(
      operators[index] === '&&'
        ? choice([statementOf([before])], branch, KEEP_STATUS)
        : choice([statementOf([before])], [statementOf([pipelineOf(SUCCEED)])], branch),
    );
  }, first);
  return { ...statement, pipelines: [joined], operators: [] };
}

function mendNegation(pipeline: PipelineNode, functions: ReadonlySet<string>): PipelineNode {
  if (!pipeline.negated || !runsSeveral(pipeline, functions)) return pipeline;
  const plain = statementOf([{ ...pipeline, negated: false }]);
  return pipelineOf(choice([plain], FAIL, [statementOf([pipelineOf(SUCCEED)])]));
}

/** Whether a failure may be one of several commands: in a compound, or a function, which `"$@"` may name. */
function runsSeveral({ commands }: PipelineNode, functions: ReadonlySet<string>): boolean {
  const [command] = commands;
  if (command === undefined || commands.length > 1) return false;
  if (command.type !== 'SimpleCommand')
    return command.type !== 'ArithmeticCommand' && command.type !== 'ConditionalCommand';
  if (command.name === null) return false;
  const parts = command.name.parts.map((part) => (part.type === 'Literal' ? part.value : undefined));
  return parts.includes(undefined) || functions.has(parts.join(''));
}

function mendCommand(command: CommandNode, functions: ReadonlySet<string>): CommandNode {
  switch (command.type) {
    case 'SimpleCommand':
      if (isPlainAssignment(command)) return group([list([command, SUCCEED], '||')]);
      if (mayBeSeveralWords(command.name)) return runWords(command);
      return openTargets(isPath(command.name) ? execute(command, command.name) : lookUp(command, functions));
    case 'While':
    case 'Until':
      return openTargets(mendLoop(command));
    case 'FunctionDef':
      return mendFunction(command);
    case 'ArithmeticCommand':
      return mendArithmetic(command);
    default:
      return openTargets(command);
  }
}

/** A command that cannot write to where it should is not run; `exec` then ends the script. */
function openTargets(command: CommandNode): CommandNode {
  const targets = command.redirections.flatMap(({ operator, target }) =>
    target.type === 'Word' && WRITING.has(operator) && mayBeMissing(target) ? [target] : [],
  );
  if (targets.length === 0) return command;
  const name = wordOf(OPEN_TARGET);
  // What a pipe brings is the command's own.
  const redirections: Redirection[] = [
    { type: 'Redirection', fd: 0, operator: '<', target: wordOf('/dev/null') },
  ];
  const tests = targets.map(
    (target): CommandNode => ({
      ...{ type: 'SimpleCommand', assignments: [], name, args: [target], redirections },
      line: lastLine(command),
    }),
  );
  const isExec =
    command.type === 'SimpleCommand' && literalOf(command.name) === 'exec' && command.args.length === 0;
  return choice([list(tests, '&&')], [statementOf([pipelineOf(command)])], isExec ? END : FALSE);
}

/** Where the last of a command's commands stands: its redirections do, too. */
function lastLine(command: CommandNode): number {
  const lines = [...JSON.stringify(command).matchAll(/"line":(\d+)/g)].map(([, line]) => Number(line));
  return Math.max(1, ...lines);
}

function literalOf(word: WordNode | null): string | undefined {
  const [part, ...others] = word?.parts ?? [];
  return part?.type === 'Literal' && others.length === 0 ? part.value : undefined;
}

/** Not for devices, and for what stands directly in /tmp or in the working directory. */
function mayBeMissing(target: WordNode): boolean {
  if (target.parts.some(({ type }) => type === 'ProcessSubstitution')) return false;
  const text = literalOf(target);
  return text === undefined || (text.includes('/') && !/^\/dev\/|^\/tmp\/[^/]+$/.test(text));
}

/** Whether a name is not one word whatever it holds, as `"$@"`, `"${command[@]}"` and `$SUDO` are not. */
function mayBeSeveralWords(name: WordNode | null): boolean {
  return (
    name?.parts.some(
      (part) =>
        part.type === 'ParameterExpansion' ||
        part.type === 'CommandSubstitution' ||
        (part.type === 'DoubleQuoted' &&
          part.parts.some(
            (inner) => inner.type === 'ParameterExpansion' && /^@$|\[@\]$/.test(inner.parameter),
          )),
    ) ?? false
  );
}

/** Of these words the first is a name of its own. */
function runWords(command: SimpleCommand): CommandNode {
  const { name, args, assignments, ...rest } = command;
  const [set] = parse(`${WORDS}=()`).statements;
  const [run] = parse(`"\${${WORDS}[0]}" "\${${WORDS}[@]:1}"`).statements;
  const [assign, call] = [set, run].map((statement) => statement?.pipelines[0]?.commands[0]);
  if (assign?.type !== 'SimpleCommand' || call?.type !== 'SimpleCommand' || name === null)
    throw new Error('the shell does not read its own syntax');
  const kept: SimpleCommand = {
    ...assign,
    assignments: assign.assignments.map((one) => ({ ...one, array: [name, ...args] })),
  };
  const named = openTargets({ ...rest, assignments, name: call.name, args: call.args });
  // Where nothing is left of the words, there is nothing to run.
  const last = args.length > 0 ? [named] : [commandOf(`((\${#${WORDS}[@]} == 0))`), named];
  return group([list([kept, SUCCEED], '||'), list(last, '||')]);
}

/** The lexer of just-bash reads `>=` after a word as a redirection and an assignment. */
function mendArithmetic(command: Extract<CommandNode, { type: 'ArithmeticCommand' }>): CommandNode {
  const text = command.expression.originalText;
  if (text === undefined || !/[<>] =/.test(text)) return command;
  const read = commandOf(`((${text.replace(/([<>]) =/g, '$1= ')}))`);
  return read.type === 'ArithmeticCommand' ? { ...command, expression: read.expression } : command;
}

/** One that sets `$?` to 0: with `$(…)` in it, the status is that command's. */
function isPlainAssignment({ name, assignments, redirections }: SimpleCommand): boolean {
  return (
    name === null &&
    assignments.length > 0 &&
    redirections.length === 0 &&
    !JSON.stringify(assignments).includes('"type":"CommandSubst')
  );
}

/** Whether a command names a file of its own, as `./install.sh` and `$HOME/bin/start` do. */
function isPath(name: WordNode | null): name is WordNode {
  const first = name?.parts[0];
  if (first?.type === 'Literal' && PROGRAM_FOLDER.test(first.value)) return false;
  return name?.parts.some((part) => part.type === 'Literal' && part.value.includes('/')) ?? false;
}

function execute(command: SimpleCommand, path: WordNode): SimpleCommand {
  const name: WordNode = { ...path, parts: [{ type: 'Literal', value: EXECUTE }] };
  return { ...command, name, args: [path, ...command.args] };
}

/** `command -v` and `type` of programs; functions only the shell knows. It cannot hand them to another shell. */
function lookUp(command: SimpleCommand, functions: ReadonlySet<string>): SimpleCommand {
  const words = command.args.map(literalOf);
  if (literalOf(command.name) === 'export' && words[0] === '-f')
    return { ...command, name: wordOf(LACK), args: [wordOf('export of functions')] };
  if (words.some((word) => word !== undefined && functions.has(word))) return command;
  const name = literalOf(command.name);
  if (name === 'type') return { ...command, name: wordOf(TELL_TYPE) };
  return name === 'command' && words[0] === '-v'
    ? { ...command, name: wordOf(LOOK_UP), args: command.args.slice(1) }
    : command;
}

/** What ends the loop is then the first part of a list, or negated: neither ends a script. */
function mendLoop(loop: Loop): CommandNode {
  const last = loop.condition.at(-1);
  if (last === undefined) return loop;
  const before = loop.condition.slice(0, -1);
  const test = group([last]);
  const condition = [
    ...before,
    loop.type === 'While' ? list([test, SUCCEED], '&&') : statementOf([pipelineOf(test, true)]),
  ];
  return { ...loop, type: 'While', condition };
}

function mendFunction(definition: FunctionDef): FunctionDef {
  const { body } = definition;
  const last = body.type === 'Group' ? body.body.at(-1) : undefined;
  if (body.type !== 'Group' || last === undefined || isOneSimpleCommand(last)) return definition;
  return { ...definition, body: { ...body, body: [...body.body, ...RETURN_STATUS] } };
}

function isOneSimpleCommand({ pipelines }: StatementNode): boolean {
  const [first, ...others] = pipelines;
  return others.length === 0 && first?.commands.length === 1 && first.commands[0]?.type === 'SimpleCommand';
}

function group(body: StatementNode[]): CommandNode {
  return { type: 'Group', body, redirections: [] };
}

function list(commands: CommandNode[], operator: '&&' | '||'): StatementNode {
  const operators = commands.slice(1).map(() => operator);
  return { ...statementOf(commands.map((command) => pipelineOf(command))), operators };
}

function choice(condition: StatementNode[], body: StatementNode[], elseBody: StatementNode[]): CommandNode {
  return { type: 'If', clauses: [{ condition, body }], elseBody, redirections: [] };
}

function statementOf(pipelines: PipelineNode[]): StatementNode {
  return { type: 'Statement', pipelines, operators: [], background: false };
}

function pipelineOf(command: CommandNode, negated = false): PipelineNode {
  return { type: 'Pipeline', commands: [command], negated };
}

function wordOf(value: string): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value }] };
}

function commandOf(text: string): CommandNode {
  const command = parse(text).statements[0]?.pipelines[0]?.commands[0];
  if (command === undefined) throw new Error(`the shell does not read ${text}`);
  return command;
}
