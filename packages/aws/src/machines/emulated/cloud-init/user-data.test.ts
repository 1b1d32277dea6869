import { gzipSync } from 'node:zlib';
import { type LaunchedMachine, machineLauncher, script, urlOf } from '../../testing/launch-machine';
import { Disk } from '../disk/disk';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

async function bootWith(userData: Buffer, options = {}): Promise<string> {
  machine = makeMachine({ userData, ...options });
  await machine.boot();
  return machine.console();
}

/** Console lines of cloud-init without their stamps. */
function outputOf(console: string): string[] {
  return console
    .split('\r\n')
    .filter((line) => line.includes('cloud-init['))
    .map((line) => line.replace(/^\[ *\d+\.\d{6}\] cloud-init\[\d+\]: /, ''));
}

const SITE = `
dnf install -y httpd
echo '<h1>Welcome</h1>' > /var/www/html/index.html
systemctl enable --now httpd
`;

test('user data that installs and enables httpd makes the machine serve its files', async () => {
  await bootWith(script(SITE));
  const answer = await fetch(urlOf(machine));
  expect(await answer.text()).toBe('<h1>Welcome</h1>\n');
  expect(answer.headers.get('server')).toBe('Apache/2.4.62 (Amazon Linux)');
});

test('a failing script shows its own last lines and its exit code on the console', async () => {
  const console = await bootWith(script('set -e\necho "fetching the site"\nfalse\necho unreachable'));
  const lines = outputOf(console);
  expect(lines).toContain('fetching the site');
  expect(lines).not.toContain('unreachable');
  expect(console).toContain('util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-001 [1]');
  expect(console).toContain('Failed to run module scripts-user');
});

test('output and errors of a script stand on the console in the order in which they were written', async () => {
  const lines = outputOf(
    await bootWith(
      script(
        'echo one\necho two >&2\nf() { echo "in $1"; echo three >&2; }\nf function\nx=$(f captured 2>/dev/null)\necho "got $x"',
      ),
    ),
  );
  expect(lines.slice(lines.indexOf('one'))).toEqual(
    expect.arrayContaining(['one', 'two', 'in function', 'three', 'got in captured']),
  );
  expect(lines.slice(lines.indexOf('one'), lines.indexOf('one') + 5)).toEqual([
    'one',
    'two',
    'in function',
    'three',
    'got in captured',
  ]);
});

test('what a script wrote is on the console while it still runs', async () => {
  let wake: () => void = () => {};
  const asleep = new Promise<void>((resolve) => {
    machine = makeMachine({
      userData: script('echo before\nsleep 3600\necho after'),
      sleep: async () => {
        resolve();
        await new Promise<void>((done) => {
          wake = done;
        });
      },
    });
  });
  const booted = machine.boot();
  await asleep;
  expect(machine.console()).toContain('before');
  wake();
  await booted;
  expect(outputOf(machine.console())).toContain('after');
});

test('an unset variable in a function ends a script that says set -eu', async () => {
  const lines = outputOf(
    await bootWith(script('set -eu\nf() { echo "value $NOPE"; echo inside; }\nf\necho after')),
  );
  expect(lines.join('\n')).toContain('NOPE: unbound variable');
  expect(lines).not.toContain('inside');
  expect(lines).not.toContain('after');
});

test('what a loop behind a pipe writes stands where it was written', async () => {
  const lines = outputOf(
    await bootWith(
      script(
        'echo one\nprintf "two\\nthree\\n" | while read -r line; do echo "$line"; done\n{ echo four; echo no >&2; } 2>/dev/null\necho five',
      ),
    ),
  );
  const start = lines.indexOf('one');
  expect(lines.slice(start, start + 5)).toEqual(['one', 'two', 'three', 'four', 'five']);
});

test('set -x shows a command before its output', async () => {
  const lines = outputOf(await bootWith(script('set -x\necho one\nls /nowhere || true\necho two')));
  const start = lines.indexOf('+ echo one');
  expect(lines.slice(start, start + 6)).toEqual([
    '+ echo one',
    'one',
    '+ ls /nowhere',
    "ls: cannot access '/nowhere': No such file or directory",
    '+ true',
    '+ echo two',
  ]);
});

test('set -x shows a program of /usr/sbin as the script has it', async () => {
  const lines = outputOf(await bootWith(script('set -x\nsysctl -n vm.swappiness\nuseradd -r app')));
  const start = lines.indexOf('+ sysctl -n vm.swappiness');
  expect(lines.slice(start, start + 3)).toEqual(['+ sysctl -n vm.swappiness', '60', '+ useradd -r app']);
});

