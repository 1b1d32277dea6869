import {
  type CommandNode,
  type PipelineNode,
  parse,
  type ScriptNode,
  type SimpleCommandNode,
  type StatementNode,
  serialize,
  type WordNode,
} from 'just-bash';

type Redirection = SimpleCommandNode['redirections'][number];
type FunctionDef = Extract<CommandNode, { type: 'FunctionDef' }>;

/** Device files of one run of a script. */
export interface OutputDevices {
  stdout: string;
  stderr: string;
  /** Standard error of the command at a line of the script: bash names it in its messages. */
  stderrAt(line: number): string;
  /** Takes the script's own `exec >file` and `command &`: records of what, NUL, its value, NUL. */
  control: string;
}

/** Builtins that change the shell itself: a redirection would make just-bash run them in another way. */
const UNTOUCHED = new Set([
  'exec',
  'break',
  'continue',
  'return',
  'exit',
  'set',
  'shift',
  'source',
  '.',
  'eval',
  ':',
]);

const OUTPUT_OPERATORS = new Set(['>', '>>', '>|', '&>', '&>>', '>&']);

const LIVE = '__live_';

/** The file descriptor from which our programs read at which line of the script they stand. */
export const LINE_DESCRIPTOR = 987;

const NOWHERE = '/dev/null';
const VARIABLES = wordOf('"$(declare -p)"');
const DIRECTORY = wordOf('"$PWD"');

/**
 * just-bash hands out a script's output when the script ends, standard output before standard error. This rewrites
 * a script so that each of its commands writes to device files: then the output is seen while the script runs, and in
 * order. What is captured (`$(…)`, pipes, files) stays as it is; for that reason a function has two bodies, one
 * that writes to the devices and one that does not.
 *
 * A script's own `exec >file` becomes a message to the control device, since just-bash would let it reach into `$(…)`.
 */
export class LiveOutput {
  private readonly functions: FunctionDef[] = [];
  private names = new Set<string>();
  private waits = false;
  /** Inside of a compound command with redirections: functions would write past them. */
  private isRedirected = false;
  /** Inside of `$(…)`: only standard error is written to the devices. */
  private isCaptured = false;
  /** Inside of a function that something captures: its commands only learn at which line they stand. */
  private isSilent = false;
  /** Lines of the script before what is rewritten. */
  private linesBefore = 0;

  /**
   * @param openPipe the name for `>(command)` in messages to the control device
   * @param openJob the name for `command &` there, which stands at a line of the script
   */
  constructor(
    private readonly devices: OutputDevices,
    private readonly openPipe: (command: string) => string,
    private readonly openJob: (command: string, line: number) => string,
  ) {}

  /** @param linesBefore of what stands before the script itself; negative where the script is a later part of another */
  rewrite(script: ScriptNode, linesBefore = 0): ScriptNode {
    this.linesBefore = linesBefore;
    this.names = definedNames(script.statements);
    this.waits = /\bwait\b/.test(serialize(script));
    return { ...script, statements: this.list(script.statements) };
  }

  /** The functions of the script, for handlers that run after it. */
  functionText(script: ScriptNode): string {
    const statements = this.functions.map(toStatement);
    return serialize({ ...script, statements });
  }

  private list(statements: readonly StatementNode[]): StatementNode[] {
    return statements.flatMap((statement) => {
      if (statement.background && !this.isCaptured && (!this.waits || isEndless(statement)))
        return [toStatement(this.background(statement))];
      const rewritten = {
        ...statement,
        pipelines: statement.pipelines.map((pipeline) => this.pipeline(pipeline)),
      };
      return [...this.originals(statement), rewritten];
    });
  }

  /**
   * just-bash runs `command &` to its end before it goes on. It becomes a message to start it beside the script,
   * with the script's variables; but a script that waits for its jobs has them run one after the other, where they have an end.
   */
  private background(statement: StatementNode): SimpleCommandNode {
    const text = serialize({ type: 'Script', statements: [{ ...statement, background: false }] });
    return this.send([word(`job ${this.openJob(text, firstLine(statement) + this.linesBefore)}`), VARIABLES]);
  }

  private send(records: WordNode[], line?: number): SimpleCommandNode {
    return {
      type: 'SimpleCommand',
      assignments: [],
      name: word('printf', line),
      args: [{ type: 'Word', parts: [{ type: 'SingleQuoted', value: '%s\\0' }] }, ...records],
      redirections: [redirection(1, '>', word(this.devices.control))],
    };
  }

  /** The body of a function as it was written, before the one that writes to the devices. */
  private originals(statement: StatementNode): StatementNode[] {
    const [only] = statement.pipelines;
    const [command] = only?.commands ?? [];
    if (command?.type !== 'FunctionDef' || this.isCaptured) return [];
    this.functions.push(command);
    const silent = this.within(this.devices);
    silent.isCaptured = true;
    silent.isSilent = true;
    return [toStatement({ ...command, body: silent.body(command.body) })];
  }

