import { createHash } from 'node:crypto';
import { PackageURL } from 'packageurl-js';
import type { Package } from './package';

/** The system that packages are of: `/etc/os-release` of the server. */
export interface System {
  /** `amzn`, `ubuntu` … */
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly kernel?: string;
}

/**
 * Writes the bill of materials of an image.
 *
 * @param build the build that makes the image
 * @returns CycloneDX 1.6 as JSON: https://cyclonedx.org/docs/1.6/json/
 */
export function writeBom(
  build: string,
  system: System,
  packages: readonly Package[],
  madeAt = new Date(),
): string {
  const components = packages.map((one) => describePackage(one, system));
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(build),
    version: 1,
    metadata: {
      timestamp: madeAt.toISOString(),
      component: { 'bom-ref': 'image', type: 'operating-system', name: build, description: system.name },
      properties: system.kernel ? [{ name: 'kiln:kernel', value: system.kernel }] : [],
    },
    components: [...new Map(components.map((one) => [one['bom-ref'], one])).values()],
  };
  return JSON.stringify(bom);
}

function describePackage({ type, name, version, architecture, license, vendor }: Package, system: System) {
  const purl = new PackageURL(
    type,
    type === 'rpm' || type === 'deb' ? system.id || undefined : scopeOf(name),
    type === 'npm' ? name.replace(/^@[^/]+\//, '') : name,
    version,
    architecture ? { arch: architecture } : undefined,
    undefined,
  ).toString();
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    version,
    purl,
    ...(license && { licenses: [{ license: { name: license } }] }),
    ...(vendor && { publisher: vendor }),
  };
}

function scopeOf(name: string): string | undefined {
  return /^(@[^/]+)\//.exec(name)?.[1];
}

/** One of the build's own, the same each time: RFC 4122, by the name. */
function serialNumber(build: string): string {
  const hash = createHash('sha256').update(`kiln ${build}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`;
}

/** Reads `/etc/os-release`. See https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
export function readSystem(text: string | undefined, kernel: string | undefined): System {
  const fields = new Map(
    (text ?? '').split('\n').flatMap((line) => {
      const [, key, value] = /^(\w+)=["']?(.*?)["']?$/.exec(line) ?? [];
      return key ? [[key, value ?? ''] as const] : [];
    }),
  );
  return {
    id: fields.get('ID') ?? '',
    version: fields.get('VERSION_ID') ?? '',
    name: fields.get('PRETTY_NAME') ?? 'Linux',
    ...(kernel && { kernel }),
  };
}
