import { AwsError } from '../core/aws-error';
import { Clock } from '../core/clock';
import { Faults } from '../core/faults';
import { Ledger } from '../core/ledger';
import type { Principal } from '../core/principal';
import type { Service } from '../core/service';
import type { ApiGateway } from '../services/apigatewayv2/index';
import type { LoadBalancerPort } from '../services/elastic-load-balancing-v2/index';
import { Iam } from '../services/iam/index';
import { S3 } from '../services/s3/index';
import { Sts } from '../services/sts/index';
import { entries, type ServiceName } from '../wire/catalog';
import { Region } from './region';

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
  readonly iam: Iam;
  readonly sts: Sts;
  readonly s3: S3;
  private readonly regions = new Map<string, Region>();
  private isDisposed = false;

  constructor(options: AccountOptions) {
    this.endpoint = options.endpoint;
    this.clock = new Clock(options.timeScale);
    this.ledger = new Ledger(() => this.clock.millis());
    this.iam = new Iam(this);
    this.sts = new Sts(this, { iam: this.iam });
    this.s3 = new S3({
      accountId: this.accountId,
      clock: this.clock,
      busOf: (region) => this.region(region).bus,
      destinationsOf: (region) => this.region(region).s3Destinations,
    });
  }

  /** @throws AwsError for a name that no region has the form of, and where there is no account any more */
  region(name: string): Region {
    let region = this.regions.get(name);
    if (!region) {
      if (!REGION_NAME.test(name))
        throw new AwsError('InvalidRegion', `'${name}' is not the name of a region`);
      // A request that was under way when the account went: nobody would end what it made now.
      if (this.isDisposed)
        throw new AwsError('ServiceUnavailable', 'The account was reset while this was under way', 503);
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
    return this.iam.principalOf(accessKeyId ?? '');
  }

  /** The region whose network knows a host; the first region where none does. */
  regionOf(host: string): Region {
    const found = [...this.regions.values()].find((region) => region.network.knows(host));
    return found ?? this.region('us-east-1');
  }

  findHttpApi(apiId: string): ApiGateway | undefined {
    return [...this.regions.values()].map((region) => region.httpApis).find((api) => api.has(apiId));
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
    this.isDisposed = true;
    this.clock.stop();
    await Promise.all([...this.regions.values()].map((region) => region.dispose()));
    this.clock.end();
  }
}
