import { quoteWord } from '../commands/program';
import type { System } from '../system/system';
import {
  accountCommands,
  BadCloudConfig,
  type CloudConfig,
  commandScript,
  parseCloudConfig,
  writeConfiguredFile,
} from './cloud-config';
import { readUserData, type UserDataPart } from './user-data';

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

  constructor(private readonly system: System) {
    this.instance = `${CLOUD}/instances/${system.options.instanceId}`;
  }

  async run(): Promise<void> {
    const { system } = this;
    const { disk } = system;
    const isNew = !disk.has(`${this.instance}/sem`);
    disk.makeDirectory(`${this.instance}/sem`);
    disk.makeDirectory(`${this.instance}/scripts`);
    disk.remove(`${CLOUD}/instance`);
    disk.makeSymlink(this.instance, `${CLOUD}/instance`);
    disk.install(`${CLOUD}/data/instance-id`, `${system.options.instanceId}\n`);
    this.banner('init');
    const parts = readUserData(system.options.userData ?? new Uint8Array());
    if (isNew) this.storeUserData(parts);
    const configs = this.readConfigs(parts);
    for (const config of configs) await this.runBootCommands(config);
    this.banner('modules:config');
    if (isNew) for (const config of configs) await this.applyConfig(config);
    this.banner('modules:final');
    if (isNew) await this.runScripts(parts, configs);
    if (system.power.aborted) return;
    system.cloudInit.status = this.failed ? 'error' : 'done';
    this.say(
      `Cloud-init v. ${VERSION} finished at ${system.now().toUTCString().replace('GMT', '+0000')}. Datasource DataSourceEc2.  Up ${system.console.uptime().toFixed(2)} seconds`,
    );
    disk.install(`${this.instance}/boot-finished`, `${system.console.uptime().toFixed(2)}\n`);
    const power = isNew ? configs.findLast(({ power_state }) => power_state)?.power_state : undefined;
    if (power) system.requestPower(power.mode === 'reboot' ? 'reboot' : 'poweroff');
  }

  private banner(stage: string): void {
    const { system } = this;
    const at = system.now().toUTCString().replace('GMT', '+0000');
    this.say(
      `Cloud-init v. ${VERSION} running '${stage}' at ${at}. Up ${system.console.uptime().toFixed(2)} seconds.`,
    );
  }

  private storeUserData(parts: readonly UserDataPart[]): void {
    const { disk, options } = this.system;
    disk.install(`${this.instance}/user-data.txt`, options.userData ?? new Uint8Array(), 0o600);
    for (const part of parts)
      if (part.kind === 'unhandled')
        this.warn(
          '__init__.py',
          `Unhandled non-multipart (${part.type}) userdata: '${Buffer.from(part.start).toString('latin1')}...'`,
        );
  }

  private readConfigs(parts: readonly UserDataPart[]): CloudConfig[] {
    return parts.flatMap((part) => {
      if (part.kind !== 'cloud-config') return [];
      try {
        const { config, missed } = parseCloudConfig(part.text);
        for (const key of missed) this.warn('embedded machine', `cloud-config key ${key} has no effect here`);
        return [config];
      } catch (error) {
        if (!(error instanceof BadCloudConfig)) throw error;
        this.warn('util.py', `Failed loading yaml blob. Invalid format: ${error.message}`);
        this.failed = true;
        return [];
      }
    });
  }

  private async runBootCommands(config: CloudConfig): Promise<void> {
    if (config.bootcmd.length === 0) return;
    const code = await this.runScript(commandScript(config.bootcmd), '/tmp/bootcmd.sh');
    if (code !== 0) this.moduleFailed('bootcmd');
  }

  private async applyConfig(config: CloudConfig): Promise<void> {
    const { system } = this;
    const name = config.fqdn ?? config.hostname;
    if (name !== undefined) system.disk.write('/etc/hostname', `${name}\n`);
    this.writeFiles(config, 'write-files', false);
    const accounts = accountCommands(config);
    if (accounts.length > 0 && (await this.runScript(commandScript(accounts), 'users-groups')) !== 0)
      this.moduleFailed('users-groups');
    if (config.timezone !== undefined)
      await this.runScript(commandScript([['timedatectl', 'set-timezone', config.timezone]]), 'timezone');
    const packages = config.packages.map((entry) => (typeof entry === 'string' ? entry : (entry[0] ?? '')));
    const commands = [
      ...(config.package_upgrade ? [['dnf', '-y', 'upgrade']] : []),
      ...(packages.length > 0 ? [['dnf', '-y', 'install', ...packages]] : []),
    ];
    if (
      commands.length > 0 &&
      (await this.runScript(commandScript(commands), 'package-update-upgrade-install')) !== 0
    ) {
      this.warn(
        'cc_package_update_upgrade_install.py',
        `Failed to install packages: ${JSON.stringify(packages)}`,
      );
      this.moduleFailed('package-update-upgrade-install');
    }
    this.writeFiles(config, 'write-files-deferred', true);
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

  private async runScripts(parts: readonly UserDataPart[], configs: readonly CloudConfig[]): Promise<void> {
    const { disk } = this.system;
    const scripts: { path: string; text: string }[] = [];
    for (const config of configs)
      if (config.runcmd.length > 0) scripts.push({ path: 'runcmd', text: commandScript(config.runcmd) });
    let number = 0;
    for (const part of parts) {
      number += 1;
      if (part.kind === 'script' || part.kind === 'boothook')
        scripts.push({ path: `part-${String(number).padStart(3, '0')}`, text: part.text });
    }
    const failures: string[] = [];
    for (const { path, text } of scripts) {
      disk.install(`${this.instance}/scripts/${path}`, text, 0o700);
      const shown = `${CLOUD}/instance/scripts/${path}`;
      const code = await this.runScript(text, shown);
      if (this.system.power.aborted) return;
      if (code === 0) continue;
      failures.push(path);
      this.warn('util.py', `Failed running ${shown} [${code}]`);
    }
    if (failures.length === 0) return;
    this.warn(
      'cc_scripts_user.py',
      `Failed to run module scripts-user (scripts in ${CLOUD}/instance/scripts)`,
    );
    this.moduleFailed('scripts-user');
  }

  private async runScript(text: string, name: string): Promise<number> {
    const interpreter = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(text);
    const program = interpreter?.[1]?.endsWith('/env') ? interpreter[2] : interpreter?.[1]?.split('/').at(-1);
    if (program === 'python3') return await this.runText(`python3 ${quoteWord(name)}`, name);
    if (program !== undefined && !['bash', 'sh'].includes(program)) {
      this.output(`/usr/bin/env: ‘${program}’: No such file or directory\n`);
      return 127;
    }
    return await this.runText(text, name);
  }

  private async runText(text: string, name: string): Promise<number> {
    const code = await this.system.shell.runScript(text, { name, onOutput: (chunk) => this.output(chunk) });
    this.system.console.endStream();
    return code;
  }

  private moduleFailed(name: string): void {
    this.failed = true;
    const module = `cc_${name.replace(/-/g, '_')}`;
    this.warn(
      'util.py',
      `Running module ${name} (<module 'cloudinit.config.${module}' from '/usr/lib/python3.9/site-packages/cloudinit/config/${module}.py'>) failed`,
    );
  }

  private warn(source: string, message: string): void {
    const at = this.system.now().toISOString().replace('T', ' ').slice(0, 19);
    this.say(`${at},000 - ${source}[WARNING]: ${message}`);
    this.system.disk.append(LOG, `${at},000 - ${source}[WARNING]: ${message}\n`);
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
