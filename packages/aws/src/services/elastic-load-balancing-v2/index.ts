import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import type { TypedOperations } from '../../core/typed-operations';
import type { Network } from '../../network';
import { type LoadBalancerPort, Servers } from './data-plane/servers';
import { Balancing, type Ec2ForBalancing, type TargetHealthChange } from './health/targets';
import { accountOperations } from './operations/account';
import { listenerOperations } from './operations/listeners';
import { loadBalancerOperations } from './operations/load-balancers';
import { ruleOperations } from './operations/rules';
import { tagOperations } from './operations/tags';
import { targetGroupOperations } from './operations/target-groups';
import { targetOperations } from './operations/targets';

export type { LoadBalancerPort } from './data-plane/servers';
export type { TargetHealthChange } from './health/targets';

function operationsOf(balancing: Balancing, servers: Servers) {
  return {
    ...loadBalancerOperations(balancing, servers),
    ...listenerOperations(balancing, servers),
    ...ruleOperations(balancing),
    ...targetGroupOperations(balancing),
    ...targetOperations(balancing),
    ...tagOperations(balancing),
    ...accountOperations(),
  };
}

/** Elastic Load Balancing v2 in one region: its API, and load balancers that really balance. */
export class ElbV2 {
  readonly operations: TypedOperations<typeof client, ReturnType<typeof operationsOf>>;
  private readonly balancing: Balancing;
  private readonly servers: Servers;

  constructor(context: Context, { ec2, network }: { ec2: Ec2ForBalancing; network: Network; iam?: IamPort }) {
    this.balancing = new Balancing(context, ec2, network);
    this.servers = new Servers(this.balancing);
    this.operations = operationsOf(this.balancing, this.servers);
  }

  /** The listeners of active load balancers with the loopback ports on which a browser finds them. */
  loadBalancerPorts(): LoadBalancerPort[] {
    return this.servers.ports();
  }

  /** Calls back at every change of a target's health. Returns how to end it. */
  onTargetHealth(listener: (change: TargetHealthChange) => void): () => void {
    return this.balancing.onTargetHealth(listener);
  }

  /** Ends all listeners, connections and health checks. */
  dispose(): void {
    this.servers.dispose();
    this.balancing.dispose();
  }
}
