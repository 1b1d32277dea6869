import { encode } from '../../../src/server/scripts';
import { removeFolders } from '../pipeline/folders';
import { type Ran, runOnBash, secretsOf } from './on-bash';

afterEach(removeFolders);

const toldBy = ({ told }: Ran, name: string) =>
  told.flatMap((one) => (one.name === name ? [one.text.trimEnd()] : []));
const isDone = (ran: Ran) => toldBy(ran, 'end').includes('done') && ran.status === 0;

describe('the values of secrets', () => {
  const search = (
    secrets: Record<string, string>,
    options: Parameters<typeof runOnBash>[2] = {},
    console = '',
  ) => runOnBash('secrets', secretsOf(secrets, console), options);
  const VALUE = `-it's \\"a" secret`;

  test('that are nowhere are told of by nothing', () => {
    const ran = search({ KEY: VALUE, OTHER: 'another-value' }, { files: { '/etc/shop.conf': 'key=1\n' } });
    expect(toldBy(ran, 'secret')).toEqual([]);
    expect(ran.errors).toBe('');
    expect(isDone(ran)).toBe(true);
  });

  test('are found in files of any name and on the console, each by its own name alone', () => {
    const files = { '/etc/shop conf': `key=${VALUE}\n`, '/srv/-x': 'another-value', '/etc/good': 'key' };
    const ran = search(
      { KEY: VALUE, OTHER: 'another-value', THIRD: 'not-there' },
      { files },
      `set ${VALUE}\n`,
    );
    const [key = '', other = '', ...more] = toldBy(ran, 'secret');
    expect(key).toMatch(/^KEY\n\S*\/etc\/shop conf\nthe console$/);
    expect(other).toMatch(/^OTHER\n\S*\/srv\/-x$/);
    expect(more).toEqual([]);
    expect(isDone(ran)).toBe(true);
  });

  test.each([
    ['a password in JSON', '{"username":"shop","password":"hunter2-hunter2","host":"db.example.com"}'],
    ['one with spaces and signs', '{ "host": "db.example.com",\n "clientSecret" : "hunter2-hunter2" }'],
    ['a line that ends as on Windows', 'hunter2-hunter2\r\nb\r\n'],
    ['the longest line of many', '-----BEGIN-----\nhunter2-hunter2--\n-----END-----'],
  ])('are found by %s', (_what, value) => {
    const hidden = value.includes('BEGIN') ? 'hunter2-hunter2--' : 'hunter2-hunter2';
    const files = {
      '/etc/shop.conf': `pw = ${hidden}\n`,
      '/etc/db.conf': 'host = db.example.com\nuser = shop\n',
    };
    expect(toldBy(search({ KEY: value }, { files }), 'secret')).toEqual([
      expect.stringMatching(/^KEY\n\S*\/etc\/shop\.conf$/),
    ]);
  });

  test('are found on other disks that are mounted', () => {
    const mounts = '/dev/xvda1 / xfs rw 0 0\nproc /proc proc rw 0 0\n/dev/xvdb /srv\\040data xfs rw 0 0\n';
    // A find that stays on the disk on which it begins.
    const find =
      '#!/bin/bash\nfor one in "$@"; do [ "$one" = "/srv data" ] && found=1; done\n[ -n "$found" ] && printf "%s\\n" "$1" "/srv data/x" || printf "%s\\n" "$1"\n';
    const ran = search({ KEY: VALUE }, { mounts, commands: { find } });
    expect(toldBy(ran, 'secret')).toEqual(['KEY\n/srv data/x']);
  });

  test('that are too short are named', () => {
    const ran = search({ PIN: '1234' }, { files: { '/etc/a': '1234' } });
    expect(toldBy(ran, 'short-secret')).toEqual(['PIN']);
    expect(toldBy(ran, 'secret')).toEqual([]);
  });

  test.each([
    ['one cannot be read', `KILN_SECRET_COUNT=2\nkiln_secrets() { echo KEY ${encode(VALUE)}; }`, {}],
    ['the reading fails', 'KILN_SECRET_COUNT=1\nkiln_secrets() { return 1; }', {}],
    [
      'there is no room',
      `KILN_MEMORY=/none
${secretsOf({ KEY: VALUE })}`,
      {},
    ],
    ['find does not work', secretsOf({ KEY: VALUE }), { find: '#!/bin/bash\nexit 1\n' }],
    ['grep does not work', secretsOf({ KEY: VALUE }), { grep: '#!/bin/bash\nexit 2\n' }],
    ['base64 does not work', secretsOf({ KEY: VALUE }), { base64: '#!/bin/bash\ncat > /dev/null; exit 1\n' }],
  ])('are not taken for absent where %s', (_what, before, commands) => {
    const ran = runOnBash('secrets', before, { commands });
    expect(isDone(ran)).toBe(false);
    expect(ran.status).not.toBe(0);
  });

  test('stand in no argument of a command, which every user sees', () => {
    const spy = (name: string) => `#!/bin/bash\necho "${name} $*" >&2\nPATH=\${PATH#*:} exec ${name} "$@"\n`;
    const commands = Object.fromEntries(
      ['awk', 'base64', 'grep', 'sed', 'cat', 'head'].map((one) => [one, spy(one)]),
    );
    const { errors } = search({ KEY: VALUE }, { commands });
    expect(errors).toContain('grep -');
    expect(errors).not.toContain(VALUE);
    expect(errors).not.toContain(encode(VALUE));
  });
});

