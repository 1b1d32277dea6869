import type { MachineOptions } from '../../machine-options';
import {
  consoleOf,
  type LaunchedMachine,
  machineLauncher,
  script,
  urlOf,
} from '../../testing/launch-machine';
import { Disk } from '../disk/disk';
import { nextElapse } from './calendar';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine?.terminate());

/** Boots with unit files and then a script. @returns the console without the stamps of cloud-init */
async function boot(
  units: Record<string, string>,
  text: string,
  options: Partial<MachineOptions> = {},
): Promise<string> {
  const files = Object.entries(units).map(
    ([name, content]) => `cat > /etc/systemd/system/${name} <<'UNIT'\n${content}\nUNIT\n`,
  );
  machine = makeMachine({
    userData: script(`${files.join('')}systemctl daemon-reload\n${text}`),
    ...options,
  });
  await machine.boot();
  return consoleOf(machine);
}

test('a command line takes the variables of the unit and of its environment file', async () => {
  const output = await boot(
    {
      'site.service': `[Service]
Environment=DIR=/srv/www PORT=1
EnvironmentFile=/etc/site.env
ExecStartPre=/bin/sh -c 'mkdir -p "$DIR"; echo "$GREETING from %n" > "$DIR/index.html"'
ExecStart=/usr/bin/python3 -m http.server $PORT --directory \${DIR}
[Install]
WantedBy=multi-user.target`.replace('\\$', '$'),
    },
    `printf 'PORT=8081\\nGREETING="hello there"\\n' > /etc/site.env
systemctl enable --now site; systemctl is-active site`,
  );
  expect(output).toContain('active');
  expect(await (await fetch(urlOf(machine, '/', 8081))).text()).toBe('hello there from site.service\n');
});

test('a command line is no shell: its redirections are words', async () => {
  const output = await boot(
    { 'say.service': '[Service]\nType=oneshot\nExecStart=/bin/echo one > /tmp/file && echo two' },
    'systemctl start say; ls /tmp/file; journalctl -u say -o cat',
  );
  expect(output).toContain("ls: cannot access '/tmp/file': No such file or directory");
  expect(output).toContain('one > /tmp/file && echo two');
});

test('a unit starts what it wants and requires, and fails without what it requires', async () => {
  const output = await boot(
    {
      'app.service':
        '[Unit]\nWants=first.service none.service\n[Service]\nType=oneshot\nExecStart=/bin/cat /run/first',
      'first.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo was first > /run/first"',
      'alone.service': '[Unit]\nRequires=none.service\n[Service]\nExecStart=/bin/sleep infinity',
    },
    'systemctl start app && journalctl -u app -o cat\nsystemctl start alone; echo "exit $?"',
  );
  expect(output).toContain('was first');
  expect(output).toContain('Failed to start alone.service: Unit none.service not found.\nexit 5');
});

test('a template is started for each of its instances', async () => {
  const output = await boot(
    {
      'job@.service':
        '[Service]\nType=oneshot\nExecStart=/bin/echo instance %i\n[Install]\nWantedBy=multi-user.target',
    },
    'systemctl enable --now job@one\njournalctl -u job@one -o cat',
  );
  expect(output).toContain('multi-user.target.wants/job@one.service → /etc/systemd/system/job@.service.');
  expect(output).toContain('instance one');
});

test('nobody waits for a simple service that fails, and its state says why it did', async () => {
  const output = await boot(
    {
      'user.service': '[Service]\nUser=nobodyknows\nExecStart=/bin/sleep infinity',
      'folder.service': '[Service]\nWorkingDirectory=/nowhere\nExecStart=/bin/sleep infinity',
      'program.service': '[Service]\nExecStart=/opt/none',
      'variables.service': '[Service]\nEnvironmentFile=/etc/none\nExecStart=/bin/sleep infinity',
    },
    `for unit in user folder program variables; do
  systemctl start $unit; echo "$unit $?"
  systemctl status $unit | grep -o 'status=.*)\\|Result: [a-z]*'
done`,
  );
  expect(output).toContain(
    'user 0\nResult: exit\nstatus=217/USER)\nfolder 0\nResult: exit\nstatus=200/CHDIR)\nprogram 0\nResult: exit\nstatus=203/EXEC)\nJob for variables.service failed because of unavailable resources',
  );
});

test('a service that fails again and again is given up', async () => {
  const output = await boot(
    { 'crash.service': '[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=1' },
    'systemctl start crash\nuntil systemctl is-failed -q crash; do sleep 1; done\njournalctl -u crash -o cat',
    { sleep: () => new Promise((resolve) => setImmediate(resolve)) },
  );
  expect(output).toContain('crash.service: Start request repeated too quickly.');
});

test('a masked unit does not start', async () => {
  const output = await boot(
    {},
    'systemctl mask chronyd; systemctl is-enabled chronyd; systemctl restart chronyd; echo "exit $?"\nsystemctl unmask chronyd && systemctl restart chronyd && echo again',
  );
  expect(output).toContain(
    'Created symlink /etc/systemd/system/chronyd.service → /dev/null.\nmasked\nFailed to restart chronyd.service: Unit chronyd.service is masked.\nexit 1',
  );
  expect(output).toContain('again');
});

test('a timer starts its service again and again, also after a reboot', async () => {
  const sleeps: (() => void)[] = [];
  const wake = async () => {
    for (const next of sleeps.splice(0)) next();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await boot(
    {
      'tick.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo tick >> /root/ticks"',
      'tick.timer': '[Timer]\nOnBootSec=1min\nOnUnitActiveSec=1min\n[Install]\nWantedBy=timers.target',
    },
    'systemctl enable --now tick.timer\nsystemctl is-active tick.timer tick',
    { sleep: () => new Promise((resolve) => sleeps.push(resolve)) },
  );
  expect(machine.console()).toMatch(/active\r\n.*inactive/);
  const ticked = async (count: number) => {
    for (;;) {
      await wake();
      const text = new Disk(machine.snapshot()).find('/root/ticks')
        ? new Disk(machine.snapshot()).readText('/root/ticks')
        : '';
      if (text.split('\n').length - 1 >= count) return;
    }
  };
  await ticked(2);
  await machine.stop();
  await machine.boot();
  await ticked(3);
});

test.each([
  ['daily', '2026-11-28T00:00:00.000Z'],
  ['*:0/15', '2026-11-27T05:45:00.000Z'],
  ['*-*-* 03:30:00', '2026-11-28T03:30:00.000Z'],
  ['Mon..Tue 12:00', '2026-11-30T12:00:00.000Z'],
  ['*-*-01 00:00:00', '2026-12-01T00:00:00.000Z'],
])('the calendar event %s comes next at %s', (expression, expected) => {
  expect(nextElapse(expression, new Date('2026-11-27T05:42:21Z'))?.toISOString()).toBe(expected);
});
