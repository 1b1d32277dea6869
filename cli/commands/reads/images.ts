import type { Build } from '../../remote/answers';
import { ApiError, NoAnswer } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { describeImages, type ShownImage } from '../../view/images';
import type { CommonOptions, Run } from '../context';
import { askForEach, listBuilds, listFleet, listPipelines } from '../find';
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
