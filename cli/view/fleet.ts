import type { Fleet, FleetGroup, Server } from '../remote/answers';
import { shortId } from './lists';
import { counted, cut, table, wrap } from './text';
import { age, clockTime, duration, secondsBetween } from './time';

/** Where a table has no room for images, the build says as much. */
const ROOM_FOR_IMAGES = 100;

/**
 * What runs where, in lines: what is wrong with pipelines of no group first, then groups with something wrong first, each with the servers that are not as they should be; a good group is one line.
 *
 * @param columns how wide a line may be
 * @param old seconds after which a server is old
 */
export function describeFleet(fleet: Fleet, columns: number, old?: number): string[] {
  const groups = fleet.groups.toSorted((a, b) => rank(a, fleet.at, old) - rank(b, fleet.at, old));
  const lines = groups.map((group) => groupTable(group, fleet.at, columns, old));
  const head = [
    'GROUP / SERVER',
    'ZONE',
    ...(columns >= ROOM_FOR_IMAGES ? ['IMAGE'] : []),
    'BUILD',
    'AGE',
    'STATE',
  ];
  const rows = [head, ...lines.flatMap((one) => one.flatMap(({ row }) => (row ? [row] : [])))];
  const formed = table(rows, columns);
  const problems = (fleet.problems ?? []).flatMap((text) => wrap(`✖ ${text}`, columns));
  const out = [cut(summaryOf(fleet, old), columns), ...problems, formed[0] ?? ''];
  let at = 1;
  for (const { row, texts } of lines.flat()) {
    if (row) out.push(formed[at++] ?? '');
    out.push(...texts.flatMap((text) => wrap(text, columns, '      ')));
  }
  return [...out, ...(fleet.notKnown ?? []).flatMap((text) => wrap(`? ${text}`, columns))];
}

/** Servers that have run for longer. */
export function oldServers(
  servers: readonly Server[],
  at: string,
  old: number | undefined,
): readonly Server[] {
  if (old === undefined) return [];
  return servers.filter(({ launchedAt }) => launchedAt !== undefined && secondsBetween(launchedAt, at) > old);
}

function rank({ problems, servers }: FleetGroup, at: string, old?: number): number {
  if (servers.some(({ right }) => !right) || problems.length > 0) return 0;
  return oldServers(servers, at, old).length > 0 ? 1 : 2;
}

function summaryOf({ groups, at }: Fleet, old?: number): string {
  const servers = groups.flatMap((group) => group.servers);
  const wrong = servers.filter(({ right }) => !right).length;
  const aged = oldServers(servers, at, old).length;
  const parts = [
    `${servers.length - wrong} right`,
    ...(wrong > 0 ? [`${wrong} not right`] : []),
    ...(old === undefined ? [] : [`${aged} older than ${duration(old)}`]),
  ];
  return `${counted(servers.length, 'server')}, ${counted(groups.length, 'group')} · ${parts.join(', ')} · read ${clockTime(at)}`;
}

function stateOf(wrong: number, problems: number): string {
  if (wrong > 0) return `${wrong} not right`;
  return problems > 0 ? 'look' : 'right';
}

interface Line {
  readonly row?: readonly string[];
  /** Below it. */
  readonly texts: readonly string[];
}

function groupTable(group: FleetGroup, at: string, columns: number, old?: number): Line[] {
  const { autoScalingGroup, want, servers, problems } = group;
  const right = servers.filter((server) => server.right).length;
  const aged = oldServers(servers, at, old);
  const mark = ['✖', '⚠', '✔'][rank(group, at, old)] ?? '';
  const oldest = servers.flatMap(({ launchedAt }) => launchedAt ?? []).sort()[0];
  const images = (imageId = '-') => (columns >= ROOM_FOR_IMAGES ? [imageId] : []);
  const row = [
    `${mark} ${autoScalingGroup}`,
    `${right}/${servers.length}`,
    ...images(want.imageId),
    want.build ? shortId(want.build) : '-',
    oldest ? age(oldest, new Date(at)) : '-',
    stateOf(servers.length - right, problems.length),
  ];
  const shown = servers.filter((server) => !server.right || aged.includes(server));
  return [
    { row, texts: problems },
    ...shown.map((server) => ({
      row: [
        `  ${server.right ? '⚠' : '✖'} ${server.instanceId}`,
        server.zone,
        ...images(server.imageId),
        server.build ? shortId(server.build) : 'none',
        server.launchedAt ? age(server.launchedAt, new Date(at)) : '-',
        `${server.state}${server.healthy ? '' : ', not healthy'}`,
      ],
      texts: server.why ? [server.why] : [],
    })),
  ];
}
