import { type Program, type Programs, succeed } from '../program';

const ss: Program = (args, { guest }) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const ports = [...guest.ports.listening.keys()].sort((a, b) => a - b);
  if (/u/.test(flags) && !/t/.test(flags))
    return succeed('State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n');
  const rows = ports.map(
    (port) => `LISTEN 0      511                *:${String(port).padEnd(8)}        *:*    \n`,
  );
  return succeed(`State  Recv-Q Send-Q Local Address:Port   Peer Address:Port\n${rows.join('')}`);
};

const netstat: Program = (_, { guest }) => {
  const ports = [...guest.ports.listening.keys()].sort((a, b) => a - b);
  const rows = ports.map(
    (port) => `tcp6       0      0 ${`:::${port}`.padEnd(23)} :::*                    LISTEN\n`,
  );
  return succeed(
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State\n${rows.join('')}`,
  );
};

/** Listening ports. */
export const SOCKET_PROGRAMS: Programs = { ss, netstat };
