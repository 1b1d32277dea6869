import type { ServerPrograms } from '../../../core/ports';
import type { MachineOptions } from '../../machine-options';
import { InstanceMetadata } from '../../metadata/instance-metadata';
import { quoteWord } from '../commands/program';
import { PROGRAMS } from '../commands/programs';
import type { Disk } from '../disk/disk';
import { GuestNetwork } from '../network/guest-network';
import { Ports } from '../network/ports';
import { Shell } from '../shell/shell';
import { startProgram } from '../systemd/programs';
import { Systemd } from '../systemd/systemd';
import type { UnitFile } from '../systemd/units/unit-file';
import { type Daemon, LackingFeature } from './daemon';
import type { Guest, PowerAction, Refusal } from './guest';
import { Journal } from './journal';
import { refusal } from './refusal';
import type { SerialConsole } from './serial-console';

/** The running operating system: all that is gone when the machine stops. */
export class System implements Guest {
  readonly bootedAt: Date;
  readonly journal: Journal;
  readonly ports: Ports;
  readonly network: GuestNetwork;
  readonly systemd: Systemd;
  readonly shell: Shell;
  readonly now: () => Date;
  readonly power: AbortSignal;
  readonly cloudInit = { status: 'running' as 'running' | 'done' | 'error', done: Promise.resolve() };
  readonly refusals: Refusal[] = [];
  private readonly controller = new AbortController();

  constructor(
    readonly options: MachineOptions,
    readonly disk: Disk,
    readonly console: SerialConsole,
    private readonly onPower: (action: PowerAction) => void,
  ) {
    this.now = options.now;
    this.power = this.controller.signal;
    this.bootedAt = options.now();
    this.journal = new Journal(options.now, disk);
    this.ports = new Ports(options.onListen, options.onClose);
    this.network = new GuestNetwork(options, new InstanceMetadata(options), this.ports, this.power, disk);
    this.shell = new Shell(this, PROGRAMS);
    const clock = {
      bootedAt: this.bootedAt,
      now: options.now,
      sleep: (seconds: number, signal?: AbortSignal) => this.sleep(seconds, signal),
    };
    this.systemd = new Systemd(disk, this.journal, clock, {
      start: (unit, argv) => this.startUnit(unit, argv),
      run: (unit, argv) => this.runInUnit(unit, argv),
      refuse: (unit, what) => this.refuse(unit, what),
    });
  }

  get work(): MachineOptions['work'] {
    return this.options.work;
  }

  get programs(): ServerPrograms | undefined {
    return this.options.programs;
  }

  get hostname(): string {
    return this.options.hostname.split('.')[0] ?? this.options.hostname;
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return this.options.sleep(seconds, signal ? AbortSignal.any([signal, this.power]) : this.power);
  }

  requestPower(action: PowerAction): void {
    this.onPower(action);
  }

  /** Services end in order, then everything else at once. */
  async stop(): Promise<void> {
    try {
      await this.systemd.stopAll();
    } finally {
      await this.halt();
    }
  }

  /** As if the power were cut. */
  async halt(): Promise<void> {
    this.controller.abort(new Error('the machine stopped'));
    await this.ports.closeAllAtOnce();
  }

  /** What a unit cannot do here is told on the console: systemctl hides what a program says. */
  private async startUnit(unit: UnitFile, argv: readonly string[]): Promise<Daemon> {
    const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof LackingFeature) this.refuse(unit, error.what);
        throw error;
      }
    };
    const daemon = await refusing(() =>
      startProgram(this, unit, argv, (of, words) => this.startScript(of, words)),
    );
    const reload = daemon.reload?.bind(daemon);
    return reload === undefined ? daemon : Object.assign(daemon, { reload: () => refusing(reload) });
  }

  private refuse(unit: UnitFile, what: string): void {
    const says = refusal(`${unit.name}: `, what);
    this.refusals.push({ what, says });
    this.journal.write('systemd[1]', says, unit.name);
    this.tellRefusal(says);
  }

  /** With the output of user data, where people look for why a site does not come up. */
  private tellRefusal(says: string): void {
    this.console.stream('cloud-init[1534]', `${says}\n`);
  }

  private startScript(unit: UnitFile, argv: readonly string[]): Daemon {
    const stopped = new AbortController();
    const ended = this.runInUnit(unit, argv, stopped.signal);
    return {
      ended,
      stop: async () => stopped.abort(new Error(`${unit.name} stopped`)),
    };
  }

  private async runInUnit(unit: UnitFile, argv: readonly string[], signal?: AbortSignal): Promise<number> {
    const identifier = argv[0]?.split('/').at(-1) ?? unit.name;
    return await this.shell.runScript(`${argv.map(quoteWord).join(' ')}\n`, {
      name: identifier,
      cwd: this.disk.has(unit.workingDirectory) ? unit.workingDirectory : '/',
      env: unit.environment,
      ...(signal && { signal }),
      onRefusal: (says) => this.tellRefusal(says),
      onOutput: (text) => {
        if (text === '') return;
        if (unit.outputFile === undefined) this.journal.write(identifier, text, unit.name);
        else if (this.disk.has(unit.outputFile.replace(/\/[^/]*$/, '/')))
          this.disk.append(unit.outputFile, text);
      },
    });
  }
}
