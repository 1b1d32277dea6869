import type { Build } from '../../remote/answers';
import { CommandError, EXIT, UsageError } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { type Difference, differenceOf } from '../../view/difference';
import { table } from '../../view/text';
import type { Run } from '../context';
import { findBuild, getBuild, listBuilds } from '../find';

/** How many builds back a difference is looked for. */
const LOOKED_AT = 100;

/** The build that made the image of a build: a night that changed nothing uses that of an earlier one. */
async function findMaker(remote: Remote, word: string): Promise<Build> {
  const build = await getBuild(remote, await findBuild(remote, word, 'newest'));
  return build.reused ? getBuild(remote, build.reused.build) : build;
}

/** `kiln images diff`: which packages changed between two builds of a pipeline. */
export const diff: Run = async ({ terminal, connect }, [from = '', to = ''], options) => {
  const remote = await connect(options);
  const [before, after] = await Promise.all([findMaker(remote, from), findMaker(remote, to)]);
  if (before.pipeline !== after.pipeline)
    throw new UsageError(
      `${before.id} is of ${before.pipeline} and ${after.id} of ${after.pipeline}: give two builds of one pipeline, the earlier one first`,
    );
  const { found, why } = await findDifference(remote, before, after);
  if (options.json) {
    terminal.json({ before: before.id, after: after.id, ...found });
    return undefined;
  }
  const { added, removed, upgraded, isPartial } = found;
  const rows = [
    ...added.map(({ name, version }) => [`+ ${name}`, version]),
    ...upgraded.map(({ name, from, to }) => [`~ ${name}`, `${from} → ${to}`]),
    ...removed.map(({ name, version }) => [`- ${name}`, version]),
  ];
  terminal.print(
    `${before.id} → ${after.id}: ${added.length} added, ${upgraded.length} upgraded, ${removed.length} removed`,
    ...table(rows, terminal.columns),
    ...(isPartial
      ? [
          `⚠ not all: records name the first changes of a build only, and the bills of materials, which have all, were not read: ${why}`,
        ]
      : []),
  );
  return undefined;
};

interface Found {
  readonly found: Difference;
  /** Why the bills of materials were not read. */
  readonly why?: string;
}

/** By the bills of materials where this caller may read them; else by what the records of the builds between the two say. */
async function findDifference(remote: Remote, before: Build, after: Build): Promise<Found> {
  const why = await compareBills(remote, before, after);
  if (typeof why !== 'string') return { found: why };
  const { builds } = await listBuilds(remote, after.pipeline, LOOKED_AT);
  const found = differenceOf(builds, before.id, after.id);
  if (found) return { found, why };
  throw new CommandError(
    `the builds of ${after.pipeline} do not lead from ${before.id} to ${after.id}, of the newest ${builds.length}, and the bills of materials were not read: ${why}. Give the earlier one first, and builds that made an image`,
    EXIT.notFound,
  );
}

/** @returns why they could not be compared, or the difference */
async function compareBills({ place }: Remote, before: Build, after: Build): Promise<Difference | string> {
  if (place.api.token) return 'the token is for the API alone';
  const keys = [before, after].map(({ bom }) => bom?.key);
  const [old = '', now = ''] = keys;
  if (!old || !now) return `${old ? after.id : before.id} has none`;
  try {
    const [{ readBills }, { listChanges }] = await Promise.all([
      import('../../remote/bills'),
      import('../../../src/server/packages/changes'),
    ]);
    const [first = [], second = []] = await readBills(place, [old, now]);
    return { ...listChanges(first, second), isPartial: false };
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message.split('\n')[0]}`;
  }
}
