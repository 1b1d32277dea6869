import type { Listener as Shape } from '@aws-sdk/client-elastic-load-balancing';

export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'SSL';

/** A listener of a Classic Load Balancer: from a port of its own to a port of the instances. */
export interface Listener {
  readonly protocol: ListenerProtocol;
  readonly port: number;
  readonly instanceProtocol: ListenerProtocol;
  readonly instancePort: number;
  certificateId?: string;
  policyNames: string[];
}

export function describeListener({
  protocol,
  port,
  instanceProtocol,
  instancePort,
  certificateId,
}: Listener): Shape {
  return {
    Protocol: protocol,
    LoadBalancerPort: port,
    InstanceProtocol: instanceProtocol,
    InstancePort: instancePort,
    ...(certificateId && { SSLCertificateId: certificateId }),
  };
}
