import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { attachedTo } from './attached';
import { describeClassic, portsOf } from './classic';
import { describeTargetGroup, nameOfTargetGroup } from './target-groups';

/** How the servers of a group are asked for the site. */
export interface Ways {
  /** Where they must let the probe in. */
  ports: number[];
  /** The ports by the name of a Classic Load Balancer, or the ARN of a Gateway Load Balancer's target group; none for the pipeline's own. */
  askAt: Record<string, number[]>;
}

/** Why servers cannot be asked; what to say instead stands behind it. */
interface Obstacle {
  problem: string;
  /** Whether it helps to ask none of them. */
  isOfAsking: boolean;
}

type Way = { id: string; ports: number[]; isAsked: boolean } | Obstacle;

/**
 * Finds out where the servers of a group answer: at the ports of its target groups, at the instance ports of its Classic Load Balancers, and
 * at the pipeline's own port where neither says it. A Gateway Load Balancer sends packets in envelopes of GENEVE, which no site answers.
 *
 * @param port the pipeline's own
 */
export async function findWays(group: AutoScalingGroup, port: number): Promise<Ways | Obstacle> {
  const { targetGroups, loadBalancers } = attachedTo(group);
  const ways = await Promise.all([...targetGroups.map(wayOfTargetGroup), ...loadBalancers.map(wayOfClassic)]);
  const obstacle = ways.find((way) => 'problem' in way);
  if (obstacle) return obstacle;
  const open = ways.flatMap((way) => ('ports' in way ? [way] : []));
  const ports = open.flatMap((way) => (way.ports.length > 0 ? way.ports : [port]));
  return {
    ports: [...new Set(ports.length > 0 ? ports : [port])],
    askAt: Object.fromEntries(open.filter(({ isAsked }) => isAsked).map(({ id, ports }) => [id, ports])),
  };
}

/** Where servers answer that are registered in a target group. */
async function wayOfTargetGroup(id: string): Promise<Way> {
  const found = await describeTargetGroup(id);
  const name = nameOfTargetGroup(id);
  if (!found?.Port)
    return {
      problem: `is attached to the target group ${name}, which does not exist any more. Detach it.`,
      isOfAsking: false,
    };
  switch (found.Protocol) {
    case 'GENEVE':
      return { id, ports: [], isAsked: true };
    case 'HTTP':
    case 'TCP':
      // Each server has a port of its own there, which its registration says.
      return { id, ports: [found.Port], isAsked: false };
    default:
      return {
        problem: `is attached to the target group ${name} of protocol ${found.Protocol}, and the servers are asked for the site by HTTP.`,
        isOfAsking: true,
      };
  }
}

async function wayOfClassic(id: string): Promise<Way> {
  const found = await describeClassic(id);
  if (!found)
    return {
      problem: `is attached to the Classic Load Balancer ${id}, which does not exist any more. Detach it.`,
      isOfAsking: false,
    };
  const ports = portsOf(found);
  if (ports.length > 0) return { id, ports, isAsked: true };
  return {
    problem: `is attached to the Classic Load Balancer ${id}, none of whose listeners talks HTTP or TCP to the servers, and these are asked for the site by HTTP.`,
    isOfAsking: true,
  };
}
