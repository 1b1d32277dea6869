import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';
import { quoteWord } from '../commands/program';
import type { Disk } from '../disk';
import { findGroup, findUser } from '../users';

const Command = z.union([z.string(), z.array(z.union([z.string(), z.number()]).transform(String))]);

const WriteFile = z.object({
  path: z.string(),
  content: z.string().default(''),
  encoding: z.string().default('text/plain'),
  permissions: z.union([z.string(), z.number()]).optional(),
  owner: z.string().default('root:root'),
  append: z.boolean().default(false),
});

const CloudConfig = z.looseObject({
  bootcmd: z.array(Command).default([]),
  runcmd: z.array(Command).default([]),
  packages: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  package_update: z.boolean().default(false),
  package_upgrade: z.boolean().default(false),
  write_files: z.array(WriteFile).default([]),
  hostname: z.string().optional(),
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

export function writeConfiguredFile(disk: Disk, file: CloudConfig['write_files'][number]): void {
  const content = decodeContent(file.content, file.encoding);
  const directory = file.path.slice(0, file.path.lastIndexOf('/')) || '/';
  disk.makeDirectory(directory);
  if (file.append) disk.append(file.path, content);
  else disk.write(file.path, content);
  if (file.permissions !== undefined) disk.setMode(file.path, toMode(file.permissions));
  const [user = 'root', group] = file.owner.split(':');
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
