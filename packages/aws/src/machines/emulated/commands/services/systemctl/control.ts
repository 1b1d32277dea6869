import type { ExecResult } from 'just-bash';
import type { Guest } from '../../../system/guest';
import { SystemdError } from '../../../systemd/systemd-error';
import { fail, succeed } from '../../program';
import type { Verb, Verbs } from './verb';

const forEach =
  (action: (guest: Guest, name: string) => Promise<void>): Verb =>
  async (guest, names) => {
    for (const name of names) await action(guest, name);
    return succeed();
  };

const startEach = forEach((guest, name) => guest.systemd.start(name));
const stopEach = forEach((guest, name) => guest.systemd.stop(name));
const restartEach = forEach((guest, name) => guest.systemd.restart(name));
const reloadEach = forEach((guest, name) => guest.systemd.reload(name));

/** Verbs that change what runs, or what is enabled. */
export const CONTROL: Verbs = {
  start: startEach,
  stop: stopEach,
  restart: restartEach,
  'force-reload': reloadEach,
  reload: reloadEach,
  'try-restart': forEach(async (guest, name) => {
    if (guest.systemd.state(name).active === 'active') await guest.systemd.restart(name);
  }),
  'reload-or-restart': forEach(async (guest, name) => {
    const canReload = guest.systemd.units.find(name)?.commands.get('ExecReload')?.length;
    if (guest.systemd.state(name).active === 'active' && canReload) await guest.systemd.reload(name);
    else await guest.systemd.restart(name);
  }),
  async enable(guest, names, flags) {
    const lines = names.flatMap((name) => guest.systemd.units.enable(name));
    const text = lines.map((line) => `${line}\n`).join('');
    if (!flags.has('--now')) return succeed('', text);
    try {
      await startEach(guest, names, flags);
      return succeed('', text);
    } catch (error) {
      if (error instanceof SystemdError) return fail(error.exitCode, `${text}${error.message}`);
      throw error;
    }
  },
  async disable(guest, names, flags) {
    const lines = names.flatMap((name) => guest.systemd.units.disable(name));
    if (flags.has('--now')) await stopEach(guest, names, flags);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  async mask(guest, names, flags) {
    const lines = names.flatMap((name) => guest.systemd.units.mask(name));
    if (flags.has('--now')) await stopEach(guest, names, flags);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  unmask(guest, names) {
    const lines = names.flatMap((name) => guest.systemd.units.unmask(name));
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  reenable(guest, names) {
    const lines = names.flatMap((name) => [
      ...guest.systemd.units.disable(name),
      ...guest.systemd.units.enable(name),
    ]);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  async kill(guest, names, flags) {
    const signal =
      [...flags].find((flag) => flag.startsWith('--signal='))?.replace(/^.*=(?:SIG)?/, '') ?? 'TERM';
    for (const name of names) {
      if (signal === 'HUP') await guest.systemd.reload(name);
      else if (['TERM', 'KILL', 'INT', 'QUIT'].includes(signal)) await guest.systemd.stop(name);
    }
    return succeed();
  },
  'daemon-reload': () => succeed(),
  'daemon-reexec': () => succeed(),
  'reset-failed'(guest, names) {
    if (names.length === 0) guest.systemd.resetFailed();
    for (const name of names) guest.systemd.resetFailed(name);
    return succeed();
  },
  poweroff: (guest) => power(guest, 'poweroff'),
  halt: (guest) => power(guest, 'poweroff'),
  reboot: (guest) => power(guest, 'reboot'),
};

function power(guest: Guest, action: 'poweroff' | 'reboot'): ExecResult {
  guest.requestPower(action);
  return succeed();
}
