import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseReport } from '../../../src/server/command/report';
import { encode } from '../../../src/server/scripts';
import { makeFolder } from '../pipeline/folders';
import { readScripts } from './scripts';

/** How a script ended on the bash of this machine, with what it told and which files it was handed. */
export interface Ran {
  status: number | null;
  told: readonly { name: string; text: string }[];
  errors: string;
}

/**
 * Runs a script of ours on the bash and the tools of this machine, which it must not touch: what it looks at is below a folder, and its
 * commands are others where a test gives them.
 *
 * @param name those that only look; `prepare` finds no command but those of the test, so that it can take nothing away
 * @param before lines of the shell before it: its variables
 * @param commands scripts by the names of the commands that they take the place of
 * @param files what is on the server, by path
 * @param mounts lines of /proc/mounts
 */
export function runOnBash(
  name: 'prepare' | 'secrets' | 'tests',
  before: string,
  {
    commands = {},
    files = {},
    mounts = '/dev/xvda1 / xfs rw 0 0\n',
  }: { commands?: Record<string, string>; files?: Record<string, string>; mounts?: string } = {},
): Ran {
  const root = makeFolder({ 'disk/etc/os-release': 'ID=amzn\n', mounts, ...prefixed('disk', files) });
  const bin = makeFolder({ find: FIND, ...commands });
  for (const command of ['find', ...Object.keys(commands)]) chmodSync(join(bin, command), 0o755);
  for (const folder of ['run', 'work']) mkdirSync(join(root, folder));
  const scripts = readScripts();
  const text = ['report', name].map((part) => scripts[`src/server/scripts/${part}.sh`] ?? '').join('');
  const script = `${before}\n${text}`
    .replaceAll('/proc/mounts', `${root}/mounts`)
    .replaceAll('/run/kiln-prepared', `${root}/disk/run/kiln-prepared`)
    .replaceAll('/etc/machine-id', `${root}/disk/etc/machine-id`);
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['-s'], {
    input: script,
    encoding: 'utf8',
    env: {
      PATH: name === 'prepare' ? bin : `${bin}:${process.env.PATH}`,
      ROOT: join(root, 'disk'),
      KILN_WORK: join(root, 'work'),
      KILN_MEMORY: join(root, 'run'),
    },
  });
  return { status, told: parseReport(stdout), errors: stderr };
}

/** The find of this machine, with the disks of the test in the place of its own. */
const FIND = `#!/bin/bash
places=()
while [ $# -gt 0 ]; do
  case "$1" in -*) break ;; /tmp/* | "$ROOT"* | "$TMPDIR"/?*) places+=("$1") ;; *) places+=("$ROOT$1") ;; esac
  shift
done
exec "$(PATH=\${PATH#*:} command -v find)" "\${places[@]}" "$@"
`;

function prefixed(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [folder + path, text]));
}

/** The secrets of a build as the script reads them. */
export function secretsOf(values: Readonly<Record<string, string>>, console = ''): string {
  const lines = Object.entries(values).map(([name, value]) => `echo ${name} ${encode(value)}`);
  return [
    `KILN_SECRET_COUNT=${lines.length}`,
    `kiln_secrets() { echo ${encode(console)} | base64 -d > "$KILN_MEMORY/console"`,
    ...lines,
    ':',
    '}',
  ].join('\n');
}
