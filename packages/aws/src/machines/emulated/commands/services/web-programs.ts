import { decodeBytesToUtf8, type ExecResult } from 'just-bash';
import { DaemonFailed, LackingFeature } from '../../system/daemon';
import type { Guest } from '../../system/guest';
import { SystemdError } from '../../systemd/systemd-error';
import { checkApacheConfig } from '../../web/apache/apache';
import { checkNginxConfig } from '../../web/nginx/nginx';
import { startPythonServer } from '../../web/python-server';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

const HTTPD_VERSION = 'Server version: Apache/2.4.62 (Amazon Linux)\nServer built:   Nov 17 2025 00:00:00\n';

const ACTIONS: Readonly<Record<string, 'start' | 'stop' | 'restart' | 'reload'>> = {
  start: 'start',
  stop: 'stop',
  'graceful-stop': 'stop',
  restart: 'restart',
  graceful: 'reload',
};

/** What only Amazon Linux's server does, as the refusal of the program that was to do it. */
const orLacks =
  (program: Program): Program =>
  async (args, call) => {
    try {
      return await program(args, call);
    } catch (error) {
      if (error instanceof LackingFeature) return call.lacks(error.what);
      throw error;
    }
  };

const httpd: Program = async (args, { guest, lacks }) => {
  if (args.includes('-v') || args.includes('-V')) return succeed(HTTPD_VERSION);
  if (args.includes('-t') || args[0] === 'configtest') {
    const problem = checkApacheConfig(guest);
    return problem === undefined ? succeed('', 'Syntax OK\n') : fail(1, problem);
  }
  const asked = args[args.indexOf('-k') + 1] ?? args[0] ?? 'start';
  const action = ACTIONS[asked];
  if (action === undefined && args.length > 0) return lacks(`httpd ${args.join(' ')}`);
  return await control(guest, action ?? 'start', 'httpd');
};

const nginx: Program = async (args, { guest, lacks }) => {
  if (args.includes('-v') || args.includes('-V')) return succeed('', 'nginx version: nginx/1.28.0\n');
  const problem = checkNginxConfig(guest);
  if (problem === undefined && args.some((arg) => /^-q?T/.test(arg))) return lacks('nginx -T');
  if (args.some((arg) => /^-q?[tT]/.test(arg)))
    return problem === undefined
      ? succeed(
          '',
          'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
        )
      : fail(1, problem);
  const at = args.indexOf('-s');
  if (at < 0) return await control(guest, 'start', 'nginx');
  const signal = args[at + 1] ?? '';
  if (signal === 'reload') return await control(guest, 'reload', 'nginx');
  if (signal === 'stop' || signal === 'quit') return await control(guest, 'stop', 'nginx');
  return fail(1, `nginx: invalid option: "-s ${signal}"`);
};

/** Modules that need processes, sockets, or packages of others. */
const OUTSIDE =
  /^[ \t]*(?:from[ \t]+|import[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*)(socket|socketserver|http\.server|http\.client|wsgiref\S*|asyncio|ssl|select|selectors|multiprocessing|subprocess|urllib\.request|ctypes|sqlite3|flask|django|fastapi|bottle|tornado|aiohttp|requests|boto3|botocore|psycopg2|pymysql|gunicorn|uvicorn)\b/m;

/** What a Python program asks for that just-bash's Python cannot do; undefined for one that it can run. */
function lackingOfPython(args: readonly string[], call: ProgramCall): string | undefined {
  if (args[0] === '-m')
    return ['http.server', 'json.tool', 'base64', 'this'].includes(args[1] ?? '')
      ? undefined
      : `python3 -m ${args[1] ?? ''}`;
  const file = args.find((arg) => !arg.startsWith('-'));
  const text = args[0] === '-c' ? (args[1] ?? '') : readIfFile(call, file);
  const module = OUTSIDE.exec(text)?.[1];
  return module === undefined
    ? undefined
    : `Python module ${module} (${args[0] === '-c' ? '-c' : (file ?? 'standard input')})`;
}

function readIfFile(call: ProgramCall, file: string | undefined): string {
  if (file === undefined) return decodeBytesToUtf8(call.context.stdin);
  const path = resolvePath(call, file);
  return call.guest.disk.find(path)?.kind === 'file' ? call.guest.disk.readText(path) : '';
}

/** Python itself is just-bash's; its web server must be one of the machine's ports. */
const python: Program = async (args, call) => {
  const { guest, context, lacks } = call;
  if (args[0] === '--version' || args[0] === '-V') return succeed('Python 3.9.23\n');
  const lacking = lackingOfPython(args, call);
  if (lacking !== undefined) return lacks(lacking);
  if (args[0] !== '-m' || args[1] !== 'http.server')
    return context.origCommand ? await context.origCommand(args) : fail(127, 'python3: command not found');
  try {
    const server = await startPythonServer(guest, args.slice(2), context.cwd);
    const signal = context.signal ?? guest.power;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await server.stop();
    return fail(143);
  } catch (error) {
    if (error instanceof DaemonFailed) return fail(error.exitCode, error.message);
    throw error;
  }
};

export const WEB_PROGRAMS: Programs = {
  httpd: orLacks(httpd),
  apachectl: orLacks(httpd),
  nginx: orLacks(nginx),
  python3: python,
};

/** Servers started by hand run as their service does, so that all can be seen and stopped in one place. */
async function control(
  guest: Guest,
  action: 'start' | 'stop' | 'restart' | 'reload',
  name: string,
): Promise<ExecResult> {
  try {
    await guest.systemd[action](name);
    return succeed();
  } catch (error) {
    if (!(error instanceof SystemdError)) throw error;
    const reason = guest.journal
      .of(`${name}.service`)
      .filter(({ identifier }) => identifier === name)
      .at(-1)?.message;
    return fail(1, reason ?? error.message);
  }
}
