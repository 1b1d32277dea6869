import { randomBytes } from 'node:crypto';
import type { MachineOptions } from '../../machine-options';
import { drawRandomFrom } from '../../random';
import {
  consoleOf,
  type LaunchedMachine,
  machineLauncher,
  runOn,
  script,
} from '../../testing/launch-machine';

const launch = machineLauncher();
const boot = async (options: Partial<MachineOptions> = {}): Promise<LaunchedMachine> => {
  const machine = launch(options);
  await machine.boot();
  return machine;
};

test('cloud-init says how it ended, in its answer and in its files', async () => {
  const good = await boot({ userData: script('cloud-init status; echo hello') });
  expect(consoleOf(good)).toContain('status: running');
  expect(await runOn(good, 'cloud-init status --wait')).toBe('\nstatus: done\n');
  expect(await runOn(good, 'cloud-init status --long')).toMatch(
    /^status: done\ntime: \w+, .* \+0000\ndetail:\nDataSourceEc2\n$/,
  );
  const read = async (machine: LaunchedMachine, path: string) =>
    JSON.parse(await runOn(machine, `cat ${path}`));
  expect(await read(good, '/var/lib/cloud/data/result.json')).toEqual({
    v1: { datasource: 'DataSourceEc2', errors: [] },
  });
  expect(await read(good, '/run/cloud-init/status.json')).toMatchObject({
    v1: {
      datasource: 'DataSourceEc2',
      stage: null,
      'modules-final': { errors: [], finished: expect.any(Number) },
    },
  });
  expect(await runOn(good, 'grep -c hello /var/log/cloud-init-output.log; ls /var/log/cloud-init.log')).toBe(
    '1\n/var/log/cloud-init.log\n',
  );
  const bad = await boot({ userData: script('exit 3') });
  expect(await runOn(bad, 'cloud-init status')).toBe('status: error\n[1]');
  expect((await read(bad, '/run/cloud-init/result.json')).v1.errors).toEqual([
    "('scripts-user', RuntimeError('Runparts: 1 failures (part-001) in 1 attempted commands'))",
  ]);
});

test('Options of later versions of cloud-init are refused, as by the one of Amazon Linux 2023', async () => {
  const machine = await boot();
  expect(await runOn(machine, 'cloud-init status --format json')).toMatch(
    /^usage: [\s\S]*error: unrecognized arguments: --format json\n\[2\]$/,
  );
  expect(await runOn(machine, 'cloud-init clean --machine-id')).toMatch(
    /error: unrecognized arguments: --machine-id\n\[2\]$/,
  );
});

test('What was cleaned has not booted: the next boot is a first one', async () => {
  const machine = await boot({ userData: script('echo ran >> /opt/runs') });
  await machine.stop();
  await machine.boot();
  expect(await runOn(machine, 'cat /opt/runs')).toBe('ran\n');
  expect(await runOn(machine, 'cloud-init clean --logs; cloud-init status; ls -A /var/lib/cloud')).toBe(
    'status: not run\n',
  );
  expect(await runOn(machine, 'ls /var/log | grep cloud')).toBe('[1]');
  await machine.stop();
  await machine.boot();
  expect(await runOn(machine, 'cat /opt/runs; cloud-init status')).toBe('ran\nran\nstatus: done\n');
});

test('An instance makes the machine id that it does not have, and an image carries one that it has', async () => {
  const machine = await boot();
  const id = await runOn(machine, 'cat /etc/machine-id');
  expect(id).toMatch(/^ec2[0-9a-f]{29}\n$/);
  const same = await boot({ instanceId: 'i-0fedcba9876543210', disk: machine.snapshot() });
  expect(await runOn(same, 'cat /etc/machine-id')).toBe(id);
  await runOn(machine, 'truncate -s 0 /etc/machine-id');
  const other = await boot({ instanceId: 'i-0fedcba9876543210', disk: machine.snapshot() });
  const made = await runOn(other, 'cat /etc/machine-id');
  expect(made).toMatch(/^ec2[0-9a-f]{29}\n$/);
  expect(made).not.toBe(id);
});

test('A new instance has host keys of its own, whatever its image has', async () => {
  const machine = await boot();
  const list = 'ls /etc/ssh | grep host; cat /etc/ssh/ssh_host_ed25519_key.pub';
  const first = await runOn(machine, list);
  expect(first).toMatch(
    /^ssh_host_ecdsa_key\nssh_host_ecdsa_key.pub\nssh_host_ed25519_key\nssh_host_ed25519_key.pub\nssh-ed25519 /,
  );
  await machine.stop();
  await machine.boot();
  expect(await runOn(machine, list)).toBe(first);
  const other = await boot({ instanceId: 'i-0fedcba9876543210', disk: machine.snapshot() });
  expect(await runOn(other, list)).not.toBe(first);
  expect(consoleOf(other)).toMatch(/BEGIN SSH HOST KEY FINGERPRINTS-----\n.*256 SHA256:/);
});

test('The key that an instance is launched with lets its holder in, as ec2-user and not as root', async () => {
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ mine';
  const machine = await boot({ keyName: 'mine', publicKey });
  const read = 'cat /home/ec2-user/.ssh/authorized_keys; stat -c "%a %U" /home/ec2-user/.ssh/authorized_keys';
  expect(await runOn(machine, read)).toBe(`${publicKey}\n600 ec2-user\n`);
  expect(await runOn(machine, 'cat /root/.ssh/authorized_keys')).toMatch(
    /^no-port-forwarding,.*Please login as the user.* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ mine\n$/,
  );
  const token =
    'T=$(curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)';
  const ask = (path: string) =>
    `curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/${path}`;
  expect(
    await runOn(machine, `${token}; ${ask('public-keys/')}; echo; ${ask('public-keys/0/openssh-key')}`),
  ).toBe(`0=mine\n${publicKey}`);
  const kept = await boot({
    instanceId: 'i-0fedcba9876543210',
    disk: machine.snapshot(),
    publicKey: 'ssh-rsa B other',
  });
  expect(await runOn(kept, 'cat /home/ec2-user/.ssh/authorized_keys')).toBe(
    `${publicKey}\nssh-rsa B other\n`,
  );
});

test('The keys of a server come from the randomness that machines are given, so that a run can be repeated', async () => {
  const list = 'cat /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_ed25519_key.pub';
  const bootWith = async (start: number) => {
    let next = start;
    drawRandomFrom((count) => Buffer.from(Array.from({ length: count }, () => (next++ % 250) + 1)));
    return runOn(await boot(), list);
  };
  try {
    const first = await bootWith(1);
    expect(await bootWith(1)).toBe(first);
    expect(await bootWith(2)).not.toBe(first);
  } finally {
    drawRandomFrom(randomBytes);
  }
});