  private pipeline(pipeline: PipelineNode): PipelineNode {
    const last = pipeline.commands.length - 1;
    if (last === 0)
      return { ...pipeline, commands: pipeline.commands.map((command) => this.command(command)) };
    const commands = pipeline.commands.map((command, index) => {
      if (index === last) return this.command(command);
      if (command.type !== 'SimpleCommand' || this.isFunction(command)) return command;
      const joined = pipeline.pipeStderr?.[index];
      return this.redirect(command, { stdout: false, stderr: !joined });
    });
    return { ...pipeline, commands };
  }

  private command(command: CommandNode): CommandNode {
    if (command.type === 'FunctionDef') return this.isCaptured ? command : this.functionDef(command);
    if (command.type === 'SimpleCommand') return this.simple(this.withSubstitutions(command));
    return this.body(command);
  }

  private functionDef(command: FunctionDef): FunctionDef {
    return { ...command, name: `${LIVE}${command.name}`, body: this.body(command.body) };
  }

  /** `$(…)` in the words of a command: what it writes to standard error is shown, too, while it runs. */
  private withSubstitutions(command: SimpleCommandNode): SimpleCommandNode {
    const line = (command.line ?? 1) + this.linesBefore;
    const change = <T>(value: T): T => {
      if (Array.isArray(value)) return value.map(change) as T;
      if (typeof value !== 'object' || value === null) return value;
      if (isSubstitution(value)) return { ...value, body: this.captured(value.body, line - 1) };
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)])) as T;
    };
    return {
      ...command,
      name: change(command.name),
      args: change(command.args),
      assignments: change(command.assignments),
    };
  }

  private captured(script: ScriptNode, linesBefore: number): ScriptNode {
    const inner = this.within(this.devices);
    inner.isCaptured = true;
    inner.linesBefore = linesBefore;
    return { ...script, statements: inner.list(script.statements) };
  }

  private within(devices: OutputDevices): LiveOutput {
    const inner = new LiveOutput(devices, this.openPipe, this.openJob);
    inner.names = this.names;
    inner.waits = this.waits;
    inner.isRedirected = true;
    inner.isCaptured = this.isCaptured;
    inner.isSilent = this.isSilent;
    inner.linesBefore = this.linesBefore;
    return inner;
  }

  private body<C extends Exclude<CommandNode, SimpleCommandNode | FunctionDef>>(command: C): C {
    const redirected = command.redirections.filter(({ operator }) => OUTPUT_OPERATORS.has(operator));
    if (redirected.length > 0) {
      if (this.isCaptured && !this.isSilent) return command;
      if (this.isSilent)
        return { ...this.body({ ...command, redirections: [] }), redirections: command.redirections };
      const devices = redirected.reduce<OutputDevices | undefined>(joinDevices, this.devices);
      if (devices === undefined) return command;
      const redirections = command.redirections.filter((item) => !redirected.includes(item));
      return this.within(devices).body({ ...command, redirections });
    }
    switch (command.type) {
      case 'If':
        return {
          ...command,
          clauses: command.clauses.map(({ condition, body }) => ({
            condition: this.list(condition),
            body: this.list(body),
          })),
          elseBody: command.elseBody && this.list(command.elseBody),
        };
      case 'While':
      case 'Until':
        return { ...command, condition: this.list(command.condition), body: this.list(command.body) };
      case 'For':
      case 'CStyleFor':
      case 'Subshell':
      case 'Group':
        return { ...command, body: this.list(command.body) };
      case 'Case':
        return { ...command, items: command.items.map((item) => ({ ...item, body: this.list(item.body) })) };
      default:
        return command;
    }
  }

  private simple(command: SimpleCommandNode): SimpleCommandNode {
    const name = literal(command.name);
    if (this.isCaptured) {
      return this.isFunction(command) ? command : this.redirect(command, { stdout: false, stderr: true });
    }
    if (name === 'exec' && command.args.length === 0) return this.exec(command);
    if (this.isFunction(command) && !this.isRedirected) {
      const isCaptured = command.redirections.some(({ operator }) => OUTPUT_OPERATORS.has(operator));
      return isCaptured || name === undefined
        ? command
        : { ...command, name: word(`${LIVE}${name}`, command.name?.line) };
    }
    return this.redirect(command, { stdout: true, stderr: true });
  }

  private isFunction(command: SimpleCommandNode): boolean {
    return this.names.has(literal(command.name) ?? '');
  }

  /** The devices come first, so that the command's own redirections win. */
  private redirect(
    command: SimpleCommandNode,
    streams: { stdout: boolean; stderr: boolean },
  ): SimpleCommandNode {
    const name = literal(command.name);
    if (command.name === null || (name !== undefined && UNTOUCHED.has(name))) return command;
    const line = command.line === undefined ? undefined : command.line + this.linesBefore;
    const added: Redirection[] = [
      ...(line === undefined ? [] : [redirection(LINE_DESCRIPTOR, '<<<', word(String(line)))]),
      ...(streams.stdout ? [redirection(1, '>>', word(this.devices.stdout))] : []),
      ...(streams.stderr && !this.isSilent ? [redirection(2, '>>', word(this.errorsAt(line)))] : []),
    ];
    return { ...command, redirections: [...added, ...command.redirections] };
  }

  private errorsAt(line: number | undefined): string {
    const { devices } = this;
    const isOwn = devices.stderr !== devices.stdout && devices.stderr !== NOWHERE;
    return line !== undefined && isOwn ? devices.stderrAt(line) : devices.stderr;
  }

  private exec(command: SimpleCommandNode): SimpleCommandNode {
    const records: WordNode[] = [];
    const others: Redirection[] = [];
    for (const item of command.redirections) {
      const record = this.toRecord(item);
      if (record === undefined) others.push(item);
      else records.push(...record);
    }
    if (records.length === 0 || others.length > 0) return command;
    return this.send([word('cwd'), DIRECTORY, ...records], command.line);
  }

  private toRecord({ fd, operator, target }: Redirection): WordNode[] | undefined {
    if (target.type !== 'Word' || !OUTPUT_OPERATORS.has(operator)) return undefined;
    const both = operator.startsWith('&>');
    const stream = both ? 'both' : (fd ?? 1) === 1 ? 'out' : fd === 2 ? 'err' : undefined;
    if (stream === undefined) return undefined;
    const [part] = target.parts;
    if (part?.type === 'ProcessSubstitution' && part.direction === 'output')
      return [word(`${stream}|`), word(this.openPipe(serialize(part.body)))];
    if (operator === '>&') {
      const source = literal(target);
      return source === '1' || source === '2' ? [word(`${stream}=`), word(source)] : undefined;
    }
    return [word(`${stream}${operator.endsWith('>>') ? '+' : '>'}`), target];
  }
}

