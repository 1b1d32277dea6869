import { machineLauncher, runOn } from '../../testing/launch-machine';

const launch = machineLauncher();
const machine = launch();
beforeAll(() => machine.boot());

const run = (text: string) => runOn(machine, text);

test('df shows the fields that it is asked for', async () => {
  expect(await run('df --output=pcent /')).toBe('Use%\n 20%\n');
  expect(await run('df --output=source,fstype,avail / /tmp')).toBe(
    'Filesystem Type    Avail\n/dev/xvda1 xfs   6660764\ntmpfs      tmpfs  481264\n',
  );
  expect(await run('df -P / | tail -1')).toBe('/dev/xvda1     8310764 1650000   6660764      20% /\n');
  expect(await run('df -h /opt | tail -1')).toBe('/dev/xvda1 8.0G 1.6G  6.4G  20% /\n');
  expect(await run('df /none')).toBe('df: /none: No such file or directory\n[1]');
});

test('shred leaves nothing of a file, and no file where it is told to', async () => {
  expect(await run('echo secret > /opt/s; shred /opt/s; grep -c secret /opt/s; stat -c %s /opt/s')).toBe(
    '0\n7\n',
  );
  expect(await run('shred -uz /opt/s; ls /opt/s 2>/dev/null || echo gone')).toBe('gone\n');
  expect(await run('shred -u /none')).toBe(
    'shred: /none: failed to open for writing: No such file or directory\n[1]',
  );
});

test('the journal is archived and deleted', async () => {
  await run('logger -t mine before');
  expect(await run('journalctl -t mine -o cat')).toBe('before\n');
  expect(await run('ls /var/log/journal')).toBe(await run('cat /etc/machine-id'));
  expect(await run('journalctl --rotate; ls /var/log/journal/* | wc -l')).toBe('2\n');
  await run('logger -t mine after');
  expect(await run('journalctl --vacuum-time=1s')).toMatch(
    /^Deleted archived journal \/var\/log\/journal\/\w+\/system@\w+\.journal \(8\.0M\)\.\nVacuuming done, freed 8\.0M /,
  );
  expect(await run('journalctl -t mine -o cat')).toBe('after\n');
});

test('dnf keeps what it downloaded until it is told to clean', async () => {
  expect(await run('find /var/cache/dnf -type f | wc -l')).toBe('0\n');
  await run('dnf install -y -q tree');
  expect(await run('dnf clean all; find /var/cache/dnf -type f | wc -l')).toBe('17 files removed\n0\n');
});

test('rpm shows packages in the format that it is given', async () => {
  const format = '%{NAME} %{EPOCH} %{VERSION} %{RELEASE} %{ARCH} %{LICENSE} %{VENDOR}\\n';
  expect(await run(`rpm -q --queryformat '${format}' bash openssl`)).toBe(
    'bash (none) 5.2.15 1.amzn2023.0.2 x86_64 GPLv3+ Amazon Linux\nopenssl 1 3.2.2 1.amzn2023.0.2 x86_64 ASL 2.0 Amazon Linux\n',
  );
  expect(await run("rpm -qa --qf '%-12{NAME}|%|EPOCH?{%{EPOCH}}:{0}|\\n' 'shadow*'")).toBe(
    'shadow-utils|2\n',
  );
  const lines = (await run(`rpm -qa --queryformat '${format}'`)).trim().split('\n');
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.filter((line) => !line.endsWith(' Amazon Linux'))).toEqual([]);
  expect(await run('rpm -qf /usr/bin/find /etc/hosts')).toBe(
    'findutils-4.8.0-2.amzn2023.0.2.x86_64\nfile /etc/hosts is not owned by any package\n[1]',
  );
  expect(await run("rpm -qa --qf '%{BUILDHOST}'")).toContain('the emulated machine has no rpm tag BUILDHOST');
});

test('systemctl lists what failed and what is enabled, and says how all is', async () => {
  expect(await run('systemctl --failed')).toBe(
    '  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n',
  );
  expect(await run('systemctl is-system-running')).toBe('running\n');
  expect(await run('systemctl list-unit-files --state=enabled --no-legend | cut -d" " -f1')).toBe(
    'amazon-ssm-agent.service\nchronyd.service\nsshd.service\n',
  );
  await run(
    'printf "[Service]\\nExecStart=/usr/bin/none\\n" > /etc/systemd/system/bad.service; systemctl start bad',
  );
  expect(await run('systemctl --failed --no-legend --plain')).toBe(
    'bad.service loaded failed failed bad.service\n',
  );
  expect(await run('systemctl is-system-running')).toBe('degraded\n[1]');
  await run('systemctl reset-failed; rm /etc/systemd/system/bad.service');
  expect(await run('systemctl is-system-running')).toBe('running\n');
});

test('a script forgets a history that it never had', async () => {
  expect(await run('history -c && unset HISTFILE && echo ok')).toBe('ok\n');
});
