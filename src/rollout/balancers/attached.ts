import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Target } from '../../build/state';

/** What sends visitors to the servers of a group. */
export interface Attached {
  /** ARNs. */
  targetGroups: string[];
  /** Names of Classic Load Balancers. */
  loadBalancers: string[];
  /** Other traffic sources: target groups of VPC Lattice. */
  others: string[];
}

/** Reads what a group is attached to, by which of AWS's three ways to say it ever. */
export function attachedTo({
  TargetGroupARNs = [],
  LoadBalancerNames = [],
  TrafficSources = [],
}: AutoScalingGroup): Attached {
  const sources = (type: string) =>
    TrafficSources.flatMap(({ Type, Identifier = [] }) => (Type === type ? Identifier : []));
  const known = ['elb', 'elbv2'];
  return {
    targetGroups: [...new Set([...TargetGroupARNs, ...sources('elbv2')])],
    loadBalancers: [...new Set([...LoadBalancerNames, ...sources('elb')])],
    others: TrafficSources.flatMap(({ Type, Identifier = [] }) =>
      Type !== undefined && !known.includes(Type) ? Identifier : [],
    ),
  };
}

/** How a group is attached otherwise than when it was planned, in words; none where it is not. */
export function findMoves(target: Pick<Target, 'targetGroups' | 'loadBalancers'>, group: AutoScalingGroup) {
  const now = attachedTo(group);
  const kinds = [
    ['target groups', target.targetGroups, now.targetGroups],
    ['Classic Load Balancers', target.loadBalancers ?? [], now.loadBalancers],
  ] as const;
  return kinds.flatMap(([what, before, after]) => {
    const [was, is] = [before, after].map((all) => all.toSorted().join(', '));
    return was === is ? [] : [{ what, was: was || 'none', is: is || 'none' }];
  });
}
