import { Bash, type CommandName, defineCommand, getCommandNames, type ScriptNode } from 'just-bash';
import type { Programs } from '../commands/program';
import { DiskError } from '../disk/disk-error';
import type { Guest } from '../system/guest';
import { LiveOutput } from './live-output';
import { OutputStreams } from './output-streams';
import { mendScript } from './script-mending';
import { ShellFiles } from './shell-files';
import { ShellWork } from './shell-work';

/** Commands of just-bash that Amazon Linux does not have. */
const ABSENT = new Set(['rg', 'xan', 'yq', 'html-to-markdown', 'sqlite3', 'help']);
const COMMANDS = getCommandNames().filter((name) => !ABSENT.has(name)) as CommandName[];

/** Hours of AWS time may pass in a script; nothing but the machine's end stops it. */
const LIMITS = {
  maxExecutionTimeMs: Number.POSITIVE_INFINITY,
  maxCommandCount: 1_000_000,
  maxLoopIterations: 1_000_000,
};

const STOPPED = 143;

const ROOT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
};

export interface ScriptOptions {
  /** What the shell calls itself in its messages, as `/var/lib/cloud/instance/scripts/part-001`. */
  name: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Stops the script at its next command. */
  signal?: AbortSignal;
  /** Output and errors in the order in which they were written. */
  onOutput: (text: string) => void;
}

/** Handlers that `trap` set, by signal. */
type Traps = Map<string, string>;

interface Run {
  bash: Bash;
  traps: Traps;
  streams: OutputStreams;
  /** Commands that the script runs beside itself, and its functions, which they may call. */
  jobs: string[];
  functions: string;
  options: { rawScript: true; cwd: string; env: Record<string, string>; signal: AbortSignal };
}

/** bash on a machine: the interpreter of just-bash, on the machine's disk, with the commands of Amazon Linux. */
export class Shell {
  private runs = 0;

  constructor(
    private readonly guest: Guest,
    private readonly programs: Programs,
  ) {}

  /** Runs a script as a process of its own, as root. @returns its exit code; 143 when it was stopped */
  async runScript(
    text: string,
    { name, cwd = '/', env, signal: own, onOutput }: ScriptOptions,
  ): Promise<number> {
    this.runs += 1;
    const signal = own ? AbortSignal.any([own, this.guest.power]) : this.guest.power;
    const jobs: string[] = [];
    const script = withShebangOptions(text);
    const streams = new OutputStreams(
      this.guest.disk,
      this.runs,
      /\bset\s+(?:\S+\s+)*[-+]\w*x|\bxtrace\b/.test(script),
      (output) => onOutput(nameShell(output, name)),
      (job, variables) =>
        this.startJob(
          `${withoutShellState(variables)}
${run.functions}
${jobs[job] ?? ''}`,
          { name, onOutput },
        ),
    );
    const traps: Traps = new Map();
    const work = new ShellWork(this.guest.options.work);
    work.resume();
    const run: Run = {
      bash: this.openBash(traps, env, work),
      traps,
      streams,
      jobs,
      functions: '',
      options: { rawScript: true, cwd, env: { ...ROOT_ENVIRONMENT, ...env }, signal },
    };
    try {
      const exitCode = await this.execute(run, script);
      return signal.aborted ? STOPPED : exitCode;
    } catch (error) {
      if (signal.aborted) return STOPPED;
      // A command of just-bash that did not expect it; the script ends, the machine does not.
      if (!(error instanceof DiskError)) throw error;
      onOutput(`${name}: ${error.message}\n`);
      return 1;
    } finally {
      work.pause();
      streams.close();
    }
  }