test('exec into tee writes the log, as the AWS documents show it', async () => {
  const console = await bootWith(
    script(`exec > >(tee /var/log/user-data.log | logger -t user-data -s 2>/dev/console) 2>&1
SITE=$(echo s3://bucket/key)
echo "site is $SITE"
ls /nowhere
cat /var/log/user-data.log > /tmp/early`),
  );
  expect(console).toContain('user-data: site is s3://bucket/key');
  expect(console).toContain('/nowhere');
});

test('the command behind exec knows the variables of the script', async () => {
  await bootWith(script('LOG=/var/log/setup.log\nexec > >(tee -a "$LOG") 2>&1\necho logged'));
  expect(outputOf(machine.console())).toContain('logged');
  expect(new Disk(machine.snapshot()).readText('/var/log/setup.log')).toBe('logged\n');
});

test('the files and folders that set-up scripts add to are there', async () => {
  const console = await bootWith(
    script(`set -e
echo 'export A=1' > /etc/profile.d/a.sh; echo 'vm.swappiness = 10' > /etc/sysctl.d/a.conf
echo '* soft nofile 65535' >> /etc/security/limits.conf; echo 'export B=2' >> /home/ec2-user/.bashrc
echo 'deploy ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/deploy; echo /var/log/a.log > /etc/logrotate.d/a
sed -i 's/^#PermitRootLogin.*/PermitRootLogin no/' /etc/ssh/sshd_config && grep ^PermitRootLogin /etc/ssh/sshd_config
install -d -m 750 -o ec2-user -g wheel /srv/a && stat -c '%U %G %a' /srv/a`),
  );
  expect(outputOf(console)).toEqual(expect.arrayContaining(['PermitRootLogin no', 'ec2-user wheel 750']));
});

test('exec into a file keeps the output of the script off the console', async () => {
  const console = await bootWith(
    script(
      'cd /var/log\nexec > setup.log 2>&1\necho hidden\nx=$(echo caught)\nexec > /dev/console\ncat /var/log/setup.log\necho "x is $x"',
    ),
  );
  expect(console).toContain('hidden\r\nx is caught');
});

test('EXIT and ERR traps run with the variables and functions of the script', async () => {
  const lines = outputOf(
    await bootWith(
      script(`set -e
step=download
report() { echo "failed with $? at $step"; }
trap report ERR
trap 'echo cleaned up' EXIT
(exit 7)`),
    ),
  );
  expect(lines).toContain('failed with 7 at download');
  expect(lines).toContain('cleaned up');
  expect(lines.join('\n')).toContain('part-001 [7]');
});

test('a background job runs beside the script, with its variables and functions', async () => {
  await bootWith(
    script(`port=8080
say() { echo "$1"; }
mkdir /srv/www; say "from the background" > /srv/www/index.html
cd /srv/www
nohup python3 -m http.server $port > /var/log/server.log 2>&1 &
until curl -s localhost:8080/; do sleep 1; done
echo done`),
    { sleep: () => new Promise((resolve) => setImmediate(resolve)) },
  );
  expect(outputOf(machine.console())).toEqual(expect.arrayContaining(['from the background', 'done']));
});

test('gzipped user data is unpacked', async () => {
  expect(outputOf(await bootWith(gzipSync(script('echo from gzip'))))).toContain('from gzip');
});

test('user data that is no script gets the warning of cloud-init', async () => {
  const console = await bootWith(Buffer.from('hello there'));
  expect(console).toContain("Unhandled non-multipart (text/x-not-multipart) userdata: 'hello there...'");
});

test('a cloud-config writes files, installs packages and runs commands, in this order', async () => {
  await bootWith(
    Buffer.from(`#cloud-config
packages: [httpd]
write_files:
  - path: /var/www/html/index.html
    content: from cloud-config
    permissions: '0644'
runcmd:
  - [systemctl, enable, --now, httpd]
  - echo "run $(cat /var/www/html/index.html)"
`),
  );
  expect(outputOf(machine.console())).toContain('run from cloud-config');
  expect(await (await fetch(urlOf(machine))).text()).toBe('from cloud-config');
});

test('a cloud-config makes groups and users, and writes deferred files after them and the packages', async () => {
  const onReboot = jest.fn();
  await bootWith(
    Buffer.from(`#cloud-config
packages: [httpd]
groups:
  - staff: [ec2-user]
users:
  - default
  - name: deploy
    groups: [wheel, staff]
    shell: /bin/sh
write_files:
  - { path: /var/www/html/index.html, content: deferred, owner: 'deploy:staff', defer: true }
runcmd:
  - id -Gn deploy; id -Gn ec2-user; stat -c '%U %G' /var/www/html/index.html
power_state: { mode: reboot }
`),
    { onReboot },
  );
  expect(outputOf(machine.console())).toEqual(
    expect.arrayContaining(['deploy wheel staff', expect.stringMatching(/ staff$/), 'deploy staff']),
  );
  expect(onReboot).toHaveBeenCalledTimes(1);
});

