import { type Daemon, DaemonFailed, type DaemonHost } from '../daemon';
import { startApache } from '../web/apache';
import { startNginx } from '../web/nginx';
import { startPythonServer } from '../web/python-server';
import { splitWords, type UnitFile } from './unit-file';

/** Programs that do nothing which can be seen from outside an instance here. */
const QUIET = new Set(['sshd', 'chronyd', 'amazon-ssm-agent', 'start-amazon-cloudwatch-agent']);

/** Runs a script in the background; its output goes to the journal. */
export type StartScript = (unit: UnitFile, command: string) => Daemon;

/**
 * Starts what a unit's ExecStart names: a server of ours, or a command line for the shell.
 * @throws DaemonFailed 203 when there is no such program, and what the program itself fails with
 */
export async function startProgram(
  host: DaemonHost,
  unit: UnitFile,
  command: string,
  startScript: StartScript,
): Promise<Daemon> {
  const argv = splitWords(command.replace(/^[-@+!:]+/, ''));
  const [program = '', ...args] = argv;
  const name = program.split('/').at(-1) ?? '';
  if (program.startsWith('/') && !host.disk.has(program))
    throw new DaemonFailed(`Failed to locate executable ${program}: No such file or directory`, 203);
  if (name === 'httpd') return startApache(host);
  if (name === 'nginx') return startNginx(host);
  if (/^python3?$/.test(name) && args[0] === '-m' && args[1] === 'http.server')
    return startPythonServer(host, args.slice(2), unit.workingDirectory);
  if (QUIET.has(name)) return { stop: async () => {} };
  return startScript(unit, command.replace(/^[-@+!:]+/, ''));
}
