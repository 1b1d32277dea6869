import { type BuildRecord, withdrawAllVerified } from '../../build/record';
import { describeGroups } from '../groups';
import { takeGroup } from '../lease';
import { usesAny } from '../version/configuration';
import { restoreDefaultVersions } from '../version/default';
import { isLongOver } from './bring-back';
import { findOwnRollout } from './own-versions';
import { amongOwn, ownOf, type Rollout } from './rollout';

/**
 * Whether each group of a build that did not succeed was verified, and can be brought back: then all that runs is what no build has made
 * good, and nothing else says so. Where one group was not verified the others go on to serve.
 */
export function isUnreleased(record: BuildRecord): boolean {
  const { targets = [], rollouts } = record;
  return (
    targets.length > 0 &&
    !isLongOver(record) &&
    targets.every(
      ({ autoScalingGroup, isFirstImage, autoRollback, canRollBack }) =>
        rollouts[autoScalingGroup]?.verified && !isFirstImage && autoRollback && canRollBack,
    )
  );
}

/**
 * Lets no group of such a build count as verified any more, so that each is brought back; before, gives back the default versions, since
 * `Finish` may have come to them.
 *
 * @param alone runs what concerns one group, and keeps what goes wrong
 * @param end throws what went wrong
 * @throws what `end` throws: nothing is withdrawn then
 */
export async function withdrawUnreleased(
  record: BuildRecord,
  alone: (target: Rollout['target'], run: () => Promise<void>) => Promise<void>,
  end: () => void,
): Promise<BuildRecord> {
  const rollouts: Rollout[] = [];
  for (const target of record.targets ?? [])
    await alone(target, async () => {
      rollouts.push(await findOwnRollout(record, target));
    });
  end();
  const own = new Map<string, string[]>();
  for (const [id, versions] of rollouts.flatMap(ownOf)) own.set(id, [...(own.get(id) ?? []), ...versions]);
  for (const rollout of rollouts)
    await alone(rollout.target, async () => {
      const { target } = rollout;
      const { autoScalingGroup } = target;
      const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
      // A person has given it another version since.
      if (!group || !usesAny(group, target, amongOwn(rollout))) return;
      await takeGroup(autoScalingGroup, record.id);
      await restoreDefaultVersions(target, (id) => own.get(id) ?? []);
    });
  end();
  return withdrawAllVerified(record);
}
