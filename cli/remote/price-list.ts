import { type Filter, GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import type { Place } from './place';

/** What one unit costs by AWS's list, in US dollars, or why that is not known. */
export type UnitPrice = { readonly usd: number } | { readonly why: string };

/** What is asked after. */
interface Asked {
  readonly service: 'AmazonEC2' | 'AmazonVPC';
  readonly region: string;
  /** What products must have. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What it is called on bills; there most regions have their short name before it. */
  readonly usage?: string;
  readonly unit: 'Hrs' | 'GB-Mo';
}

/** A product as the Price List tells it, as far as it is read. */
interface Product {
  readonly product?: { readonly attributes?: Readonly<Record<string, string>> };
  readonly terms?: { readonly OnDemand?: Readonly<Record<string, Term>> };
}

interface Term {
  readonly priceDimensions?: Readonly<
    Record<string, { readonly unit?: string; readonly pricePerUnit?: Readonly<Record<string, string>> }>
  >;
}

/** Milliseconds: a plan is of use without prices, too. */
const PATIENCE = { connectionTimeout: 3000, requestTimeout: 5000 };

/**
 * AWS's Price List: On-Demand prices of the regions of the partition `aws`. It is asked with the caller's own credentials
 * (`pricing:GetProducts`), and each price once. A price that it does not tell beyond doubt is not known.
 * See https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
 */
export class PriceList {
  private readonly client: PricingClient;
  private readonly known = new Map<string, Promise<UnitPrice>>();
  /** Why nothing is asked. */
  private readonly silent: string | undefined;

  constructor({ client, region, endpoint, api }: Pick<Place, 'client' | 'region' | 'endpoint' | 'api'>) {
    this.silent = endpoint
      ? `the AWS at ${endpoint} has no Price List`
      : /^(cn|us-gov|us-iso|eusc)/.test(region)
        ? `AWS's Price List has no prices of ${region}`
        : api.token
          ? 'the token is for the API alone, and the Price List wants credentials of AWS'
          : undefined;
    this.client = new PricingClient({
      ...client,
      region: listRegionFor(region),
      maxAttempts: 2,
      requestHandler: PATIENCE,
    });
  }

  /** @param operation what AWS calls the licence: `RunInstances` is Linux. @returns of an hour */
  instance(region: string, instanceType: string, operation: string): Promise<UnitPrice> {
    const shared = { tenancy: 'Shared', capacitystatus: 'Used', marketoption: 'OnDemand' };
    const attributes = { instanceType, operation, ...shared };
    return this.find({ service: 'AmazonEC2', region, attributes, unit: 'Hrs' });
  }

  /** @returns of a GB of gp3 for a month */
  volume(region: string): Promise<UnitPrice> {
    const attributes = { productFamily: 'Storage', volumeApiName: 'gp3' };
    return this.find({ service: 'AmazonEC2', region, attributes, unit: 'GB-Mo' });
  }

  /** @returns of a GB for a month */
  snapshot(region: string): Promise<UnitPrice> {
    const attributes = { productFamily: 'Storage Snapshot' };
    return this.find({ service: 'AmazonEC2', region, attributes, usage: 'EBS:SnapshotUsage', unit: 'GB-Mo' });
  }

  /** @returns of a public IPv4 address for an hour */
  address(region: string): Promise<UnitPrice> {
    const usage = 'PublicIPv4:InUseAddress';
    return this.find({ service: 'AmazonVPC', region, attributes: {}, usage, unit: 'Hrs' });
  }

  private find(asked: Asked): Promise<UnitPrice> {
    if (this.silent) return Promise.resolve({ why: this.silent });
    const key = JSON.stringify(asked);
    const found = this.known.get(key) ?? this.ask(asked).catch(explain);
    this.known.set(key, found);
    return found;
  }

  private async ask({ service, region, attributes, usage, unit }: Asked): Promise<UnitPrice> {
    const Filters = [
      ...Object.entries({ ...attributes, regionCode: region }).map(
        ([Field, Value]): Filter => ({ Type: 'TERM_MATCH', Field, Value }),
      ),
      ...(usage ? [{ Type: 'CONTAINS', Field: 'usagetype', Value: usage } as const] : []),
    ];
    const { PriceList: list } = await this.client.send(
      new GetProductsCommand({ ServiceCode: service, Filters, FormatVersion: 'aws_v1' }),
    );
    const meant = [...((list as string[] | undefined) ?? [])]
      .map((text) => JSON.parse(String(text)) as Product)
      .filter(({ product }) => !usage || isOf(usage, product?.attributes?.usagetype));
    const prices = meant.flatMap((product) => pricesOf(product, unit));
    const [usd] = prices;
    if (usd !== undefined && prices.length === 1) return { usd };
    const what = usage ?? Object.values(attributes).slice(0, 2).join(' ');
    return { why: `the Price List has ${prices.length || 'no'} prices of ${what} in ${region}` };
  }
}

function isOf(usage: string, usageType = ''): boolean {
  return usageType === usage || usageType.endsWith(`-${usage}`);
}

/** The Price List answers in three regions. */
function listRegionFor(region: string): string {
  if (/^(eu|il|me|af)-/.test(region)) return 'eu-central-1';
  return region.startsWith('ap-') ? 'ap-south-1' : 'us-east-1';
}

function pricesOf({ terms }: Product, unit: string): number[] {
  const dimensions = Object.values(terms?.OnDemand ?? {}).flatMap((term) =>
    Object.values(term.priceDimensions ?? {}),
  );
  return dimensions
    .filter((one) => one.unit === unit && one.pricePerUnit?.USD !== undefined)
    .map((one) => Number(one.pricePerUnit?.USD))
    .filter(Number.isFinite);
}

function explain(error: Error): UnitPrice {
  const text = `the Price List does not answer (${error.name}: ${error.message})`;
  return { why: /AccessDenied/.test(error.name) ? `${text}: it wants pricing:GetProducts` : text };
}
