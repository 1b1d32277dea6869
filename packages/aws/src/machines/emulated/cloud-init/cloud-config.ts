import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';
import { quoteWord } from '../commands/program';
import type { Disk } from '../disk/disk';
import { findGroup, findUser } from '../system/users';

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

const Names = z
  .union([z.string(), z.array(z.string())])
  .transform((names) => (typeof names === 'string' ? names.split(',') : names).map((name) => name.trim()));

const User = z.looseObject({
  name: z.string(),
  gecos: z.string().optional(),
  groups: Names.optional(),
  primary_group: z.string().optional(),
  homedir: z.string().optional(),
  shell: z.string().optional(),
  uid: z.union([z.string(), z.number()]).optional(),
  system: z.boolean().default(false),
  no_create_home: z.boolean().default(false),
});

const CloudConfig = z.looseObject({
  bootcmd: z.array(Command).default([]),
  runcmd: z.array(Command).default([]),
  packages: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  package_update: z.boolean().default(false),
  package_upgrade: z.boolean().default(false),
  write_files: z.array(WriteFile).default([]),
  hostname: z.string().optional(),
  fqdn: z.string().optional(),
  timezone: z.string().optional(),
  groups: z.array(z.union([z.string(), z.record(z.string(), Names)])).default([]),
  users: z.array(z.union([z.string(), User])).default([]),
  power_state: z.looseObject({ mode: z.enum(['poweroff', 'halt', 'reboot']).default('poweroff') }).optional(),
});

export type CloudConfig = z.infer<typeof CloudConfig>;

/** A cloud-config that cloud-init would not take; the message is for its log. */
export class BadCloudConfig extends Error {
  override readonly name = 'BadCloudConfig';
}

/** Modules that are done here; other keys have no effect, as they have none without a network or a second disk. */
const HONOURED = new Set(Object.keys(CloudConfig.shape));

/** @throws BadCloudConfig */
export function parseCloudConfig(text: string): { config: CloudConfig; missed: readonly string[] } {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw new BadCloudConfig(error instanceof Error ? error.message : String(error));
  }
  const result = CloudConfig.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new BadCloudConfig(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const missed = Object.keys(result.data).filter((key) => !HONOURED.has(key));
  return { config: result.data, missed };
}

/** `runcmd` as the script that cloud-init writes. */
export function commandScript(commands: CloudConfig['runcmd']): string {
  const lines = commands.map((command) =>
    typeof command === 'string' ? command : command.map(quoteWord).join(' '),
  );
  return `#!/bin/sh\n${lines.join('\n')}\n`;
}

/** Groups and users as the commands that cloud-init runs for them. */
export function accountCommands({ groups, users }: CloudConfig): string[][] {
  const entries = groups.flatMap((entry): [string, string[]][] =>
    typeof entry === 'string' ? [[entry, []]] : Object.entries(entry),
  );
  return [
    ...entries.map(([name]) => ['groupadd', '-f', name]),
    // A name alone is the image's own user, which is there.
    ...users.flatMap((user) => (typeof user === 'string' ? [] : [userCommand(user)])),
    ...entries.flatMap(([name, members]) => members.map((member) => ['usermod', '-aG', name, member])),
  ];
}

function userCommand(user: z.infer<typeof User>): string[] {
  const option = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  return [
    'useradd',
    user.name,
    ...option('-c', user.gecos),
    ...option('-g', user.primary_group),
    ...option('-G', user.groups?.join(',')),
    ...option('-d', user.homedir),
    ...option('-s', user.shell),
    ...option('-u', user.uid),
    ...(user.system ? ['-r'] : []),
    ...(user.no_create_home || user.system ? ['-M'] : ['-m']),
  ];
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
