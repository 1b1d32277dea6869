import { Bash, type CommandName, defineCommand, getCommandNames, parse, type ScriptNode } from 'just-bash';
import { fail, type Programs } from '../commands/program';
import { DiskError } from '../disk/disk-error';
import { LACKING_STATUS } from '../system/daemon';
import type { Guest } from '../system/guest';
import { refusal } from '../system/refusal';
import { LINE_DESCRIPTOR, LiveOutput } from './live-output';
import { OutputStreams, type Stream } from './output-streams';
import { mendScript } from './script-mending';
import { nameScript } from './script-name';
import { ShellFiles } from './shell-files';
import { ShellWork } from './shell-work';
import { completeScript } from './syntax';

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

/** Turns of the event loop in which what a script started beside itself begins, before the script is over. */
const BEGINNING = 20;

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
  /** Whether `env` is all that it has: nothing of what a login of root has. */
  bare?: boolean;
  /** Stops the script at its next command. */
  signal?: AbortSignal;
  /** Lines of a larger script that stand before this one. */
  linesBefore?: number;
  /** Output and errors in the order in which they were written. */
  onOutput: (text: string, stream: Stream) => void;
  /** Told what this machine could not do, where the output is not seen on the console. */
  onRefusal?: (says: string) => void;
}

/** Handlers that `trap` set, by signal. */
type Traps = Map<string, string>;

/** Programs by which one knows that a script was written for another distribution. */
const OF_DEBIAN = new Set(
  `apt apt-get apt-cache apt-key apt-mark add-apt-repository dpkg dpkg-reconfigure debconf-set-selections a2enmod a2dismod a2ensite a2dissite
  a2enconf phpenmod ufw snap update-rc.d adduser addgroup netplan do-release-upgrade`.split(/\s+/),
);

/** What programs know of the script that runs them, and tell it. */
interface Scene {
  traps: Traps;
  /** Where the script is. */
  line: number | undefined;
  /** Whether the script was ended for what this machine cannot do. */
  isRefused: boolean;
  refuse(what: string): void;
}

interface Job {
  text: string;
  line: number;
}

