import { startCrond } from '../cron/crond';
import type { Disk } from '../disk/disk';
import { type Daemon, DaemonFailed, type DaemonHost } from '../system/daemon';
import { startApache } from '../web/apache/apache';
import { startNginx } from '../web/nginx/nginx';
import { startPythonServer } from '../web/python-server';
import { startServerProgram } from './server-program';
import type { UnitFile } from './units/unit-file';

/** Programs that do nothing which can be seen from outside an instance here. */
const QUIET = new Set(['sshd', 'chronyd', 'amazon-ssm-agent', 'start-amazon-cloudwatch-agent', 'rsyslogd']);

const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** Runs a script in the background; its output goes to the journal. */
export type StartScript = (unit: UnitFile, argv: readonly string[]) => Daemon;

/**
 * Starts what a unit's ExecStart names: a server of ours, or a command line for the shell.
 * @throws DaemonFailed 203 when there is no such program, and what the program itself fails with
 */
export async function startProgram(
  host: DaemonHost,
  unit: UnitFile,
  argv: readonly string[],
  startScript: StartScript,
): Promise<Daemon> {
  const [program = '', ...args] = argv;
  checkProgram(host.disk, unit, program);
  const given = host.programs?.[program];
  if (given) return startServerProgram(host, given, args);
  const name = program.split('/').at(-1) ?? '';
  if (name === 'httpd') return startApache(host);
  if (name === 'nginx') return startNginx(host);
  if (/^python3?$/.test(name) && args[0] === '-m' && args[1] === 'http.server')
    return startPythonServer(host, args.slice(2), unit.workingDirectory);
  if (name === 'crond')
    return startCrond(host, (command, user, environment) => {
      const job = { ...unit, user, environment: { ...unit.environment, ...environment } };
      startScript(job, ['/bin/sh', '-c', command]);
    });
  if (QUIET.has(name)) return { stop: async () => {} };
  return startScript(unit, argv);
}

/** @throws DaemonFailed 203 when there is no such program, or it may not be run */
export function checkProgram(disk: Disk, unit: UnitFile, program: string): void {
  const path = program.startsWith('/')
    ? program
    : SEARCH_PATH.map((directory) => `${directory}/${program}`).find((candidate) => disk.has(candidate));
  const node = path === undefined ? undefined : disk.find(path);
  const reason =
    node === undefined
      ? 'No such file or directory'
      : (node.mode & 0o111) === 0
        ? 'Permission denied'
        : undefined;
  if (reason !== undefined)
    throw new DaemonFailed(
      `${unit.name}: Failed to locate executable ${program}: ${reason}\n${unit.name}: Failed at step EXEC spawning ${program}: ${reason}`,
      203,
    );
}