test('a file of a cloud-config for an owner who is not there yet is reported as cloud-init does', async () => {
  const console = await bootWith(
    Buffer.from(
      "#cloud-config\nwrite_files:\n  - { path: /tmp/a, content: x, owner: 'nobodyknows' }\nruncmd: [cloud-init status]\n",
    ),
  );
  expect(console).toContain('Unknown user or group: "getpwnam(): name not found: \'nobodyknows\'"');
  expect(console).toContain('Running module write-files ');
});

test('the parts of a multipart user data run in their order', async () => {
  const lines = outputOf(
    await bootWith(
      Buffer.from(
        [
          'Content-Type: multipart/mixed; boundary="//"',
          'MIME-Version: 1.0',
          '',
          '--//',
          'Content-Type: text/cloud-config; charset="us-ascii"',
          '',
          '#cloud-config',
          'write_files: [{ path: /tmp/first, content: hello }]',
          '--//',
          'Content-Type: text/x-shellscript; charset="us-ascii"',
          '',
          '#!/bin/bash',
          'echo "part says $(cat /tmp/first)"',
          '--//--',
        ].join('\n'),
      ),
    ),
  );
  expect(lines).toContain('part says hello');
});

test('a reboot starts enabled services and does not run user data again', async () => {
  await bootWith(script(`${SITE}\necho run >> /root/runs`));
  await machine.stop();
  expect(machine.listening.size).toBe(0);
  await machine.boot();
  expect((await fetch(urlOf(machine))).status).toBe(200);
  expect(machine.console().match(/Complete!/g)).toHaveLength(1);
});

test('a host name set by hand stays over a reboot, and a machine of the image gets its own', async () => {
  await bootWith(script('hostnamectl set-hostname web.example.com'));
  await machine.stop();
  await machine.boot();
  const image = machine.snapshot();
  expect(new Disk(image).readText('/etc/hostname')).toBe('web.example.com\n');
  await machine.terminate();
  machine = makeMachine({ disk: image, instanceId: 'i-0fedcba9876543210' });
  await machine.boot();
  expect(new Disk(machine.snapshot()).readText('/etc/hostname')).toMatch(/^ip-10-0-1-12\./);
});

test('a machine of an image serves at boot what was enabled in it, with no user data', async () => {
  await bootWith(script(SITE));
  const image = machine.snapshot();
  await machine.terminate();
  machine = makeMachine({ disk: image, instanceId: 'i-0fedcba9876543210' });
  await machine.boot();
  expect(await (await fetch(urlOf(machine))).text()).toBe('<h1>Welcome</h1>\n');
});

test('a machine of an image runs its own user data, since its instance id is new', async () => {
  await bootWith(script('echo first'));
  const image = machine.snapshot();
  await machine.terminate();
  machine = makeMachine({ disk: image, instanceId: 'i-0fedcba9876543210', userData: script('echo second') });
  await machine.boot();
  expect(outputOf(machine.console())).toContain('second');
});

test('an image does not change when the machine goes on', async () => {
  await bootWith(script(SITE));
  const image = machine.snapshot();
  const other = makeMachine({
    disk: image,
    instanceId: 'i-0fedcba9876543210',
    userData: script('echo changed > /var/www/html/index.html'),
  });
  try {
    await other.boot();
    expect(await (await fetch(urlOf(other))).text()).toBe('changed\n');
    expect(await (await fetch(urlOf(machine))).text()).toBe('<h1>Welcome</h1>\n');
  } finally {
    await other.terminate();
  }
});

test('terminating ends a boot that waits', async () => {
  machine = makeMachine({
    userData: script('echo waiting\nsleep infinity\necho never'),
    sleep: (_, signal) =>
      new Promise((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  });
  const booted = machine.boot();
  await machine.terminate();
  await booted;
  expect(machine.console()).not.toContain('never');
});

test('shutdown inside a script is told to the owner of the machine', async () => {
  const onShutdown = jest.fn();
  await bootWith(script('shutdown -h now'), { onShutdown });
  expect(onShutdown).toHaveBeenCalledTimes(1);
});

test('the console keeps its last 64 KB', async () => {
  const console = await bootWith(script('for i in $(seq 1 4000); do echo "line $i of many"; done'));
  expect(console.length).toBe(64 * 1024);
  expect(console).toContain('line 4000 of many');
});

test('an interpreter that the image does not have is reported', async () => {
  const console = await bootWith(Buffer.from('#!/usr/bin/env ruby\nputs 1'));
  expect(console).toContain('‘ruby’: No such file or directory');
  expect(console).toContain('part-001 [127]');
});
