import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { attachedTo } from './attached';
import { describeInstanceHealth } from './classic';
import { describeTargetHealth, nameOfTargetGroup } from './target-groups';

/** A port of a server, as what balances its load has it; undefined for the pipeline's own. */
export interface Place {
  instanceId: string;
  port: number | undefined;
}

/** What balances the load of a group finds wrong with its servers, and where these answer. */
export interface Balanced {
  problems: string[];
  places: Place[];
}

/**
 * Asks all target groups and Classic Load Balancers of a group what they think of its servers.
 *
 * @param instances those of the group that count
 * @param askAt where servers are asked, as Plan found it
 */
export async function judgeBalancers(
  group: AutoScalingGroup,
  instances: Instance[],
  askAt: Record<string, number[]> = {},
): Promise<Balanced> {
  const { targetGroups, loadBalancers } = attachedTo(group);
  const all = await Promise.all([
    ...targetGroups.map((arn) => judgeTargets(arn, instances, askAt[arn])),
    ...loadBalancers.map((name) => judgeClassic(name, instances, askAt[name])),
  ]);
  if (all.length === 0) return { problems: [], places: placesOf(instances, []) };
  return {
    problems: all.flatMap(({ problems }) => problems),
    places: distinct(all.flatMap((one) => one.places)),
  };
}

/** A target group may have a server on several ports: each must be healthy. */
async function judgeTargets(
  arn: string,
  instances: Instance[],
  askAt: number[] | undefined,
): Promise<Balanced> {
  const name = nameOfTargetGroup(arn);
  const targets = await describeTargetHealth(arn);
  if (!targets) return { problems: [`the target group ${name} was deleted`], places: [] };
  const judged = instances.map(({ InstanceId = '' }): Balanced => {
    const own = targets.filter(({ Target }) => Target?.Id === InstanceId);
    if (own.length === 0)
      return { problems: [`${InstanceId} is not registered in target group ${name}`], places: [] };
    const problems = own.flatMap(({ TargetHealth }) => {
      if (TargetHealth?.State === 'healthy') return [];
      const why = TargetHealth?.Description ? ` (${TargetHealth.Description})` : '';
      return [`${InstanceId} is ${TargetHealth?.State} in target group ${name}${why}`];
    });
    return { problems, places: own.map(({ Target }) => ({ instanceId: InstanceId, port: Target?.Port })) };
  });
  return {
    problems: judged.flatMap(({ problems }) => problems),
    places: askAt ? placesOf(instances, askAt) : judged.flatMap(({ places }) => places),
  };
}

async function judgeClassic(
  name: string,
  instances: Instance[],
  askAt: number[] | undefined,
): Promise<Balanced> {
  const states = await describeInstanceHealth(name);
  if (!states) return { problems: [`the Classic Load Balancer ${name} was deleted`], places: [] };
  const problems = instances.flatMap(({ InstanceId }) => {
    const found = states.find((state) => state.InstanceId === InstanceId);
    if (!found) return [`${InstanceId} is not registered with the Classic Load Balancer ${name}`];
    const { State, Description = 'N/A' } = found;
    const isLeaving = /deregistration/i.test(Description);
    if (State === 'InService' && !isLeaving) return [];
    const why = Description === 'N/A' ? '' : ` (${Description})`;
    return [`${InstanceId} is ${State} at the Classic Load Balancer ${name}${why}`];
  });
  return { problems, places: placesOf(instances, askAt ?? []) };
}

/** Each server at each of the ports; at the pipeline's own without any. */
function placesOf(instances: Instance[], ports: readonly number[]): Place[] {
  const asked = ports.length > 0 ? ports : [undefined];
  return instances.flatMap(({ InstanceId: instanceId = '' }) => asked.map((port) => ({ instanceId, port })));
}

/** Two balancers may send visitors to the same port. */
function distinct(places: Place[]): Place[] {
  return [...new Map(places.map((place) => [`${place.instanceId} ${place.port}`, place])).values()];
}
