import type { FleetGroup } from '../../remote/answers';
import { EXIT } from '../../remote/errors';
import { describeFleet, oldServers } from '../../view/fleet';
import { type CommonOptions, flagsOf, type Run } from '../context';
import { listFleet } from '../find';

interface FleetOptions extends CommonOptions {
  /** Seconds. */
  readonly old?: number;
}

/** `kiln fleet`: what runs where, and whether that is what should run. */
export const fleet: Run<FleetOptions> = async ({ terminal, connect }, [pipeline], options) => {
  const remote = await connect(options);
  const answer = await listFleet(remote, pipeline);
  const { at, groups } = answer;
  const old =
    options.old === undefined
      ? 0
      : groups.flatMap(({ servers }) => oldServers(servers, at, options.old)).length;
  if (options.json) terminal.json(answer);
  else terminal.print(...describeFleet(answer, terminal.columns, options.old), adviceOf(groups, options));
  return old > 0 ? EXIT.failed : undefined;
};

function adviceOf(groups: readonly FleetGroup[], options: CommonOptions): string {
  const wrong = groups.filter(
    ({ problems, servers }) => problems.length > 0 || servers.some(({ right }) => !right),
  );
  const pipelines = [...new Set((wrong.length > 0 ? wrong : groups).map(({ pipeline }) => pipeline))];
  const verb = wrong.length > 0 ? 'plan' : 'builds';
  const commands = pipelines.slice(0, 2).map((name) => `kiln ${verb} ${name}${flagsOf(options)}`);
  return `next: ${commands.join(' · ') || 'kiln pipelines'}`;
}
