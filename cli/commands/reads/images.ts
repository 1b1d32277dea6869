import type { Build } from '../../remote/answers';
import { ApiError, CommandError, EXIT, NoAnswer, UsageError } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { differenceOf } from '../../view/difference';
import { describeImages, type ShownImage } from '../../view/images';
import { table } from '../../view/text';
import type { CommonOptions, Run } from '../context';
import { askForEach, findBuild, getBuild, listBuilds, listFleet, listPipelines } from '../find';
import { nextOf } from '../next';

interface ImagesOptions extends CommonOptions {
  readonly limit: number;
}

/** `kiln images`: the images that builds made, newest first: what each was made from, what names it and where it runs. */
export const images: Run<ImagesOptions> = async ({ terminal, connect }, [name], options) => {
  const remote = await connect(options);
  const names = name === undefined ? (await listPipelines(remote)).map((pipeline) => pipeline.name) : [name];
  const [lists, fleet] = await Promise.all([
    Promise.all(askForEach(names, (pipeline) => listBuilds(remote, pipeline, options.limit))),
    readFleet(remote, name),
  ]);
  const shown = collectImages(
    lists.flatMap(({ builds }) => builds),
    fleet,
  );
  if (options.json) terminal.json({ images: shown });
  else if (shown.length === 0)
    terminal.print('no images yet', nextOf(options, `kiln build ${names[0] ?? ''}`.trim()));
  else {
    terminal.print(...describeImages(shown, remote.now(), terminal.columns));
    const [after] = shown;
    const before = shown.slice(1).find(({ pipeline }) => pipeline === after?.pipeline);
    const next =
      before && after ? `kiln images diff ${before.build} ${after.build}` : `kiln show ${after?.build}`;
    terminal.print(nextOf(options, next));
  }
  return undefined;
};

/** Each image once, by the build that made it. */
function collectImages(builds: readonly Build[], fleet: WholeFleet | undefined): ShownImage[] {
  const makers = builds.filter(({ imageId, reused, rollback }) => imageId && !reused && !rollback);
  const servers = fleet?.groups.flatMap((group) =>
    group.servers.map(({ imageId }) => ({ group: group.autoScalingGroup, imageId })),
  );
  return makers
    .toSorted((a, b) => b.requestedAt.localeCompare(a.requestedAt))
    .map((build) => {
      const { imageId = '', imageGone, revoked, rolledBack, packageChanges, bom } = build;
      const on = servers?.filter((server) => server.imageId === imageId).map(({ group }) => group);
      const names = fleet?.imageParameters?.filter((one) => one.imageId === imageId);
      return {
        ...{ imageId, build: build.id, pipeline: build.pipeline, at: build.endedAt ?? build.requestedAt },
        ...{ baseImageId: build.baseImageId, baseBuild: build.baseBuild },
        ...{ status: build.status, imageGone, revoked, rolledBack, packageChanges, bom },
        ...(names && { namedBy: names.map(({ name: parameter, channel }) => ({ parameter, channel })) }),
        ...(on && { runsOn: countEach(on) }),
      };
    });
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

type WholeFleet = Awaited<ReturnType<typeof listFleet>>;

/** Where images run and what names them, if the service can say that, and this caller may ask. */
async function readFleet(remote: Remote, pipeline: string | undefined): Promise<WholeFleet | undefined> {
  try {
    return await listFleet(remote, pipeline);
  } catch (error) {
    if (error instanceof ApiError || error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** How many builds back a difference is looked for. */
const LOOKED_AT = 100;

/** The build that made the image of a build: a night that changed nothing uses that of an earlier one. */
async function findMaker(remote: Remote, word: string): Promise<{ id: string; pipeline: string }> {
  const { id, pipeline, reused } = await getBuild(remote, await findBuild(remote, word, 'newest'));
  return { id: reused?.build ?? id, pipeline };
}

/** `kiln images diff`: which packages changed between two builds of a pipeline. */
export const diff: Run = async ({ terminal, connect }, [from = '', to = ''], options) => {
  const remote = await connect(options);
  const [{ id: before, pipeline: other }, { id: after, pipeline }] = await Promise.all([
    findMaker(remote, from),
    findMaker(remote, to),
  ]);
  if (other !== pipeline)
    throw new UsageError(
      `${before} is of ${other} and ${after} of ${pipeline}: give two builds of one pipeline, the earlier one first`,
    );
  const { builds } = await listBuilds(remote, pipeline, LOOKED_AT);
  const found = differenceOf(builds, before, after);
  if (!found)
    throw new CommandError(
      `the builds of ${pipeline} do not lead from ${before} to ${after}, of the newest ${builds.length}: give the earlier one first, and builds that made an image`,
      EXIT.notFound,
    );
  if (options.json) {
    terminal.json({ before, after, ...found });
    return undefined;
  }
  const { added, removed, upgraded, isPartial } = found;
  const rows = [
    ...added.map(({ name, version }) => [`+ ${name}`, version]),
    ...upgraded.map(({ name, from, to }) => [`~ ${name}`, `${from} → ${to}`]),
    ...removed.map(({ name, version }) => [`- ${name}`, version]),
  ];
  terminal.print(
    `${before} → ${after}: ${added.length} added, ${upgraded.length} upgraded, ${removed.length} removed`,
    ...table(rows, terminal.columns),
    ...(isPartial
      ? ['⚠ not all: records name the first changes of a build only; the bills of materials have all']
      : []),
  );
  return undefined;
};
