import { quoteWord } from '../commands/program';
import { refusal } from '../system/refusal';
import type { System } from '../system/system';
import { accountCommands, DEFAULT_USER, renamedUser, writeAuthorizedKeys, writeSudoRules } from './accounts';
import { BootRecord, type Stage } from './boot-record';
import {
  BadCloudConfig,
  type CloudConfig,
  type ConfigKey,
  checkCloudConfig,
  commandScript,
  readCloudConfig,
  writeConfiguredFile,
} from './cloud-config';
import { hostsFile } from './hosts-file';
import { mergeConfigs } from './merge';
import { kindOfKey, moduleOfKey } from './modules';
import { authorizeLaunchKey, makeServerKeys } from './server-keys';
import { type Frequency, readUserData, type UserDataPart } from './user-data';
import { mountsOf, swapCommands, writeFstab } from './volumes';

const VERSION = '22.2.2';
const LOG = '/var/log/cloud-init.log';
const OUTPUT_LOG = '/var/log/cloud-init-output.log';
const CLOUD = '/var/lib/cloud';

/**
 * cloud-init of one boot. What it does once for an instance, it remembers on the disk under the instance's id: so
 * a reboot does not run user data again, and a machine of an image of this disk, whose id is another, does.
 */
export class CloudInit {
  private readonly instance: string;
  private failed = false;
  private readonly refusalsBefore: number;
  private keys = new Map<string, number>();
  private readonly record: BootRecord;

  constructor(private readonly system: System) {
    this.refusalsBefore = system.refusals.length;
    this.instance = `${CLOUD}/instances/${system.options.instanceId}`;
    this.record = new BootRecord(system.disk, () => system.now());
  }

  async run(): Promise<void> {
    const { system } = this;
    const { disk } = system;
    this.record.begin('init-local');
    const isNew = !disk.has(`${this.instance}/sem`);
    disk.makeDirectory(`${this.instance}/sem`);
    disk.makeDirectory(`${this.instance}/scripts`);
    disk.remove(`${CLOUD}/instance`);
    disk.makeSymlink(this.instance, `${CLOUD}/instance`);
    disk.install(`${CLOUD}/data/instance-id`, `${system.options.instanceId}\n`);
    this.banner('init');
    makeServerKeys(system, isNew);
    if (isNew) authorizeLaunchKey(system);
    const parts = readUserData(system.options.userData ?? new Uint8Array());
    if (isNew) this.storeUserData(parts);
    const config = this.readConfig(parts);
    if (!this.isRefused) await this.runBootHooks(parts);
    if (!this.isRefused) await this.runBootCommands(config);
    if (isNew && !this.isRefused) this.setName(config);
    this.banner('modules:config');
    if (isNew && !this.isRefused) await this.applyConfig(config);
    this.banner('modules:final');
    if (isNew && this.isRefused) this.tellRefusals();
    else {
      await this.runFrequentScripts(isNew);
      if (isNew && !system.power.aborted) await this.runScripts(parts, config);
    }
    if (system.power.aborted) return;
    if (config.final_message !== undefined) this.say(this.fillIn(config.final_message));
    else
      this.say(
        `Cloud-init v. ${VERSION} finished at ${system.now().toUTCString().replace('GMT', '+0000')}. Datasource DataSourceEc2.  Up ${system.console.uptime().toFixed(2)} seconds`,
      );
    disk.install(`${this.instance}/boot-finished`, `${system.console.uptime().toFixed(2)}\n`);
    this.record.finish();
    system.cloudInit.status = this.failed ? 'error' : 'done';
    const power = isNew && !this.isRefused ? config.power_state : undefined;
    if (power && (await this.holds(power.condition)))
      system.requestPower(power.mode === 'reboot' ? 'reboot' : 'poweroff');
  }

  /** `condition` of `power_state`. */
  private async holds(condition: boolean | string | readonly string[]): Promise<boolean> {
    if (typeof condition === 'boolean') return condition;
    const command = typeof condition === 'string' ? condition : condition.map(quoteWord).join(' ');
    return (await this.runScript(`#!/bin/sh\n${command}\n`, 'cloud-config: power_state')) === 0;
  }

  /** Whether something was asked for before the scripts that only this machine does not have: then nothing else is done. */
  private get isRefused(): boolean {
    return this.system.refusals.length > this.refusalsBefore;
  }

  /** Where the words of scripts stand, since who looks there must know why there are none. */
  private tellRefusals(): void {
    for (const { says } of this.system.refusals.slice(this.refusalsBefore)) this.say(says);
    this.failScripts([]);
  }

  private refuse(where: string, what: string): void {
    this.system.refusals.push({ what, says: refusal(where, what) });
  }

