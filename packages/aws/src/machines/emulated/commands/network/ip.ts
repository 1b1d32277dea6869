import { fail, type Program, type Programs, succeed } from '../program';

const OPTIONS = new Set(['-4', '-6', '-o', '-br', '-brief', '-oneline', '-c', '-color', '-family', '-s']);

/** `ip addr`, `ip link` and `ip route`, shown; nothing of the network can be changed from inside. */
const ip: Program = (args, { guest, lacks }) => {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const [object = '', verb = 'show', ...rest] = args.filter((arg) => !arg.startsWith('-'));
  if (object === '') return fail(255, 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }');
  const isShown = ['show', 'list', 'ls', 's', 'l', 'get', 'dev'].includes(verb);
  const unknown = flags.some((flag) => !OPTIONS.has(flag));
  if (!isShown || unknown) return lacks(`ip ${args.join(' ')}`);
  const { privateIp, mac } = guest.options;
  if ('route'.startsWith(object)) {
    const gateway = privateIp.replace(/\d+$/, '1');
    if (verb === 'get')
      return succeed(`${rest[0] ?? ''} via ${gateway} dev ens5 src ${privateIp} uid 0 \n    cache \n`);
    return succeed(`default via ${gateway} dev ens5 proto dhcp src ${privateIp} metric 512 \n`);
  }
  const wanted = [...rest, ...(verb === 'dev' ? [] : [])].filter(
    (word) => word !== 'dev' && word !== 'scope' && word !== 'global',
  );
  const device = wanted.find((word) => word !== 'up');
  if (device !== undefined && !['lo', 'ens5'].includes(device))
    return fail(1, `Device "${device}" does not exist.`);
  const withAddresses = 'address'.startsWith(object);
  if (!withAddresses && !'link'.startsWith(object)) return lacks(`ip ${args.join(' ')}`);
  const isBrief = flags.some((flag) => flag.startsWith('-br'));
  const isOneLine = flags.some((flag) => flag === '-o' || flag === '-oneline');
  const devices = [
    {
      name: 'lo',
      at: 1,
      link: 'loopback 00:00:00:00:00:00',
      inet: '127.0.0.1/8',
      scope: 'host',
      state: 'UNKNOWN',
    },
    {
      name: 'ens5',
      at: 2,
      link: `ether ${mac}`,
      inet: `${privateIp}/20`,
      scope: 'global dynamic',
      state: 'UP',
    },
  ].filter(({ name }) => device === undefined || device === name);
  if (isBrief)
    return succeed(
      devices
        .map(
          ({ name, state, inet, link }) =>
            `${name.padEnd(16)} ${state.padEnd(14)} ${withAddresses ? inet : link.split(' ')[1]} \n`,
        )
        .join(''),
    );
  if (isOneLine && withAddresses)
    return succeed(
      devices
        .map(({ at, name, inet, scope }) => `${at}: ${name}    inet ${inet} scope ${scope} ${name}\n`)
        .join(''),
    );
  return succeed(
    devices
      .map(({ at, name, link, inet, scope, state }) => {
        const head = `${at}: ${name}: <${name === 'lo' ? 'LOOPBACK' : 'BROADCAST,MULTICAST'},UP,LOWER_UP> mtu ${name === 'lo' ? 65536 : 9001} state ${state}\n    link/${link}\n`;
        return `${head}${withAddresses ? `    inet ${inet} scope ${scope} ${name}\n` : ''}`;
      })
      .join(''),
  );
};

/** What the network interface is like. */
export const IP_PROGRAMS: Programs = { ip };
