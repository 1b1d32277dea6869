import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Ec2Port } from '../../../core/ports';
import { type Connector, FETCH_PATIENCE, type Standpoint, type TunnelAddress, Tunnels } from './tunnel';

/** A function's way out. */
export interface FunctionWay {
  readonly standpoint: Standpoint;
  /** Whether there is a way to the AWS API: in a VPC through a NAT gateway, or at an endpoint. */
  readonly reachesAws: boolean;
  /** In a VPC: the network interface behind which the function stands. */
  readonly interfaceId?: string;
}

interface SharedInterface {
  readonly interfaceId: string;
  readonly users: Set<string>;
}

/**
 * Where functions stand in the network. As Lambda's Hyperplane does, functions with the same subnet and the same groups share
 * an interface; a function without a VPC stands on the internet.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export class FunctionNetwork {
  private readonly interfaces = new Map<string, SharedInterface>();
  private readonly tunnels: Tunnels;
  private turn = 0;

  constructor(
    private readonly ec2: Pick<Ec2Port, 'createInterface' | 'deleteInterface' | 'reachesAws'>,
    private readonly network: Connector,
    accepted: (socket: Socket) => void,
  ) {
    this.tunnels = new Tunnels(network, accepted);
  }

  /** Makes the interfaces that a function needs: one in each of its subnets. */
  join(functionArn: string, configuration: FunctionConfiguration): void {
    for (const { key, subnetId, groupIds } of placesOf(configuration)) {
      let shared = this.interfaces.get(key);
      if (!shared) {
        const description = `AWS Lambda VPC ENI-${configuration.FunctionName}`;
        const { interfaceId } = this.ec2.createInterface({ subnetId, groupIds, description });
        shared = { interfaceId, users: new Set() };
        this.interfaces.set(key, shared);
      }
      shared.users.add(functionArn);
    }
  }

  /** Gives up the interfaces that no other function uses. */
  leave(functionArn: string, configuration: FunctionConfiguration): void {
    for (const { key } of placesOf(configuration)) {
      const shared = this.interfaces.get(key);
      shared?.users.delete(functionArn);
      if (!shared || shared.users.size > 0) continue;
      this.interfaces.delete(key);
      this.ec2.deleteInterface(shared.interfaceId);
      void this.tunnels.close({ interfaceId: shared.interfaceId });
    }
  }

  /** The way out of a new sandbox; those of a function in several subnets take turns. */
  wayOf(configuration: FunctionConfiguration): FunctionWay {
    const places = placesOf(configuration);
    if (places.length === 0) return { standpoint: 'internet', reachesAws: true };
    this.turn += 1;
    const place = places[this.turn % places.length];
    const shared = place && this.interfaces.get(place.key);
    if (!shared) throw new Error(`function ${configuration.FunctionName} has no network interface`);
    const { interfaceId } = shared;
    return { standpoint: { interfaceId }, reachesAws: this.ec2.reachesAws(interfaceId), interfaceId };
  }

  /** The tunnel through which a thread goes this way. */
  tunnelTo({ standpoint }: FunctionWay): Promise<TunnelAddress> {
    return this.tunnels.open(standpoint);
  }

  /** Connects from this process. @throws ConnectionError as a real network would */
  connect({ standpoint }: FunctionWay, host: string, port: number): Promise<Duplex> {
    return this.network.connect(standpoint, host, port, {
      signal: new AbortController().signal,
      patience: FETCH_PATIENCE,
    });
  }

  dispose(): void {
    this.tunnels.dispose();
  }
}

function placesOf(configuration: FunctionConfiguration) {
  const groupIds = configuration.VpcConfig?.SecurityGroupIds ?? [];
  return (configuration.VpcConfig?.SubnetIds ?? []).map((subnetId) => ({
    key: [subnetId, ...[...groupIds].sort()].join(' '),
    subnetId,
    groupIds,
  }));
}