test('a server that was prepared already is not prepared again: what it had for itself is not known any more', () => {
  const { status, errors, told } = runOnBash('prepare', 'KILN_WITHIN=60\nKILN_OWN=\nKILN_OWN_LOG=\n', {
    files: { '/run/kiln-prepared': '' },
  });
  expect(status).toBe(13);
  expect(errors).toContain('the server was prepared already');
  expect(told).toEqual([]);
});

test('a server whose user data has emptied its machine id itself is prepared', () => {
  const no = '#!/bin/bash\nexit 1\n';
  const { status, errors } = runOnBash('prepare', 'KILN_WITHIN=60\nKILN_OWN=\nKILN_OWN_LOG=\n', {
    // It ends with the user data, before it takes anything away.
    commands: { 'cloud-init': no, timeout: no },
    files: { '/etc/machine-id': '' },
  });
  expect(status).toBe(10);
  expect(errors).not.toContain('prepared already');
});

describe('the tests of a server', () => {
  const SYSTEMCTL = [
    '#!/bin/bash',
    'case "$1" in',
    'list-unit-files) echo "shop.service enabled enabled"; echo "getty@.service enabled enabled" ;;',
    'show) printf "%s\\n" $SHOWN ;;',
    'esac',
    '',
  ].join('\n');
  const shown = (properties: string) => SYSTEMCTL.replace('$SHOWN', properties);
  const AVAILABLE = '#!/bin/bash\nexit 0\n';
  const run = (commands: Record<string, string> = {}, tests = '', files: Record<string, string> = {}) =>
    runOnBash(
      'tests',
      `KILN_WITHIN=60\nKILN_SKIPPED=' worldWritable diskSpace '\nKILN_MACHINE_ID=\nKILN_HOST_KEY=\nKILN_TESTS='${tests}'\n`,
      {
        commands: { systemctl: shown('ActiveState=active'), 'cloud-init': AVAILABLE, ...commands },
        files: { '/etc/machine-id': 'abc\n', ...files },
      },
    );
  const checks = (ran: Ran) => ran.told.filter(({ name }) => name.startsWith('check-'));

  test('of which all is well tell of nothing', () => {
    const ran = run({}, `10-a.sh ${encode('#!/bin/bash\nexit 0\n')}\n`);
    expect(checks(ran)).toEqual([]);
    expect(toldBy(ran, 'test')).toEqual(['10-a.sh 0']);
    expect(isDone(ran)).toBe(true);
  });

  test.each([
    ['inactive', 'Type=simple ActiveState=inactive ConditionResult=yes ConditionTimestampMonotonic=9', true],
    [
      'activating',
      'Type=notify ActiveState=activating ConditionResult=yes ConditionTimestampMonotonic=9',
      true,
    ],
    [
      'idle, as dmesg.service of Ubuntu',
      'Type=idle ActiveState=inactive ConditionResult=yes ConditionTimestampMonotonic=9',
      false,
    ],
    [
      'kept from starting',
      'Type=simple ActiveState=inactive ConditionResult=no ConditionTimestampMonotonic=9',
      false,
    ],
    [
      'not started by this boot',
      'Type=simple ActiveState=inactive ConditionResult=yes ConditionTimestampMonotonic=0',
      false,
    ],
    ['not shown at all', '', true],
  ])('judge a service that is %s', (_how, properties, isTold) => {
    const ran = run({ systemctl: shown(properties) });
    expect(checks(ran).map(({ name }) => name)).toEqual(isTold ? ['check-enabledServices'] : []);
    if (isTold) expect(checks(ran)[0]?.text).toContain('shop.service is enabled and');
  });

  test('leave out what ends by itself on images as they come', () => {
    const stopped = shown(
      'Type=forking ActiveState=inactive ConditionResult=yes ConditionTimestampMonotonic=9',
    );
    const units = (name: string) => run({ systemctl: stopped.replace('shop.service', name) });
    expect(checks(units('hibinit-agent.service'))).toEqual([]);
    expect(checks(units('my-hibinit-agent.service'))).toHaveLength(1);
  });

  test('take no answer of systemd for no good one', () => {
    const ran = run({ systemctl: '#!/bin/bash\necho "Failed to connect to bus" >&2\nexit 1\n' });
    expect(checks(ran).map(({ name }) => name)).toEqual(['check-failedUnits', 'check-enabledServices']);
    for (const { text } of checks(ran)) expect(text).toContain('Failed to connect to bus');
  });

  test('of which one cannot be written do not pass', () => {
    // The disk is full: the file is there, and empty, and would run well.
    const base64 = `#!/bin/bash\n[ "$1" = -d ] && exit 1\nPATH=\${PATH#*:} exec base64 "$@"\n`;
    const ran = run({ base64 }, `10-a.sh ${encode('#!/bin/bash\nexit 0\n')}\n`);
    expect(toldBy(ran, 'test')).toEqual([]);
    expect(isDone(ran)).toBe(false);
    expect(ran.errors).toContain('tests/10-a.sh could not be written');
  });

  test('cannot tell of what did not happen', () => {
    const forging = encode('#!/bin/bash\necho "kiln end ZG9uZQo="\necho "kiln test eA==" >&2\nexit 3\n');
    const ran = run({}, `10-a.sh ${forging}\n20-b.sh ${forging}\n`);
    expect(toldBy(ran, 'test')).toEqual(['10-a.sh 3']);
    expect(toldBy(ran, 'end')).toEqual(['done']);
  });

  test('find a server that has no machine id', () => {
    expect(checks(run({}, '', { '/etc/machine-id': '' })).map(({ text }) => text.trim())).toEqual([
      expect.stringContaining('/etc/machine-id is empty'),
    ]);
  });
});
