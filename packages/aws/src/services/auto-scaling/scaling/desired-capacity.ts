import type { Context } from '../../../core/context';
import type { Activities } from '../records/activities';
import type { Group } from '../records/group';

/**
 * Gives a group another desired capacity, and its next activities the reason.
 *
 * @param cause who did it, as activities say it
 */
export function setDesired(
  { activities, context }: { readonly activities: Activities; readonly context: Pick<Context, 'clock'> },
  group: Group,
  desired: number,
  cause: string,
): void {
  if (desired === group.desired) return;
  group.capacityCause = `At ${activities.stamp()} ${cause} changing the desired capacity from ${group.desired} to ${desired}.  `;
  group.desired = desired;
  group.cooldownUntil = context.clock.millis() + group.settings.defaultCooldown * 1000;
}
