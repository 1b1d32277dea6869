import type { Build } from '../../remote/answers';
import type { Remote } from '../../remote/remote';
import { buildRows } from '../../view/lists';
import { table } from '../../view/text';
import type { CommonOptions, Run } from '../context';
import { askForEach, listBuilds, listPipelines } from '../find';
import { nextOf } from '../next';

interface BuildsOptions extends CommonOptions {
  readonly limit: number;
}

/** `kiln builds`: the newest builds of a pipeline, or of all. */
export const builds: Run<BuildsOptions> = async ({ terminal, connect }, [pipeline], options) => {
  const remote = await connect(options);
  const answer =
    pipeline === undefined
      ? { builds: await listAll(remote, options.limit) }
      : await listBuilds(remote, pipeline, options.limit);
  if (options.json) {
    terminal.json(answer);
    return undefined;
  }
  const hold = 'hold' in answer || 'held' in answer ? (answer.hold ?? answer.held) : undefined;
  if (hold) terminal.print(`‖ ${hold.message}`);
  const [newest] = answer.builds;
  if (!newest) {
    const name = pipeline ?? (await listPipelines(remote))[0]?.name;
    terminal.print('no builds yet', nextOf(options, `kiln build ${name ?? ''}`.trim()));
    return undefined;
  }
  terminal.print(...table(buildRows(answer.builds, remote.now(), terminal.columns), terminal.columns));
  terminal.print(nextOf(options, `kiln show ${newest.id}`));
  return undefined;
};

/** Of all pipelines side by side, newest first. */
async function listAll(remote: Remote, limit: number): Promise<Build[]> {
  const pipelines = await listPipelines(remote);
  const lists = await Promise.all(askForEach(pipelines, ({ name }) => listBuilds(remote, name, limit)));
  const all = lists.flatMap((list) => list.builds);
  return all.toSorted((a, b) => b.requestedAt.localeCompare(a.requestedAt)).slice(0, limit);
}
