import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { consoleOf, type LaunchedMachine, machineLauncher } from '../../src/machines/testing/launch-machine';

/**
 * User data as people write it, and what comes of it on the emulated machine: what comes of it on a real server, or words that say that only
 * this machine cannot do it.
 */
interface Case {
  file: string;
  /** What one of the ports answers, and what its page begins with. */
  serves?: { port: number; status: number; text: RegExp };
  /** Lines of the console, in their order. */
  says?: readonly (string | RegExp)[];
  /**
   * The script's status as cloud-init tells it; none for a script that succeeds, and `refused` where none was run for something that only
   * this machine does not have.
   */
  status?: number | 'refused';
}

const PART = '/var/lib/cloud/instance/scripts/part-001';
const lacks = (line: number, what: string) =>
  `${PART}: line ${line}: the emulated machine has no ${what}; Amazon Linux 2023 has`;

const CASES: readonly Case[] = [
  { file: 'refused-java.sh', status: 69, says: [lacks(3, 'package java-17-amazon-corretto')] },
  {
    file: 'refused-database.sh',
    status: 69,
    says: [lacks(2, 'packages php8.2, php8.2-mysqlnd, mariadb1011-server')],
  },
  { file: 'refused-containers.sh', status: 69, says: [lacks(4, 'package docker')] },
  { file: 'refused-quietly.sh', status: 69, says: [lacks(5, 'program rsync (of the package rsync)')] },
  { file: 'refused-in-function.sh', status: 69, says: [lacks(4, 'package git')] },
  {
    file: 'mistyped.sh',
    status: 127,
    says: [
      'No match for argument: htttpd',
      'Error: Unable to find a match: htttpd',
      `${PART}: line 3: systemctll: command not found`,
    ],
  },
  {
    file: 'other-distribution.sh',
    status: 1,
    says: [
      `${PART}: line 2: apt-get: command not found`,
      `${PART}: line 2: the emulated machine has no apt-get: it is Amazon Linux 2023; Ubuntu and Debian have`,
      'Failed to enable unit: Unit file nginx.service does not exist.',
    ],
  },
  {
    file: 'open-quote.sh',
    status: 2,
    serves: { port: 80, status: 200, text: /^Welcome/ },
    says: [`${PART}: line 6: unexpected EOF while looking for matching \`''`],
  },
  {
    file: 'open-block.sh',
    status: 2,
    serves: { port: 80, status: 200, text: /^Welcome/ },
    says: [`${PART}: line 7: syntax error: unexpected end of file`],
  },
  {
    file: 'no-such-daemon.sh',
    says: [
      `${PART}: line 2: /usr/local/bin/my-server: No such file or directory`,
      'nohup: failed to run command ‘my-third-server’: No such file or directory',
      `${PART}: line 4: my-third-server: command not found`,
    ],
  },
  { file: 'basics.sh', serves: { port: 80, status: 200, text: /^Welcome to web\n/ } },
  {
    file: 'tls.sh',
    serves: { port: 443, status: 200, text: /^Welcome over https/ },
    says: ['nginx: configuration file /etc/nginx/nginx.conf test is successful', 'curl 60'],
  },
  {
    file: 'tls-no-key.sh',
    status: 1,
    says: [/^nginx: \[emerg\] cannot load certificate "\/etc\/nginx\/none\.pem": BIO_new_file\(\) failed/],
  },
  {
    file: 'upstream.sh',
    status: 1,
    says: ['nginx: [emerg] host not found in upstream "app.internal:3000" in /etc/nginx/conf.d/app.conf:3'],
  },
  {
    file: 'upstream-of-location.sh',
    status: 1,
    says: ['nginx: [emerg] host not found in upstream "api.internal" in /etc/nginx/conf.d/app.conf:1'],
  },
  {
    file: 'php-behind-nginx.sh',
    status: 69,
    says: [lacks(4, 'nginx directive fastcgi_pass (/etc/nginx/default.d/php.conf:1)')],
  },
  { file: 'quiet-failure.sh', status: 2, serves: { port: 80, status: 200, text: /Welcome to nginx/ } },
  {
    file: 'config.yml',
    serves: { port: 80, status: 200, text: /^Welcome from a config/ },
    says: [/^ready after \d+\.\d+ seconds$/],
  },
  {
    file: 'config-with-disks.yml',
    status: 'refused',
    says: [
      'cloud-config: line 3: the emulated machine has no cloud-config module for disk_setup; Amazon Linux 2023 has',
    ],
  },
  {
    file: 'config-with-packages.yml',
    status: 'refused',
    says: ['cloud-config: packages: line 3: the emulated machine has no package git; Amazon Linux 2023 has'],
  },
  {
    file: 'config-mistyped.yml',
    status: 1,
    says: [/Additional properties are not allowed \('packges' was unexpected\)/],
  },
  { file: 'parts.mime', serves: { port: 80, status: 200, text: /^Welcome hooked base more/ } },
  {
    file: 'included.mime',
    status: 'refused',
    says: [
      'part 2 of the user data: the emulated machine has no user data of the type text/x-include-url; Amazon Linux 2023 has',
    ],
  },
  {
    file: 'unit-options.sh',
    status: 69,
    serves: { port: 80, status: 403, text: /It works/ },
    says: [
      'inactive',
      'worker.service: the emulated machine has no unit option OnFailure=; Amazon Linux 2023 has',
      lacks(22, 'unit option OnFailure='),
    ],
  },
  {
    file: 'open-document.sh',
    status: 1,
    says: [
      'two',
      `${PART}: line 6: warning: here-document at line 5 delimited by end-of-file (wanted \`EOF')`,
    ],
  },
  {
    file: 'python-server.sh',
    says: [
      /^python3: line 1: the emulated machine has no Python module http\.server \(\/opt\/app\.py\); Amazon Linux 2023 has$/,
    ],
    status: 'refused',
  },
  { file: 'zone.sh' },
  {
    file: 'condition.sh',
    status: 69,
    serves: { port: 80, status: 403, text: /It works/ },
    says: ['0', lacks(11, 'httpd directive header with a condition (/etc/httpd/conf.d/headers.conf:3)')],
  },
  {
    file: 'shell-words.sh',
    serves: { port: 80, status: 200, text: /Welcome to nginx/ },
    says: ['running: dnf -y -q install nginx', 'running: systemctl enable --now nginx'],
  },
  {
    file: 'logins.sh',
    serves: { port: 8080, status: 200, text: /^before any login/ },
    says: ['nginx 401 401 200 200', 'httpd 401 200 401', 'moved 410 302'],
  },
  {
    file: 'nginx-usual.sh',
    serves: { port: 80, status: 200, text: /^Welcome to ip-10-0-1-12\.eu-north-1\.compute\.internal, \n/ },
    says: ['robots 403'],
  },
  {
    file: 'nginx-mistyped.sh',
    status: 69,
    says: [
      'nginx: [emerg] "location" directive is not allowed here in /etc/nginx/conf.d/site.conf:1',
      'nginx: [emerg] unknown "hostnam" variable',
      'nginx: [emerg] a duplicate default server for 0.0.0.0:80 in /etc/nginx/conf.d/site.conf:1',
      'nginx: [emerg] unknown directive "proxy_buffer" in /etc/nginx/conf.d/site.conf:1',
      lacks(3, 'nginx directive auth_request (/etc/nginx/conf.d/site.conf:1)'),
    ],
  },
  {
    file: 'config-usual.yml',
    serves: { port: 80, status: 200, text: /^Welcome from web01, seen, admin, world\n/ },
  },
  {
    file: 'config-unquoted.yml',
    says: [
      'runcmd.0: {"echo \\"The answer":"42\\" > /var/www/html/index.html"} is not valid under any of the given schemas',
      /^[-\d]+ [:\d]+,000 - util\.py\[WARNING\]: Running module runcmd .* failed$/,
    ],
  },
  {
    file: 'parts-named.mime',
    serves: { port: 80, status: 200, text: /^Welcome from install\.sh,\nbooted runcmd\n/ },
  },
  { file: 'unit-socket.sh', status: 69, says: [lacks(4, 'units of the kind .socket')] },
];

