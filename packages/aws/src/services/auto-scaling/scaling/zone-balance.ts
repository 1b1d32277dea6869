import type { Group } from '../records/group';
import { activeInstances } from '../records/group';
import { chooseVictim } from './termination-policy';

/**
 * The zones that would get more even by one more instance before one elsewhere goes; none when all is even. Only a group
 * that is otherwise at rest is evened out.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage
 */
export function zonesToFill(group: Group): string[] {
  const active = activeInstances(group);
  if (active.length === 0 || active.length !== group.desired) return [];
  if (active.some((instance) => instance.lifecycle !== 'InService' || instance.health !== 'Healthy'))
    return [];
  const zones = group.settings.availabilityZones;
  const count = (zone: string) => active.filter((instance) => instance.zone === zone).length;
  const least = Math.min(...zones.map(count));
  const victim = chooseVictim(group, active);
  if (!victim) return [];
  const strayed = !zones.includes(victim.zone);
  if (!strayed && count(victim.zone) - least < 2) return [];
  return zones.filter((zone) => count(zone) === least);
}