  /** `$version`, `$uptime` and others of `final_message`. */
  private fillIn(message: string): string {
    const { system } = this;
    const values: Readonly<Record<string, string>> = {
      version: VERSION,
      uptime: system.console.uptime().toFixed(2),
      timestamp: system.now().toUTCString().replace('GMT', '+0000'),
      datasource: 'DataSourceEc2',
    };
    return message.replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, braced?: string, plain?: string) => values[(braced ?? plain ?? '').toLowerCase()] ?? whole,
    );
  }

  private banner(stage: 'init' | 'modules:config' | 'modules:final'): void {
    const { system } = this;
    this.record.begin(stage.replace(':', '-') as Stage);
    const at = system.now().toUTCString().replace('GMT', '+0000');
    const line = `Cloud-init v. ${VERSION} running '${stage}' at ${at}. Up ${system.console.uptime().toFixed(2)} seconds.`;
    this.say(line);
    this.log('util.py', 'DEBUG', line);
  }

  private storeUserData(parts: readonly UserDataPart[]): void {
    const { disk, options } = this.system;
    disk.install(`${this.instance}/user-data.txt`, options.userData ?? new Uint8Array(), 0o600);
    parts.forEach((part, index) => {
      if (part.kind === 'frequent-script')
        disk.install(`${CLOUD}/scripts/${part.frequency}/${fileOf(part, index)}`, part.text, 0o700);
      if (part.kind === 'unhandled')
        this.warn(
          '__init__.py',
          `Unhandled ${part.type === 'text/x-not-multipart' ? 'non-multipart' : 'unknown content-type'} (${part.type}) userdata: '${Buffer.from(part.start).toString('latin1')}...'`,
        );
      if (part.kind === 'lacking')
        this.refuse(`part ${index + 1} of the user data: `, `user data of the type ${part.type}`);
    });
  }

  /** One configuration of those of all parts. */
  private readConfig(parts: readonly UserDataPart[]): CloudConfig {
    const written = parts.flatMap((part) => {
      if (part.kind !== 'cloud-config') return [];
      try {
        const { value, keys } = readCloudConfig(part.text);
        for (const key of keys) this.lookAtKey(key);
        return [{ value, ...(part.merging !== undefined && { merging: part.merging }) }];
      } catch (error) {
        this.failConfig(error);
        return [];
      }
    });
    const { config, bad } = checkCloudConfig(mergeConfigs(written));
    for (const { name, message } of bad) {
      this.warn('schema.py', `Invalid cloud-config provided:\n${message}`);
      this.moduleFailed(moduleOfKey(name), `TypeError('${message}')`);
    }
    return config;
  }

  private failConfig(error: unknown): void {
    if (!(error instanceof BadCloudConfig)) throw error;
    this.warn('util.py', `Failed loading yaml blob. Invalid format: ${error.message}`);
    this.failed = true;
    this.record.fail(`Failed loading yaml blob. Invalid format: ${error.message}`);
  }

  private lookAtKey({ name, line }: ConfigKey): void {
    this.keys.set(name, line);
    const kind = kindOfKey(name);
    if (kind === 'lacking') this.refuse(`cloud-config: line ${line}: `, `cloud-config module for ${name}`);
    if (kind === 'unknown')
      this.warn(
        'schema.py',
        `Invalid cloud-config provided:\nAdditional properties are not allowed ('${name}' was unexpected)`,
      );
  }

  private async runBootHooks(parts: readonly UserDataPart[]): Promise<void> {
    for (const [index, part] of parts.entries()) {
      if (part.kind !== 'boothook') continue;
      const name = fileOf(part, index);
      this.system.disk.install(`${this.instance}/boothooks/${name}`, part.text, 0o700);
      const code = await this.runScript(part.text, `${CLOUD}/instance/boothooks/${name}`);
      if (code !== 0)
        this.warn(
          'boot_hook.py',
          `Boothooks script ${CLOUD}/instance/boothooks/${name} execution error [${code}]`,
        );
    }
  }

  private async runBootCommands(config: CloudConfig): Promise<void> {
    if (config.bootcmd.length === 0) return;
    const code = await this.runScript(commandScript(config.bootcmd), '/tmp/bootcmd.sh');
    if (code !== 0) this.moduleFailed('bootcmd');
  }

  private setName(config: CloudConfig): void {
    const name = config.fqdn ?? config.hostname;
    const { disk, options } = this.system;
    if (name !== undefined && !config.preserve_hostname) disk.write('/etc/hostname', `${name}\n`);
    const hosts = hostsFile(config.manage_etc_hosts, disk.readText('/etc/hosts'), name ?? options.hostname);
    if (hosts !== undefined) disk.write('/etc/hosts', hosts);
  }

  private async applyConfig(config: CloudConfig): Promise<void> {
    const { disk } = this.system;
    this.writeFiles(config, 'write-files', false);
    const renamed = renamedUser(config.user);
    const users = [...(renamed ? [renamed] : []), ...config.users];
    const accounts = accountCommands(disk, config.groups, users);
    if (!(await this.runModule('users-groups', 'users', accounts))) return;
    writeSudoRules(disk, users);
    for (const user of users)
      if (typeof user !== 'string') writeAuthorizedKeys(disk, user.name, user.ssh_authorized_keys);
    writeAuthorizedKeys(disk, renamed?.name ?? DEFAULT_USER, config.ssh_authorized_keys);
    if (!(await this.runModule('mounts', config.swap ? 'swap' : 'mounts', this.volumeCommands(config))))
      return;
    if (config.ntp) {
      const lines = [
        ...config.ntp.servers.map((host) => `server ${host} iburst`),
        ...config.ntp.pools.map((host) => `pool ${host} iburst`),
      ];
      if (lines.length > 0) disk.append('/etc/chrony.conf', `${lines.join('\n')}\n`);
    }
    const settings = [
      ...(config.timezone === undefined ? [] : [['timedatectl', 'set-timezone', config.timezone]]),
      ...(config.locale ? [['localectl', 'set-locale', config.locale]] : []),
    ];
    if (!(await this.runModule('timezone', 'timezone', settings))) return;
    if (!(await this.installPackages(config))) return;
    this.writeFiles(config, 'write-files-deferred', true);
  }

  private volumeCommands({ swap, mounts }: CloudConfig): string[][] {
    const commands = swap === undefined ? [] : swapCommands(swap);
    writeFstab(this.system.disk, commands.length > 0 ? swap?.filename : undefined, mounts);
    const folders = mountsOf(mounts)
      .map(([, target]) => String(target))
      .filter((target) => target.startsWith('/'));
    return [
      ...commands,
      ...folders.map((folder) => ['mkdir', '-p', folder]),
      ...(mountsOf(mounts).length > 0 ? [['mount', '-a']] : []),
    ];
  }

  private async installPackages(config: CloudConfig): Promise<boolean> {
    const packages = config.packages.map((entry) => (typeof entry === 'string' ? entry : entry.join('-')));
    const upgrade = config.package_upgrade ? [['dnf', '-y', 'upgrade']] : [];
    const commands = [...upgrade, ...(packages.length > 0 ? [['dnf', '-y', 'install', ...packages]] : [])];
    const goesOn = await this.runModule('package-update-upgrade-install', 'packages', commands, () =>
      this.warn(
        'cc_package_update_upgrade_install.py',
        `Failed to install packages: ${JSON.stringify(packages)}`,
      ),
    );
    return goesOn;
  }

  /**
   * Runs the commands of a module; a failure is told as cloud-init does.
   * @param key whose line a refusal names
   * @returns false when this machine does not have what the commands ask for: then nothing else is done
   */
  private async runModule(
    module: string,
    key: string,
    commands: readonly string[][],
    onFailure: () => void = () => {},
  ): Promise<boolean> {
    if (commands.length === 0) return true;
    const line = this.keys.get(key);
    // Each command is on a line of its own, but the configuration names them all under one key.
    const text = `#!/bin/sh\n${commands.map((command) => command.map(quoteWord).join(' ')).join('; ')}\n`;
    const code = await this.runScript(text, `cloud-config: ${key}`, line === undefined ? 0 : line - 2);
    if (code !== 0) {
      onFailure();
      this.moduleFailed(module);
    }
    return !this.isRefused;
  }

  private writeFiles(config: CloudConfig, module: string, deferred: boolean): void {
    try {
      for (const file of config.write_files)
        if (file.defer === deferred) writeConfiguredFile(this.system.disk, file);
    } catch (error) {
      if (!(error instanceof BadCloudConfig)) throw error;
      this.warn('util.py', error.message);
      this.moduleFailed(module);
    }
  }

  /** What stands under `/var/lib/cloud/scripts`, from user data or from an image. */
  private async runFrequentScripts(isNew: boolean): Promise<void> {
    const { disk } = this.system;
    const once = `${CLOUD}/sem/config_scripts_per_once.once`;
    const due: readonly Frequency[] = [
      ...(disk.has(once) ? [] : (['per-once'] as const)),
      'per-boot',
      ...(isNew ? (['per-instance'] as const) : []),
    ];
    disk.makeDirectory(`${CLOUD}/sem`);
    disk.install(once, '');
    for (const frequency of due) {
      const folder = `${CLOUD}/scripts/${frequency}`;
      const failures: string[] = [];
      for (const name of [...disk.listIfAny(folder)].sort()) {
        const path = `${folder}/${name}`;
        const node = disk.find(path);
        if (node?.kind !== 'file' || (node.mode & 0o111) === 0) continue;
        const code = await this.runScript(disk.readText(path), path);
        if (this.system.power.aborted) return;
        if (code !== 0) failures.push(`Failed running ${path} [${code}]`);
      }
      for (const failure of failures) this.warn('util.py', failure);
      if (failures.length > 0) this.moduleFailed(`scripts-${frequency}`, runpartsError(failures));
    }
  }

  private async runScripts(parts: readonly UserDataPart[], config: CloudConfig): Promise<void> {
    const { disk } = this.system;
    const scripts = new Map<string, string>();
    for (const [index, part] of parts.entries())
      if (part.kind === 'script') scripts.set(fileOf(part, index), part.text);
    if (config.runcmd.length > 0) scripts.set('runcmd', commandScript(config.runcmd));
    const failures: string[] = [];
    // As run-parts has it: by their names, so that a part comes before runcmd, and one named setup.sh after it.
    for (const [path, text] of [...scripts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      disk.install(`${this.instance}/scripts/${path}`, text, 0o700);
      const shown = `${CLOUD}/instance/scripts/${path}`;
      const code = await this.runScript(text, shown);
      if (this.system.power.aborted) return;
      if (code !== 0) failures.push(`Failed running ${shown} [${code}]`);
      if (this.isRefused) break;
    }
    // What runs beside a script may ask for what is not there, too.
    if (failures.length > 0 || this.isRefused) this.failScripts(failures);
  }

  private failScripts(failures: readonly string[]): void {
    for (const failure of failures) this.warn('util.py', failure);
    this.warn(
      'cc_scripts_user.py',
      `Failed to run module scripts-user (scripts in ${CLOUD}/instance/scripts)`,
    );
    this.moduleFailed('scripts-user', runpartsError(failures));
  }

  private async runScript(text: string, name: string, linesBefore = 0): Promise<number> {
    const interpreter = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(text);
    const program = interpreter?.[1]?.endsWith('/env') ? interpreter[2] : interpreter?.[1]?.split('/').at(-1);
    if (program === 'python3') return await this.runText(`python3 ${quoteWord(name)}`, name);
    if (program !== undefined && !['bash', 'sh'].includes(program)) {
      this.output(`/usr/bin/env: ‘${program}’: No such file or directory\n`);
      return 127;
    }
    return await this.runText(text, name, linesBefore);
  }

  private async runText(text: string, name: string, linesBefore = 0): Promise<number> {
    const onOutput = (chunk: string) => this.output(chunk);
    const code = await this.system.shell.runScript(text, { name, linesBefore, onOutput });
    this.system.console.endStream();
    return code;
  }

  private moduleFailed(
    name: string,
    reason = "ProcessExecutionError('Unexpected error while running command.')",
  ): void {
    this.failed = true;
    this.record.fail(`('${name}', ${reason})`);
    const module = `cc_${name.replace(/-/g, '_')}`;
    this.warn(
      'util.py',
      `Running module ${name} (<module 'cloudinit.config.${module}' from '/usr/lib/python3.9/site-packages/cloudinit/config/${module}.py'>) failed`,
    );
  }

  private warn(source: string, message: string): void {
    const at = this.system.now().toISOString().replace('T', ' ').slice(0, 19);
    this.say(`${at},000 - ${source}[WARNING]: ${message}`);
    this.log(source, 'WARNING', message);
  }

  private log(source: string, level: 'DEBUG' | 'WARNING', message: string): void {
    const at = this.system.now().toISOString().replace('T', ' ').slice(0, 19);
    this.system.disk.append(LOG, `${at},000 - ${source}[${level}]: ${message}\n`);
  }

  private say(line: string): void {
    this.output(`${line}\n`);
  }

  private output(chunk: string): void {
    if (chunk === '') return;
    this.system.console.stream('cloud-init[1534]', chunk);
    this.system.disk.append(OUTPUT_LOG, chunk);
    this.system.journal.write('cloud-init[1534]', chunk, 'cloud-final.service');
  }
}

/** The name of a part's file. @param index of the part, from 0 */
function fileOf({ filename }: UserDataPart, index: number): string {
  return filename ?? `part-${String(index + 1).padStart(3, '0')}`;
}

/** As cloud-init says which of the scripts failed. */
function runpartsError(failures: readonly string[]): string {
  const names = failures.map((failure) => /scripts\/(\S+) \[/.exec(failure)?.[1] ?? '').filter(Boolean);
  return `RuntimeError('Runparts: ${names.length} failures (${names.join(', ')}) in ${names.length} attempted commands')`;
}