const launch = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

test.each(CASES.map((one) => [one.file, one] as const))('%s', async (_, { file, serves, says, status }) => {
  machine = launch({
    userData: readFileSync(join(__dirname, file)),
    fetch: fetchOutside,
    resolves: (host) => !isUnknown(host),
  });
  await machine.boot();
  const lines = consoleOf(machine).split('\n');
  expect(lines).toEqual(expect.arrayContaining((says ?? []).map(toMatcher)));
  const failed = lines.flatMap((line) => /Failed running \S+ \[(\d+)\]$/.exec(line)?.[1] ?? []);
  expect(failed.map(Number)).toEqual(typeof status === 'number' ? [status] : []);
  const hasFailed = lines.some((line) => line.includes('Failed to run module scripts-user'));
  expect(hasFailed).toBe(status !== undefined);
  expect([...machine.listening.keys()]).toEqual(serves ? expect.arrayContaining([serves.port]) : []);
  if (serves) expect(await ask(serves.port)).toEqual([serves.status, expect.stringMatching(serves.text)]);
});

/** Names that nobody has do not resolve; all others answer nothing. */
async function fetchOutside(url: string): Promise<Response> {
  throw Object.assign(new Error(url), { code: isUnknown(new URL(url).hostname) ? 'ENOTFOUND' : 'ETIMEDOUT' });
}

function isUnknown(host: string): boolean {
  return /\.(?:invalid|internal)$/.test(host);
}

function toMatcher(says: string | RegExp): unknown {
  return typeof says === 'string' ? says : expect.stringMatching(says);
}

/** Whoever asks takes any certificate: those of user data are their own authority. */
async function ask(port: number): Promise<[number, string]> {
  const send = port === 443 ? https : http;
  const loopback = {
    host: '127.0.0.1',
    port: machine.listening.get(port),
    agent: false,
    rejectUnauthorized: false,
  };
  return await new Promise((resolve, reject) => {
    const request = send.get(loopback, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      resolve([answer.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')]);
    });
    request.on('error', reject);
  });
}
