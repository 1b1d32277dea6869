import { type BuildRecord, findRecord, keyOfRecord, type NotBack, noteRollout } from '../../build/record';
import type { Target } from '../../build/state';
import { TransientFailure } from '../../errors';
import { logger } from '../../log';
import { setPaths } from '../../table';
import { tellPeople } from '../../tell/people';

/** Writes down why a group is left to people. The first reason counts. */
export async function noteLeft({ id, rollouts }: BuildRecord, target: Target, why: string): Promise<void> {
  if (rollouts[target.autoScalingGroup]?.notBack) return;
  logger.error(`build ${id}: ${why}`);
  await noteRollout(id, target.autoScalingGroup, {
    launchTemplateId: target.launchTemplateId,
    notBack: { at: new Date().toISOString(), why },
  });
}

/** Longer than the calls take that tell of it. */
const TELLING_MILLISECONDS = 60_000;

/**
 * What people have not been told yet of the groups of a build that are not what they were before. Who tells it says so before, so that of
 * two who would the second waits.
 *
 * @param tell is given a text for each group; none if there is nothing to tell
 * @throws TransientFailure while another tells it
 */
export async function tellLeft(build: string, tell: (texts: string[]) => Promise<unknown>): Promise<void> {
  const left = Object.entries((await findRecord(build))?.rollouts ?? {}).flatMap(([group, { notBack }]) =>
    notBack && !notBack.toldAt ? [{ group, ...notBack }] : [],
  );
  for (const one of left) await claim(build, one);
  await tell(left.map(({ why }) => why));
  for (const { group } of left) await setTime(build, group, 'toldAt');
}

async function claim(build: string, { group, tellingAt }: NotBack & { group: string }): Promise<void> {
  const isFree = !tellingAt || Date.parse(tellingAt) < Date.now() - TELLING_MILLISECONDS;
  if (isFree && (await setTime(build, group, 'tellingAt', tellingAt))) return;
  throw new TransientFailure(`That ${group} is not what it was before is just being told.`);
}

/** @returns whether the time was before what it should be */
function setTime(
  build: string,
  group: string,
  name: 'tellingAt' | 'toldAt',
  before?: string,
): Promise<boolean> {
  const at = '#rollouts.#group.#notBack';
  const condition = before ? `${at}.#tellingAt = :before` : `attribute_not_exists(${at}.#${name})`;
  return setPaths(keyOfRecord(build), [[['rollouts', group, 'notBack', name], new Date().toISOString()]], {
    expression: condition,
    names: { '#group': group },
    ...(before && { values: { ':before': before } }),
  });
}

/** Tells people what undoing has left to them since they were told of the failure. */
export async function publishLeft({ id, pipeline }: Pick<BuildRecord, 'id' | 'pipeline'>): Promise<void> {
  await tellLeft(id, async (texts) => {
    if (texts.length === 0) return;
    await tellPeople(
      `Kiln: a group of ${pipeline} is not what it was`,
      `${texts.join('\n\n')}\n\nBuild ${id} of pipeline ${pipeline} did not succeed, and this was not undone.\n`,
    );
  });
}