  /** Runs beside the script that started it, and on when that ended. */
  private startJob(text: string, options: ScriptOptions): void {
    this.runScript(text, options).catch((error: unknown) => {
      options.onOutput(`${options.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    });
  }

  private openBash(traps: Traps, env: ScriptOptions['env'], work: ShellWork): Bash {
    const { guest } = this;
    return new Bash({
      fs: new ShellFiles(guest.disk),
      cwd: '/',
      // What the shell begins with is exported to its programs; what a single run is given is not.
      env: {
        ...ROOT_ENVIRONMENT,
        HOSTNAME: guest.options.hostname,
        USER: 'root',
        LOGNAME: 'root',
        ...env,
      },
      commands: COMMANDS,
      executionLimits: LIMITS,
      // It patches globals of this process, which others share.
      defenseInDepth: false,
      python: true,
      processInfo: { pid: 1500 + this.runs, ppid: 1, uid: 0, gid: 0 },
      customCommands: Object.entries(this.programs).map(([name, program]) =>
        defineCommand(name, async (args, context) => {
          // What these programs wait for shows by itself: it is time, or the network.
          work.pause();
          try {
            await guest.options.runProgram?.(`${name} ${args.join(' ')}`);
            return await program(args, { guest, context: work.within(context), name, traps });
          } finally {
            work.resume();
          }
        }),
      ),
    });
  }

  private async execute(run: Run, text: string): Promise<number> {
    const { bash, streams, jobs, options } = run;
    const pipes: string[] = [];
    const live = new LiveOutput(
      streams.devices,
      (command) => String(pipes.push(command) - 1),
      (command) => String(jobs.push(command) - 1),
    );
    let isFirst = true;
    bash.registerTransformPlugin({
      name: 'live-output',
      transform: ({ ast }: { ast: ScriptNode }) => {
        const mended = mendScript(ast);
        // Only the script itself; what it runs in turn writes to where the script says.
        if (!isFirst) return { ast: mended };
        isFirst = false;
        const rewritten = live.rewrite(mended);
        run.functions = live.functionText(ast);
        return { ast: rewritten };
      },
    });
    const result = await bash.exec(text, options);
    streams.writeRest(withoutTrace(result.stdout + result.stderr));
    const exitCode = await this.runTraps(run, result.exitCode, result.env);
    const written = [...streams.pipes];
    streams.reset();
    for (const [pipe, chunks] of written)
      await this.pour(run, pipes[Number(pipe)] ?? 'cat', chunks, result.env);
    return exitCode;
  }

  /** What `exec > >(command)` collected, through that command, which may name the script's variables. */
  private async pour(
    { bash, streams, functions, options }: Run,
    command: string,
    chunks: Uint8Array[],
    variables: Record<string, string>,
  ): Promise<void> {
    const stdin = Buffer.concat(chunks).toString('latin1');
    const given = { ...options, env: assignable(variables), stdin, stdinKind: 'bytes' as const };
    const result = await bash.exec(`${functions}\n${command}`, given);
    streams.writeRest(result.stdout + result.stderr);
  }

  /** ERR and EXIT handlers run after the script, with its variables and functions. */
  private async runTraps(
    { bash, traps, streams, functions, options }: Run,
    exitCode: number,
    variables: Record<string, string>,
  ): Promise<number> {
    const failed = exitCode !== 0 && variables.SHELLOPTS?.includes('errexit');
    const handlers = [failed ? traps.get('ERR') : undefined, traps.get('EXIT') ?? traps.get('0')];
    const env = assignable(variables);
    let last = exitCode;
    for (const handler of handlers) {
      if (handler === undefined || handler === '') continue;
      const text = `${functions}\n(exit ${last})\n${handler}\n`;
      const result = await bash.exec(text, { ...options, cwd: variables.PWD ?? options.cwd, env });
      streams.writeRest(result.stdout + result.stderr);
      if (/\bexit\b/.test(`${handler}\n${functions}`) && result.exitCode !== 0) last = result.exitCode;
    }
    return last;
  }
}

/** `#!/bin/bash -xe` sets its options; the line stays one, so that line numbers are right. */
function withShebangOptions(text: string): string {
  const unix = text.replace(/\r\n/g, '\n');
  const options = (/^#!([^\n]*)/.exec(unix)?.[1] ?? '')
    .split(/\s+/)
    .slice(1)
    .filter((word) => /^-[a-km-z]+$/.test(word));
  return options.length === 0 ? unix : unix.replace(/^#![^\n]*/, `set ${options.join(' ')}`);
}

/** Where `set -x` traces `x=$(…)`, no device catches it: it would stand after all that came later. */
function withoutTrace(text: string): string {
  return text.replace(/^\++ .*\n/gm, '');
}

/** bash names itself by its script; just-bash always says `bash`. */
function nameShell(text: string, name: string): string {
  return text.replace(/^bash: (?=(?:line \d+: )?\S+: )/gm, `${name}: `);
}

/** What `declare -p` printed, without what belongs to a shell itself. */
function withoutShellState(declared: string): string {
  const own = declared.replace(/^declare -\S+ (?:BASHOPTS|SHELLOPTS|PIPESTATUS|OPTIND|IFS|\?)=.*\n?/gm, '');
  return `${own}\ncd "$PWD"`;
}

function assignable(variables: Record<string, string>): Record<string, string> {
  const readOnly = new Set(['SHELLOPTS', 'BASHOPTS', 'OPTIND']);
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !readOnly.has(name) && /^\w+$/.test(name)),
  );
}
