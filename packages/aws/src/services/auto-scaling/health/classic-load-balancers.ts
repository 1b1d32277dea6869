import type { InstanceState } from '@aws-sdk/client-elastic-load-balancing';
import type { Api } from '../../../core/client';
import type { Seen } from './seen';

/** Registers instances with Classic Load Balancers and asks how these see them. */
export class ClassicLoadBalancers {
  constructor(private readonly elb: Api<typeof import('@aws-sdk/client-elastic-load-balancing')>) {}

  async register(LoadBalancerName: string, instanceIds: readonly string[]): Promise<void> {
    const Instances = instanceIds.map((InstanceId) => ({ InstanceId }));
    await this.elb.RegisterInstancesWithLoadBalancer({ LoadBalancerName, Instances });
  }

  async deregister(LoadBalancerName: string, InstanceId: string): Promise<void> {
    await this.elb.DeregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances: [{ InstanceId }] });
  }

  /** @throws AwsError when there is no such load balancer */
  async check(name: string): Promise<void> {
    await this.elb.DescribeLoadBalancers({ LoadBalancerNames: [name] });
  }

  async healthIn(LoadBalancerName: string): Promise<ReadonlyMap<string, Seen>> {
    const { InstanceStates = [] } = await this.elb.DescribeInstanceHealth({ LoadBalancerName });
    return new Map(InstanceStates.map((state) => [state.InstanceId ?? '', seen(state)]));
  }
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html */
function seen({ State, ReasonCode, Description }: InstanceState): Seen {
  const isDraining = /deregistration/.test(Description ?? '');
  const isHealthy = State === 'InService' && !isDraining;
  return {
    isHealthy,
    isBalanced: isHealthy,
    // What the load balancer itself has not done yet, such as the registration, is not the instance's failure.
    isFailing: State === 'OutOfService' && ReasonCode === 'Instance',
    isDraining,
  };
}
