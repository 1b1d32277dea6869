import { Clock } from './clock';
import { Faults } from './faults';
import { Ledger } from './ledger';
import type { Principal } from './principal';
import { type HttpApi, type LoadBalancerPort, Region, type RegionNetwork } from './region';
import type { Service } from './service';
import { AwsError } from './wire/aws-error';
import { entries, type ServiceName } from './wire/catalog';

const ACCOUNT_ID = '000000000000';
const REGION_NAME = /^[a-z]{2}(-[a-z]+)+-\d$/;

export interface AccountOptions {
  readonly timeScale: number;
  /** The front door's address. */
  readonly endpoint: string;
}

/** An AWS account: its regions, born when first spoken to, and what it has only once. */
export class Account {
  readonly accountId = ACCOUNT_ID;
  readonly endpoint: string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly faults = new Faults();
  private readonly regions = new Map<string, Region>();

  constructor(options: AccountOptions) {
    this.endpoint = options.endpoint;
    this.clock = new Clock(options.timeScale);
    this.ledger = new Ledger(() => this.clock.millis());
  }

  /** @throws AwsError for a name that no region has the form of */
  region(name: string): Region {
    let region = this.regions.get(name);
    if (!region) {
      if (!REGION_NAME.test(name))
        throw new AwsError('InvalidRegion', `'${name}' is not the name of a region`);
      region = new Region(name, this);
      this.regions.set(name, region);
    }
    return region;
  }

  service(name: ServiceName, region: string): Service {
    return this.region(entries[name].global ? 'us-east-1' : region).service(name);
  }

  regionNames(): string[] {
    return [...this.regions.keys()];
  }

  principalOf(accessKeyId: string | undefined): Principal {
    return {
      accessKeyId: accessKeyId ?? '',
      accountId: this.accountId,
      arn: `arn:aws:iam::${this.accountId}:root`,
      userId: this.accountId,
    };
  }

  networkOf(host: string): RegionNetwork {
    const found = [...this.regions.values()].find((region) => region.network.resolve('internet', host));
    return (found ?? this.region('us-east-1')).network;
  }

  findHttpApi(apiId: string): HttpApi | undefined {
    return [...this.regions.values()].map((region) => region.httpApis()).find((api) => api.has(apiId));
  }

  loadBalancerPorts(): LoadBalancerPort[] {
    return [...this.regions.values()].flatMap((region) => region.loadBalancerPorts());
  }

  executionTransitions(): { executionArn: string; transitions: number }[] {
    return [...this.regions.values()].flatMap((region) => region.executionTransitions());
  }

  runSchedule(region: string, group: string, name: string): Promise<boolean> {
    return this.regions.get(region)?.runSchedule(group, name) ?? Promise.resolve(false);
  }

  async dispose(): Promise<void> {
    this.clock.stop();
    await Promise.all([...this.regions.values()].map((region) => region.dispose()));
    this.clock.stop();
  }
}
