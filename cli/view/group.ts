import type { FleetGroup, Server } from '../remote/answers';
import { groupBy } from './group-by';
import { cut } from './text';
import { age } from './time';

const BAR = 20;

/** A group while it is rolled out to: what it should run, how much of it does, and its servers by what they run. */
export function groupLines(group: FleetGroup, now: Date, columns: number): string[] {
  const { autoScalingGroup, want, servers, problems } = group;
  const right = servers.filter((server) => server.right).length;
  const wanted = [want.version && `v${want.version}`, want.imageId].filter(Boolean).join(' ');
  const lines = [
    ...problems.map((problem) => `├─ ⚠ ${problem}`),
    ...[...groupBy(servers, runsOf)].flatMap(([runs, some]) => [
      `├─ ${runs}  ${some.length}: ${statesOf(some)}`,
      ...some.map((server) => `│  ${describeServer(server, now)}`),
    ]),
  ];
  const head = `${autoScalingGroup}  wanted ${servers.length} × ${wanted || '?'}  actual ${right}  ${bar(right, servers.length)}`;
  return [head, ...lines].map((line) => cut(line, columns));
}

/** How much of the whole, drawn. */
export function bar(part: number, whole: number, length = BAR): string {
  const full = whole > 0 ? Math.floor((part / whole) * length) : 0;
  return '█'.repeat(full) + '░'.repeat(length - full);
}

function runsOf({ version, imageId }: Server): string {
  return [version && `v${version}`, imageId].filter(Boolean).join(' ');
}

function statesOf(servers: readonly Server[]): string {
  return [...groupBy(servers, ({ state }) => state)]
    .map(([state, some]) => `${some.length} ${state}`)
    .join(', ');
}

function describeServer({ instanceId, zone, state, healthy, launchedAt, why }: Server, now: Date): string {
  const mark = healthy ? '✔ healthy' : state.startsWith('Terminating') ? '⇣ leaves' : '◌ not healthy yet';
  return `${instanceId}  ${zone}  ${mark}  ${state}  ${launchedAt ? age(launchedAt, now) : ''}${why ? `  ${why}` : ''}`;
}
