import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Account } from './account';
import { EventBus } from './event-bus';
import type { Realm } from './realm';
import type { Call, Service, WireRequest, WireResponse } from './service';
import { AwsError } from './wire/aws-error';
import { entries, type ServiceName } from './wire/catalog';

/** The way of people and functions into a region's network. */
export interface RegionNetwork {
  resolve(source: 'internet', host: string): string | undefined;
  forward(source: 'internet', request: IncomingMessage, response: ServerResponse): void;
  tunnel(source: 'internet', request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** The deployed HTTP APIs of a region. */
export interface HttpApi {
  has(apiId: string): boolean;
  invoke(apiId: string, request: WireRequest, call: Call): Promise<WireResponse>;
}

export interface LoadBalancerPort {
  readonly name: string;
  readonly dnsName: string;
  readonly listenerPort: number;
  readonly loopbackPort: number;
}

/** One region of the account: its services, wired to one another. */
export class Region {
  private readonly services: Partial<Record<ServiceName, Service>>;
  readonly network: RegionNetwork = {
    resolve: () => undefined,
    forward: (_source, _request, response) => response.writeHead(502).end(),
    tunnel: (_source, _request, socket) => socket.destroy(),
  };

  constructor(
    readonly name: string,
    account: Account,
  ) {
    const realm: Realm = {
      region: name,
      accountId: account.accountId,
      clock: account.clock,
      ledger: account.ledger,
      faults: account.faults,
      bus: new EventBus(name, account.accountId, () => account.clock.now()),
      endpoint: account.endpoint,
    };
    this.services = this.wire(realm);
  }

  service(name: ServiceName): Service {
    const service = this.services[name];
    if (!service)
      throw new AwsError('UnrecognizedClientException', `there is no ${entries[name].signingName} here yet`);
    return service;
  }

  httpApis(): HttpApi {
    return { has: () => false, invoke: () => Promise.reject(new Error('no API')) };
  }

  loadBalancerPorts(): LoadBalancerPort[] {
    return [];
  }

  executionTransitions(): { executionArn: string; transitions: number }[] {
    return [];
  }

  async runSchedule(_group: string, _name: string): Promise<boolean> {
    return false;
  }

  async dispose(): Promise<void> {
    await Promise.all(Object.values(this.services).map((service) => service.dispose?.()));
  }

  private wire(_realm: Realm): Partial<Record<ServiceName, Service>> {
    return {};
  }
}
