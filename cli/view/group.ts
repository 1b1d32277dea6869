import type { FleetGroup, Rollout, Server } from '../remote/answers';
import { groupBy } from './group-by';
import { cut } from './text';
import { age } from './time';

const BAR = 20;

/**
 * A group while a build rolls out to it: what the build brings beside how much of it serves, and the servers by what they run.
 *
 * @param imageId the build's image
 * @param columns how wide a line may be
 */
export function groupLines(
  { autoScalingGroup, servers }: FleetGroup,
  { version }: Rollout,
  imageId: string | undefined,
  now: Date,
  columns: number,
): string[] {
  const isNew = (server: Server) => server.version === version && server.imageId === imageId;
  const staying = servers.filter((server) => !leaves(server));
  const serving = staying.filter((server) => isNew(server) && serves(server)).length;
  const wanted = `wanted ${staying.length} × v${version} ${imageId ?? ''}`.trimEnd();
  const runs = groupBy(
    servers.toSorted((a, b) => Number(isNew(b)) - Number(isNew(a))),
    (server) =>
      [isNew(server) ? 'new' : 'old', server.version && `v${server.version}`, server.imageId]
        .filter(Boolean)
        .join(' '),
  );
  return [
    `${autoScalingGroup}  ${wanted}  actual ${serving}  ${bar(serving, staying.length)}`,
    ...[...runs].flatMap(([name, some]) => [
      `├─ ${name}  ${statesOf(some)}`,
      ...some.map((server) => `│  ${describeServer(server, now)}`),
    ]),
  ].map((line) => cut(line, columns));
}

/** How much of the whole, drawn. */
export function bar(part: number, whole: number, length = BAR): string {
  const full = whole > 0 ? Math.floor((part / whole) * length) : 0;
  return '█'.repeat(full) + '░'.repeat(length - full);
}

function serves({ state, healthy }: Server): boolean {
  return state === 'InService' && healthy;
}

function leaves({ state }: Server): boolean {
  return /^(Terminat|Detach)/.test(state);
}

function statesOf(servers: readonly Server[]): string {
  return [...groupBy(servers, wordOf)].map(([word, some]) => `${some.length} ${word}`).join(', ');
}

/** Auto Scaling's own word, where its servers do not simply serve. */
function wordOf(server: Server): string {
  if (serves(server)) return 'serving';
  return server.state === 'InService' ? 'not healthy' : server.state;
}

function describeServer(server: Server, now: Date): string {
  const { instanceId, zone, launchedAt } = server;
  const mark = serves(server) ? '✔' : leaves(server) ? '⇣' : server.healthy ? '◌' : '✖';
  return [instanceId, zone, `${mark} ${wordOf(server)}`, ...(launchedAt ? [age(launchedAt, now)] : [])].join(
    '  ',
  );
}
