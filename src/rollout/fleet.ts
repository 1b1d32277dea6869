import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isAwsError, loadBalancing } from '../aws';
import { lookAtEach, type Seen } from '../wait/look';
import type { Wait } from '../wait/wait';
import { describeGroups } from './groups';

/** Looks at fleets that are waited for: done are those in which nothing is wrong any more, and those that are gone. */
export async function lookAtFleets(waits: Wait[]): Promise<Seen> {
  const groups = await describeGroupsOf(waits);
  return lookAtEach(waits, async (wait) => {
    const group = groups.get(wait.resource);
    if (!group)
      return { error: 'FleetNotHealthy', cause: `The Auto Scaling group ${wait.resource} was deleted.` };
    return (await findProblems(group, wait)).length === 0 ? { output: { verified: true } } : undefined;
  });
}

function describeGroupsOf(waits: Wait[]): Promise<Map<string, AutoScalingGroup>> {
  return describeGroups([...new Set(waits.map((wait) => wait.resource))]);
}

/** What keeps fleets from being verified, in words: which server lacks what. */
export async function findFleetProblems(waits: Wait[]): Promise<Map<Wait, string[]>> {
  const groups = await describeGroupsOf(waits);
  const found = waits.map(
    async (wait) => [wait, await findProblems(groups.get(wait.resource), wait)] as const,
  );
  return new Map(await Promise.all(found));
}

async function findProblems(group: AutoScalingGroup | undefined, wait: Wait): Promise<string[]> {
  if (!group) return [`the group ${wait.resource} is gone`];
  const instances = group.Instances ?? [];
  const problems = instances.flatMap((instance) => findInstanceProblem(instance, wait.version) ?? []);
  const missing = (group.DesiredCapacity ?? 0) - instances.length;
  if (missing > 0) problems.push(`${missing} of ${group.DesiredCapacity} servers are missing`);
  // Only a complete group is worth the calls to its target groups.
  if (problems.length > 0) return problems;
  const unhealthy = (group.TargetGroupARNs ?? []).map((arn) => findUnhealthyTargets(arn, instances));
  return (await Promise.all(unhealthy)).flat();
}

function findInstanceProblem(instance: Instance, version: string | undefined): string | undefined {
  const { InstanceId, LifecycleState, HealthStatus, LaunchTemplate } = instance;
  if (LaunchTemplate?.Version !== version) {
    return `${InstanceId} runs template version ${LaunchTemplate?.Version}, expected ${version}`;
  }
  if (LifecycleState !== 'InService') return `${InstanceId} is ${LifecycleState}`;
  if (HealthStatus?.toLowerCase() !== 'healthy') return `${InstanceId} is ${HealthStatus}`;
  return undefined;
}

async function findUnhealthyTargets(TargetGroupArn: string, instances: Instance[]): Promise<string[]> {
  const name = TargetGroupArn.split('/').at(-2);
  const TargetHealthDescriptions = await describeHealth(TargetGroupArn);
  if (!TargetHealthDescriptions) return [`the target group ${name} was deleted`];
  const health = new Map(
    TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth]),
  );
  return instances.flatMap(({ InstanceId }) => {
    const target = health.get(InstanceId);
    if (target?.State === 'healthy') return [];
    const why = target?.Description ? ` (${target.Description})` : '';
    return [`${InstanceId} is ${target?.State ?? 'not registered'} in target group ${name}${why}`];
  });
}

/** Undefined when there is no such target group any more. */
async function describeHealth(TargetGroupArn: string): Promise<TargetHealthDescription[] | undefined> {
  try {
    const { TargetHealthDescriptions = [] } = await loadBalancing().send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return TargetHealthDescriptions;
  } catch (error) {
    if (isAwsError(error, 'TargetGroupNotFound', 'TargetGroupNotFoundException')) return undefined;
    throw error;
  }
}
