import { gunzipSync } from 'node:zlib';
import { isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { quoteWord } from '../commands/program';
import type { Disk } from '../disk/disk';
import { findGroup, findUser } from '../system/users';
import { Groups, User } from './accounts';
import { Swap } from './volumes';

/** A word as YAML reads it; Python writes `True` for what it takes as true. */
const Word = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value ?? 'None')));

const Command = z.union([z.string(), z.array(Word)]);

/** Commands, but for those that a comment left empty. */
const Commands = z
  .array(z.union([Command, z.null()]))
  .transform((commands) => commands.filter((command) => command !== null));

/** Names, or pairs of a name and a version; one name may stand alone. */
const Packages = z
  .union([z.string().transform((name) => [name]), z.array(z.union([z.string(), z.array(Word)])), z.null()])
  .transform((packages) => packages ?? []);

const WriteFile = z.object({
  path: z.string(),
  content: z
    .union([z.string(), z.instanceof(Uint8Array), z.number().transform(String), z.null().transform(() => '')])
    .default(''),
  encoding: z.string().default('text/plain'),
  permissions: z.union([z.string(), z.number()]).optional(),
  owner: z.string().default('root:root'),
  append: z.boolean().default(false),
  /** Written when packages are installed and users are there. */
  defer: z.boolean().default(false),
});

/** Texts that cloud-init takes as true count as such. */
const Flag = z.union([
  z.boolean(),
  z.union([z.string(), z.number()]).transform((value) => /^(?:true|1|on|yes)$/i.test(String(value))),
]);

const CloudConfig = z.looseObject({
  bootcmd: Commands.default([]),
  runcmd: Commands.default([]),
  packages: Packages.default([]),
  package_update: Flag.default(false),
  package_upgrade: Flag.default(false),
  preserve_hostname: Flag.default(false),
  manage_etc_hosts: z.union([z.boolean(), z.string()]).default(false),
  locale: z.union([z.string(), z.literal(false)]).optional(),
  write_files: z.array(WriteFile).default([]),
  hostname: z.string().optional(),
  fqdn: z.string().optional(),
  timezone: z.string().optional(),
  groups: Groups.default([]),
  /** Of the user that an image has from the start, where it is given another name. */
  user: z.union([z.string(), User.partial()]).optional(),
  users: z.array(z.union([z.string(), User])).default([]),
  ssh_authorized_keys: z.array(z.string()).default([]),
  swap: Swap.optional(),
  mounts: z.array(z.array(z.unknown())).default([]),
  ntp: z
    .looseObject({ servers: z.array(z.string()).default([]), pools: z.array(z.string()).default([]) })
    .nullable()
    .optional(),
  final_message: z.string().optional(),
  power_state: z
    .looseObject({
      mode: z.enum(['poweroff', 'halt', 'reboot']).default('poweroff'),
      /** A command that must succeed, or whether it is to be at all. */
      condition: z.union([z.boolean(), Command]).default(true),
    })
    .optional(),
});

export type CloudConfig = z.infer<typeof CloudConfig>;

/** A cloud-config that cloud-init would not take; the message is for its log. */
export class BadCloudConfig extends Error {
  override readonly name = 'BadCloudConfig';
}

/** A key of a cloud-config, and the line on which it stands. */
export interface ConfigKey {
  name: string;
  line: number;
}

/** A cloud-config as it was written, and where its keys stand. */
export interface WrittenConfig {
  value: Record<string, unknown>;
  keys: readonly ConfigKey[];
}

/** @throws BadCloudConfig for what is no YAML, or no map */
export function readCloudConfig(text: string): WrittenConfig {
  // As PyYAML reads it: `0644` is a number of eight, `yes` is true, and of two equal keys the later one counts.
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false });
  const [error] = document.errors;
  if (error) throw new BadCloudConfig(error.message);
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadCloudConfig(`Non-map type found: ${Array.isArray(value) ? 'list' : typeof value}`);
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const keys = pairs.flatMap(({ key }) =>
    isScalar(key)
      ? [{ name: String(key.value), line: text.slice(0, key.range?.[0] ?? 0).split('\n').length }]
      : [],
  );
  return { value: value as Record<string, unknown>, keys };
}

/** A key whose value its module does not take. */
export interface BadKey {
  name: string;
  message: string;
}

/** What a configuration says, and which keys of it are wrong: each module fails for itself, and the others go on. */
export function checkCloudConfig(value: Record<string, unknown>): { config: CloudConfig; bad: BadKey[] } {
  const result = CloudConfig.safeParse(value);
  if (result.success) return { config: result.data, bad: [] };
  const bad = new Map<string, string>();
  for (const { path, message } of result.error.issues) {
    const [name] = path;
    if (name === undefined) throw new BadCloudConfig(message);
    if (bad.has(String(name))) continue;
    const given = JSON.stringify(path.reduce<unknown>(memberOf, value));
    const says =
      message === 'Invalid input'
        ? 'is not valid under any of the given schemas'
        : `is not valid: ${message}`;
    bad.set(String(name), `${path.join('.')}: ${given} ${says}`);
  }
  const good = Object.fromEntries(Object.entries(value).filter(([name]) => !bad.has(name)));
  return {
    config: CloudConfig.parse(good),
    bad: [...bad].map(([name, message]) => ({ name, message })),
  };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** `runcmd` as the script that cloud-init writes. */
export function commandScript(commands: CloudConfig['runcmd']): string {
  const lines = commands.map((command) =>
    typeof command === 'string' ? command : command.map(quoteWord).join(' '),
  );
  return `#!/bin/sh\n${lines.join('\n')}\n`;
}

/** @throws BadCloudConfig for an owner who is not there, and for content that cannot be unpacked: cloud-init then writes no more files */
export function writeConfiguredFile(disk: Disk, file: CloudConfig['write_files'][number]): void {
  const content = decodeContent(file.content, file.encoding);
  const directory = file.path.slice(0, file.path.lastIndexOf('/')) || '/';
  disk.makeDirectory(directory);
  if (file.append) disk.append(file.path, content);
  else disk.write(file.path, content);
  if (file.permissions !== undefined) disk.setMode(file.path, toMode(file.permissions));
  const [user = 'root', group] = file.owner.split(':');
  const unknown = findUser(disk, user) === undefined ? user : undefined;
  if (unknown !== undefined)
    throw new BadCloudConfig(`Unknown user or group: "getpwnam(): name not found: '${unknown}'"`);
  if (group !== undefined && findGroup(disk, group) === undefined)
    throw new BadCloudConfig(`Unknown user or group: "getgrnam(): name not found: '${group}'"`);
  const uid = findUser(disk, user)?.uid;
  const gid = group === undefined ? undefined : findGroup(disk, group)?.gid;
  disk.setOwner(file.path, { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) });
}

/** YAML reads `0644` as the number 420 or the text `0644`, by its version. */
function toMode(permissions: string | number): number {
  return typeof permissions === 'number' ? permissions : Number.parseInt(permissions.replace(/^0o/, ''), 8);
}

function decodeContent(content: string | Uint8Array, encoding: string): Uint8Array {
  const steps = encoding.toLowerCase();
  const isBase64 = /b64|base64/.test(steps);
  const isGzip = /gz/.test(steps);
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content, isBase64 ? 'base64' : isGzip ? 'latin1' : 'utf8')
      : isBase64
        ? Buffer.from(Buffer.from(content).toString('latin1'), 'base64')
        : content;
  if (!isGzip) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new BadCloudConfig(`Failed to unpack content: ${error instanceof Error ? error.message : error}`);
  }
}
