import type { Disk } from '../../disk/disk';
import { BOOT_TARGETS } from '../boot-targets';
import { SystemdError } from '../systemd-error';
import { readUnit, SYSTEM_UNITS, type UnitFile, unitName } from './unit-file';

const NO_INSTALL_CONFIG = [
  'The unit files have no installation config (WantedBy=, RequiredBy=, Also=,',
  'Alias= settings in the [Install] section, and DefaultInstance= for template',
  'units). This means they are not meant to be enabled or disabled using systemctl.',
];

/** The unit files of a disk, and the links among them: what is enabled, and what is masked. */
export class Units {
  constructor(private readonly disk: Disk) {}

  /** The unit of that name; of an alias, the unit that it stands for. */
  find(name: string): UnitFile | undefined {
    const full = unitName(name);
    const direct = readUnit(this.disk, full);
    if (direct === undefined) return undefined;
    const canonical = this.disk.canonical(direct.path).split('/').at(-1);
    return canonical !== undefined && canonical !== full && !canonical.includes('@')
      ? (readUnit(this.disk, canonical) ?? direct)
      : direct;
  }

  /** What boots: units that the disk's `.wants` folders of a boot's targets name, ordered by their `After=`. */
  enabledUnits(): UnitFile[] {
    const names = [...BOOT_TARGETS].flatMap((target) =>
      this.disk.listIfAny(`${SYSTEM_UNITS}/${target}.wants`),
    );
    const units = [...new Set(names)].flatMap((name) => this.find(name) ?? []);
    const ordered: UnitFile[] = [];
    const visit = (unit: UnitFile, path: readonly string[]) => {
      if (ordered.includes(unit) || path.includes(unit.name)) return;
      for (const before of units.filter(({ name }) => unit.after.includes(name)))
        visit(before, [...path, unit.name]);
      ordered.push(unit);
    };
    for (const unit of units) visit(unit, []);
    return ordered;
  }

  /** Whether a boot starts it. */
  isEnabled(unit: UnitFile): boolean {
    return unit.wantedBy.some((target) => this.disk.has(`${SYSTEM_UNITS}/${target}.wants/${unit.name}`));
  }

  /** Whether it is made unstartable. */
  isMasked(name: string): boolean {
    const path = `${SYSTEM_UNITS}/${unitName(name)}`;
    return this.disk.find(path)?.kind === 'device';
  }

  /** @returns the lines that `systemctl enable` prints; the name may be the path of a unit file */
  enable(name: string): string[] {
    const linked = name.startsWith('/') ? this.link(name) : [];
    const unit = this.find(name.split('/').at(-1) ?? '');
    if (this.isMasked(name))
      throw new SystemdError(`Failed to enable unit: Unit file ${unitName(name)} is masked.`, 1);
    if (unit === undefined)
      throw new SystemdError(`Failed to enable unit: Unit file ${unitName(name)} does not exist.`, 1);
    if (unit.wantedBy.length === 0 && unit.alias.length === 0) return [...linked, ...NO_INSTALL_CONFIG];
    const links = [
      ...unit.alias.map((alias) => `${SYSTEM_UNITS}/${alias}`),
      ...unit.wantedBy.map((target) => `${SYSTEM_UNITS}/${target}.wants/${unit.name}`),
    ];
    const made = links.flatMap((link) => {
      if (this.disk.has(link)) return [];
      this.disk.makeDirectory(link.slice(0, link.lastIndexOf('/')));
      this.disk.makeSymlink(unit.path, link);
      return [`Created symlink ${link} → ${unit.path}.`];
    });
    return [...linked, ...made];
  }

  /** @returns the lines that `systemctl disable` prints */
  disable(name: string): string[] {
    const unit = this.find(name);
    if (unit === undefined)
      throw new SystemdError(`Failed to disable unit: Unit file ${unitName(name)} does not exist.`, 1);
    const links = [
      ...unit.wantedBy.map((target) => `${SYSTEM_UNITS}/${target}.wants/${unit.name}`),
      ...unit.alias.map((alias) => `${SYSTEM_UNITS}/${alias}`),
    ];
    return links.flatMap((link) => {
      if (!this.disk.has(link)) return [];
      this.disk.remove(link);
      return [`Removed "${link}".`];
    });
  }

  /** @returns the lines that `systemctl mask` prints */
  mask(name: string): string[] {
    const link = `${SYSTEM_UNITS}/${unitName(name)}`;
    if (this.isMasked(name)) return [];
    if (this.disk.has(link)) throw new SystemdError(`Failed to mask unit: File ${link} already exists.`, 1);
    this.disk.makeSymlink('/dev/null', link);
    return [`Created symlink ${link} → /dev/null.`];
  }

  /** @returns the lines that `systemctl unmask` prints */
  unmask(name: string): string[] {
    const link = `${SYSTEM_UNITS}/${unitName(name)}`;
    if (!this.isMasked(name)) return [];
    this.disk.remove(link);
    return [`Removed "${link}".`];
  }

  private link(path: string): string[] {
    const link = `${SYSTEM_UNITS}/${path.split('/').at(-1)}`;
    if (!this.disk.has(path))
      throw new SystemdError(`Failed to enable unit: File ${path}: No such file or directory`, 1);
    if (this.disk.has(link)) return [];
    this.disk.makeSymlink(path, link);
    return [`Created symlink ${link} → ${path}.`];
  }
}
