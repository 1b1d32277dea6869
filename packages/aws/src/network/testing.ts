import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { Clock } from '../core/clock';
import { Network } from '.';

/** A network without EC2, of one VPC: the test itself says what its security groups and interfaces are. */
export class TestNetwork {
  readonly groups: Record<string, SecurityGroup> = {};
  readonly network: Network;
  private readonly clock = new Clock(10_000);

  constructor() {
    this.network = new Network({ region: 'us-east-1', clock: this.clock });
    this.network.useTopology({
      securityGroup: (id) => this.groups[id],
      hasInternetGateway: (subnetId) => subnetId === 'subnet-public',
      natAddress: () => undefined,
    });
  }

  attach(
    id: string,
    privateIp: string,
    groupIds: readonly string[],
    { publicIp, subnetId = 'subnet-public' }: { publicIp?: string; subnetId?: string } = {},
  ): void {
    this.network.attach({ id, vpcId: 'vpc-1', subnetId, privateIp, publicIp, groupIds });
  }

  dispose(): void {
    this.network.dispose();
    this.clock.stop();
  }
}

/** Lets a server listen on a free port of the loopback address. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