interface Run {
  /** What the script calls itself. */
  name: string;
  bash: Bash;
  traps: Traps;
  streams: OutputStreams;
  /** Commands that the script runs beside itself, and its functions, which they may call. */
  jobs: Job[];
  functions: string;
  linesBefore: number;
  /** Whether it has no home: just-bash gives one to every shell. */
  isHomeless: boolean;
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
    {
      name,
      cwd = '/',
      env,
      bare,
      signal: own,
      linesBefore = 0,
      onOutput,
      onRefusal = () => {},
    }: ScriptOptions,
  ): Promise<number> {
    this.runs += 1;
    const refused = new AbortController();
    const signal = AbortSignal.any([refused.signal, this.guest.power, ...(own ? [own] : [])]);
    const jobs: Job[] = [];
    const script = completeScript(withShebangOptions(text));
    const streams = new OutputStreams(
      this.guest.disk,
      this.runs,
      /\bset\s+(?:\S+\s+)*[-+]\w*x|\bxtrace\b/.test(script),
      (output, stream) => onOutput(nameShell(output, name), stream),
      (job, variables) => this.startJob(jobs[job], run.functions, variables, { name, onOutput }),
    );
    const scene: Scene = {
      traps: new Map(),
      line: undefined,
      isRefused: false,
      refuse: (what) => {
        const at = scene.line === undefined ? '' : `line ${scene.line}: `;
        const says = refusal(`${name}: ${at}`, what);
        scene.isRefused = true;
        streams.writeAloud(`${says}\n`);
        this.guest.refusals.push({ what, says });
        onRefusal(says);
        refused.abort(new Error(says));
      },
    };
    const work = new ShellWork(this.guest.options.work);
    work.resume();
    const run: Run = {
      name,
      bash: this.openBash(scene, { ...this.loginEnvironment(bare), ...env }, work),
      traps: scene.traps,
      streams,
      jobs,
      functions: '',
      linesBefore,
      isHomeless: bare === true && env?.HOME === undefined,
      options: { rawScript: true, cwd, env: { ...(!bare && ROOT_ENVIRONMENT), ...env }, signal },
    };
    const ended = () => (scene.isRefused ? LACKING_STATUS : STOPPED);
    try {
      const exitCode = await this.execute(run, script);
      if (jobs.length > 0) await letJobsBegin();
      return signal.aborted ? ended() : exitCode;
    } catch (error) {
      if (signal.aborted) return ended();
      // A command of just-bash that did not expect it; the script ends, the machine does not.
      if (!(error instanceof DiskError)) throw error;
      onOutput(`${name}: ${error.message}\n`, 'stderr');
      return 1;
    } finally {
      work.pause();
      streams.close();
    }
  }

  /** Runs beside the script that started it, and on when that ended. */
  private startJob(job: Job | undefined, functions: string, variables: string, options: ScriptOptions): void {
    if (job === undefined) return;
    const before = `${withoutShellState(variables)}\n${functions}\n`;
    const linesBefore = job.line - before.split('\n').length;
    this.runScript(`${before}${job.text}`, { ...options, linesBefore }).catch((error: unknown) => {
      options.onOutput(
        `${options.name}: ${error instanceof Error ? error.message : String(error)}\n`,
        'stderr',
      );
    });
  }

  private loginEnvironment(isBare = false): Readonly<Record<string, string>> {
    if (isBare) return {};
    return {
      ...ROOT_ENVIRONMENT,
      HOSTNAME: this.guest.options.hostname,
      USER: 'root',
      LOGNAME: 'root',
    };
  }

  private openBash(scene: Scene, env: Record<string, string>, work: ShellWork): Bash {
    const { guest } = this;
    return new Bash({
      fs: new ShellFiles(guest.disk),
      cwd: '/',
      // What the shell begins with is exported to its programs; what a single run is given is not.
      env,
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
            const line = context.fileDescriptors?.get(LINE_DESCRIPTOR);
            if (line !== undefined) scene.line = Number(line);
            await guest.options.runProgram?.(`${name} ${args.join(' ')}`);
            const { traps } = scene;
            const lacks = (what: string) => {
              scene.refuse(what);
              return fail(LACKING_STATUS);
            };
            return await program(args, { guest, context: work.within(context), name, traps, lacks });
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
      (text, line) => String(jobs.push({ text, line }) - 1),
    );
    let isFirst = true;
    bash.registerTransformPlugin({
      name: 'live-output',
      transform: ({ ast }: { ast: ScriptNode }) => {
        let mended = mendScript(ast);
        // Only the script itself; what it runs in turn writes to where the script says.
        if (!isFirst) return { ast: mended };
        isFirst = false;
        mended = nameScript(mended, run.name);
        if (run.isHomeless) mended.statements.unshift(...parse('unset HOME').statements);
        const rewritten = live.rewrite(mended, run.linesBefore);
        run.functions = live.functionText(ast);
        return { ast: rewritten };
      },
    });
    const result = await bash.exec(text, options);
    // Of a script that was ended, what is left is the interpreter's own word of that.
    if (options.signal.aborted) return result.exitCode;
    streams.writeRest(withoutTrace(result.stdout), withoutTrace(result.stderr));
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
    streams.writeRest(result.stdout, result.stderr);
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
      streams.writeRest(result.stdout, result.stderr);
      if (/\bexit\b/.test(`${handler}\n${functions}`) && result.exitCode !== 0) last = result.exitCode;
    }
    return last;
  }
}

async function letJobsBegin(): Promise<void> {
  for (let turn = 0; turn < BEGINNING; turn += 1) await new Promise((resolve) => setImmediate(resolve));
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
  const named = text.replace(/^bash: (?=line \d+: |\S+: )/gm, `${name}: `);
  // Much is printed, and nearly never that; looking for where it begins takes its time.
  if (!named.includes(NOT_FOUND)) return named;
  return named.replace(
    /^(.*?)(\S+): command not found\n/gm,
    (said: string, where: string, program: string) =>
      OF_DEBIAN.has(program)
        ? `${said}${where}the emulated machine has no ${program}: it is Amazon Linux 2023; Ubuntu and Debian have\n`
        : said,
  );
}

const NOT_FOUND = ': command not found\n';

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
