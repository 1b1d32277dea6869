import { gunzipSync } from 'node:zlib';
import { isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { quoteWord } from '../commands/program';
import type { Disk } from '../disk/disk';
import { findGroup, findUser } from '../system/users';
import { Groups, User } from './accounts';
import { Swap } from './volumes';

const Command = z.union([z.string(), z.array(z.union([z.string(), z.number()]).transform(String))]);

const WriteFile = z.object({
  path: z.string(),
  content: z.string().default(''),
  encoding: z.string().default('text/plain'),
  permissions: z.union([z.string(), z.number()]).optional(),
  owner: z.string().default('root:root'),
  append: z.boolean().default(false),
  /** Written when packages are installed and users are there. */
  defer: z.boolean().default(false),
});

const CloudConfig = z.looseObject({
  bootcmd: z.array(Command).default([]),
  runcmd: z.array(Command).default([]),
  packages: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  package_update: z.boolean().default(false),
  package_upgrade: z.boolean().default(false),
  preserve_hostname: z.boolean().default(false),
  locale: z.union([z.string(), z.literal(false)]).optional(),
  write_files: z.array(WriteFile).default([]),
  hostname: z.string().optional(),
  fqdn: z.string().optional(),
  timezone: z.string().optional(),
  groups: Groups.default([]),
  users: z.array(z.union([z.string(), User])).default([]),
  ssh_authorized_keys: z.array(z.string()).default([]),
  swap: Swap.optional(),
  mounts: z.array(z.array(z.unknown())).default([]),
  ntp: z
    .looseObject({ servers: z.array(z.string()).default([]), pools: z.array(z.string()).default([]) })
    .nullable()
    .optional(),
  final_message: z.string().optional(),
  power_state: z.looseObject({ mode: z.enum(['poweroff', 'halt', 'reboot']).default('poweroff') }).optional(),
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
  const document = parseDocument(text);
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

/** @throws BadCloudConfig */
export function checkCloudConfig(value: Record<string, unknown>): CloudConfig {
  const result = CloudConfig.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BadCloudConfig(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** `runcmd` as the script that cloud-init writes. */
export function commandScript(commands: CloudConfig['runcmd']): string {
  const lines = commands.map((command) =>
    typeof command === 'string' ? command : command.map(quoteWord).join(' '),
  );
  return `#!/bin/sh\n${lines.join('\n')}\n`;
}

/** @throws BadCloudConfig when the owner is not there: cloud-init then writes no more files */
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

function decodeContent(content: string, encoding: string): Uint8Array {
  const steps = encoding.toLowerCase();
  const isBase64 = /b64|base64/.test(steps);
  const isGzip = /gz/.test(steps);
  const bytes = Buffer.from(content, isBase64 ? 'base64' : isGzip ? 'latin1' : 'utf8');
  return isGzip ? gunzipSync(bytes) : bytes;
}
