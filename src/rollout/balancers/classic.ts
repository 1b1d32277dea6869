import {
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  type InstanceState,
  type LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { classicLoadBalancing } from '../../aws/classic-load-balancing';
import { isAwsError } from '../../aws/error';

/** The SDK calls it by the name of its shape, AWS by its code. */
const GONE = ['AccessPointNotFoundException', 'LoadBalancerNotFound'];

/** Reads a Classic Load Balancer. Undefined when there is no such one any more. */
export async function describeClassic(name: string): Promise<LoadBalancerDescription | undefined> {
  try {
    const { LoadBalancerDescriptions } = await classicLoadBalancing().send(
      new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] }),
    );
    return LoadBalancerDescriptions?.[0];
  } catch (error) {
    if (isAwsError(error, ...GONE)) return undefined;
    throw error;
  }
}

/** What a Classic Load Balancer thinks of its instances. Undefined when there is no such one any more. */
export async function describeInstanceHealth(LoadBalancerName: string): Promise<InstanceState[] | undefined> {
  try {
    const { InstanceStates = [] } = await classicLoadBalancing().send(
      new DescribeInstanceHealthCommand({ LoadBalancerName }),
    );
    return InstanceStates;
  } catch (error) {
    if (isAwsError(error, ...GONE)) return undefined;
    throw error;
  }
}

/**
 * Where a Classic Load Balancer's instances answer by HTTP: the instance ports of its listeners that talk HTTP to them, else of those that
 * pass TCP on. None where it talks HTTPS or SSL to them alone.
 */
export function portsOf({ ListenerDescriptions = [] }: LoadBalancerDescription): number[] {
  const portsBy = (protocol: string) =>
    ListenerDescriptions.flatMap(({ Listener }) => {
      // A listener that names no protocol for its instances has that of its own, without the encryption.
      const plain = Listener?.Protocol?.replace('HTTPS', 'HTTP').replace('SSL', 'TCP');
      return (Listener?.InstanceProtocol ?? plain) === protocol ? (Listener?.InstancePort ?? []) : [];
    });
  const http = portsBy('HTTP');
  return [...new Set(http.length > 0 ? http : portsBy('TCP'))].sort((a, b) => a - b);
}
