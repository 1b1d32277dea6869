import type { DiskSnapshot } from './disk-snapshot';
import type { MachineOptions } from './machine-options';

/** As images and instance types name it. */
export type Architecture = 'x86_64' | 'arm64';

/** The images of Amazon Linux 2023: the minimal one lacks the agent of Systems Manager. */
export type Edition = 'standard' | 'minimal';

/** Runs the inside of instances. Whoever has instances has an engine, and makes their machines with it. */
export interface MachineEngine {
  readonly name: 'emulated';
  /** What the root volume of Amazon Linux 2023 holds; the same snapshot each time. */
  baseImage(architecture: Architecture, edition?: Edition): DiskSnapshot;
  create(options: MachineOptions): Machine;
}

/** A script that something on the machine runs as root, as an agent does. */
export interface AgentScript {
  /** Where it is written, as in `/var/lib/agent/_script.sh`; what it writes is kept beside it, in `stdout` and `stderr`. */
  readonly path: string;
  readonly text: string;
  readonly workingDirectory: string;
  /** All that it has in its environment, beside what the shell itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills it. */
  readonly signal: AbortSignal;
}

/** What became of a script. */
export interface ScriptOutcome {
  /** 137 of one that was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The inside of one instance: a disk, and while it runs an operating system with its services. */
export interface Machine {
  /**
   * Boots: kernel, enabled services, cloud-init. Resolves when cloud-init is done, or the machine was stopped
   * meanwhile. A script that fails is no failure of the boot.
   * @throws Error when it runs already, or was terminated
   */
  boot(): Promise<void>;
  /** Stops in order: services end, requests in flight are answered, the disk stays. */
  stop(): Promise<void>;
  /** Cuts the power: every connection breaks at once. The machine never boots again. */
  terminate(): Promise<void>;
  /** Of the disk as it is now; the machine may run meanwhile. */
  snapshot(): DiskSnapshot;
  /** Since when a service of the operating system runs, as `amazon-ssm-agent`; undefined for one that does not. */
  activeSince(service: string): Date | undefined;
  /** Runs a script. Undefined where the machine stopped before it ended, or does not run: nobody is there to tell. */
  runScript(script: AgentScript): Promise<ScriptOutcome | undefined>;
  /** What GetConsoleOutput shows: the last 64 KB. */
  console(): string;
}