/**
 * Where the commands inside of a compound command write, when its redirections only join streams or drop one.
 * @returns undefined for others, which just-bash does itself, when the command is done
 */
function joinDevices(devices: OutputDevices | undefined, item: Redirection): OutputDevices | undefined {
  const target = item.target.type === 'Word' ? literal(item.target) : undefined;
  if (devices === undefined) return undefined;
  const fd = item.fd ?? 1;
  if (item.operator === '>&' && target === '2' && fd === 1) return { ...devices, stdout: devices.stderr };
  if (item.operator === '>&' && target === '1' && fd === 2) return { ...devices, stderr: devices.stdout };
  if (fd === 2 && target === NOWHERE) return { ...devices, stderr: NOWHERE };
  return undefined;
}

function definedNames(statements: readonly StatementNode[]): Set<string> {
  const names = new Set<string>();
  const visit = (list: readonly StatementNode[]) => {
    for (const { pipelines } of list)
      for (const command of pipelines.flatMap(({ commands }) => commands)) {
        if (command.type === 'FunctionDef') names.add(command.name);
        for (const inner of innerLists(command)) visit(inner);
      }
  };
  visit(statements);
  return names;
}

function innerLists(command: CommandNode): StatementNode[][] {
  switch (command.type) {
    case 'If':
      return [...command.clauses.flatMap(({ condition, body }) => [condition, body]), command.elseBody ?? []];
    case 'While':
    case 'Until':
    case 'For':
    case 'CStyleFor':
    case 'Group':
      return [command.body];
    case 'Case':
      return command.items.map(({ body }) => body);
    default:
      return [];
  }
}

function isSubstitution(value: object): value is { type: 'CommandSubstitution'; body: ScriptNode } {
  return 'type' in value && value.type === 'CommandSubstitution' && 'body' in value;
}

/** Whether a job would never end by itself, so that nobody waits for it. */
function isEndless(statement: StatementNode): boolean {
  const text = serialize({ type: 'Script', statements: [{ ...statement, background: false }] });
  return /\b(?:while|until) (?:! )?(?:\{ )?(?:true|:|false|\[ 1 \]|sleep\b)|\(\( *; *; *\)\)|\bsleep infinity\b|\btail -\w*[fF]\b|\bhttp\.server\b/.test(
    text,
  );
}

/** Where a statement begins, as far as its commands tell. */
function firstLine(statement: StatementNode): number {
  const found = /"line":(\d+)/.exec(JSON.stringify(statement));
  return found ? Number(found[1]) : 1;
}

function toStatement(command: CommandNode): StatementNode {
  const pipeline: PipelineNode = { type: 'Pipeline', commands: [command], negated: false };
  return { type: 'Statement', pipelines: [pipeline], operators: [], background: false };
}

function redirection(fd: number, operator: Redirection['operator'], target: WordNode): Redirection {
  return { type: 'Redirection', fd, operator, target };
}

function word(text: string, line?: number): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value: text }], ...(line !== undefined && { line }) };
}

/** The text of a word that nothing expands in; undefined for others. */
function literal(node: WordNode | null): string | undefined {
  if (node === null || node.parts.some(({ type }) => type !== 'Literal')) return undefined;
  return node.parts.map((part) => (part.type === 'Literal' ? part.value : '')).join('');
}

function wordOf(text: string): WordNode {
  const command = parse(`x ${text}`).statements[0]?.pipelines[0]?.commands[0];
  const [argument] = command?.type === 'SimpleCommand' ? command.args : [];
  if (argument === undefined) throw new Error('the shell does not read its own syntax');
  return argument;
}
