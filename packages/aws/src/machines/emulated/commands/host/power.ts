import { formatLogTime } from '../../web/access-log';
import { type Program, type Programs, succeed } from '../program';

const power =
  (action: 'poweroff' | 'reboot'): Program =>
  (_, { guest }) => {
    guest.requestPower(action);
    return succeed();
  };

const shutdown: Program = async (args, { guest }) => {
  if (args.includes('-c')) return succeed();
  const when = args.find((arg) => arg === 'now' || /^\+?\d+$/.test(arg)) ?? '+1';
  const action = args.includes('-r') ? 'reboot' : 'poweroff';
  const seconds = when === 'now' ? 0 : Number(when.replace('+', '')) * 60;
  const act = () => guest.requestPower(action);
  if (seconds === 0) {
    act();
    return succeed();
  }
  guest.sleep(seconds).then(act, () => undefined);
  return succeed(
    '',
    `Shutdown scheduled for ${formatLogTime(new Date(guest.now().getTime() + seconds * 1000))}, use 'shutdown -c' to cancel.\n`,
  );
};

/** Off, and on again. */
export const POWER_PROGRAMS: Programs = {
  shutdown,
  poweroff: power('poweroff'),
  halt: power('poweroff'),
  reboot: power('reboot'),
};
