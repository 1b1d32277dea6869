import { readFileSync } from 'node:fs';
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
  /** The script's status as cloud-init tells it; none for a script that succeeds. */
  status?: number;
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
];

const launch = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

test.each(CASES.map((one) => [one.file, one] as const))('%s', async (_, { file, serves, says, status }) => {
  machine = launch({ userData: readFileSync(join(__dirname, file)), fetch: fetchOutside });
  await machine.boot();
  const lines = consoleOf(machine).split('\n');
  expect(lines).toEqual(expect.arrayContaining((says ?? []).map(toMatcher)));
  const failed = lines.flatMap((line) => /Failed running \S+ \[(\d+)\]$/.exec(line)?.[1] ?? []);
  expect(failed.map(Number)).toEqual(status === undefined ? [] : [status]);
  expect([...machine.listening.keys()]).toEqual(serves ? [serves.port] : []);
  if (serves) expect(await ask(serves.port)).toEqual([serves.status, expect.stringMatching(serves.text)]);
});

/** Names that nobody has do not resolve; all others answer nothing. */
async function fetchOutside(url: string): Promise<Response> {
  throw Object.assign(new Error(url), {
    code: /\.(?:invalid|internal)\b/.test(url) ? 'ENOTFOUND' : 'ETIMEDOUT',
  });
}

function toMatcher(says: string | RegExp): unknown {
  return typeof says === 'string' ? says : expect.stringMatching(says);
}

async function ask(port: number): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${machine.listening.get(port)}/`);
  return [answer.status, await answer.text()];
}
