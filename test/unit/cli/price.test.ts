import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan, Usage } from '../../../cli/remote/answers';
import { PriceList } from '../../../cli/remote/price-list';
import { priceOf } from '../../../cli/view/plan/price';
import { runAt, useApi } from './kit';

const api = useApi();
const pricing = mockClient(PricingClient);

/** A product as the Price List tells it: a text of JSON in a list. */
function product(usagetype: string, unit: string, ...usd: string[]): string {
  const sku = usagetype.replace(/\W/g, '').toUpperCase();
  const dimensions = usd.map((USD, at) => [
    `${sku}.JRTCKXETXF.6YS6EN2CT${at}`,
    { unit, beginRange: '0', endRange: 'Inf', appliesTo: [], pricePerUnit: { USD } },
  ]);
  return JSON.stringify({
    product: {
      productFamily: 'Compute Instance',
      attributes: {
        servicecode: 'AmazonEC2',
        regionCode: 'eu-north-1',
        usagetype,
        operation: 'RunInstances',
      },
      sku,
    },
    serviceCode: 'AmazonEC2',
    terms: {
      OnDemand: {
        [`${sku}.JRTCKXETXF`]: {
          ...{ sku, offerTermCode: 'JRTCKXETXF', termAttributes: {}, effectiveDate: '2026-11-01T00:00:00Z' },
          priceDimensions: Object.fromEntries(dimensions),
        },
      },
      Reserved: {},
    },
    version: '20261101000000',
    publicationDate: '2026-11-01T00:00:00Z',
  });
}

const INSTANCE = product('EUN1-BoxUsage:t3.micro', 'Hrs', '0.0108000000');
const VOLUME = product('EUN1-EBS:VolumeUsage.gp3', 'GB-Mo', '0.0836000000');
const SNAPSHOTS = [
  product('EUN1-EBS:SnapshotUsage', 'GB-Mo', '0.0500000000'),
  product('EUN1-EBS:SnapshotUsageUnderBilling', 'GB-Mo', '0.0000000000'),
];
const ADDRESS = product('EUN1-PublicIPv4:InUseAddress', 'Hrs', '0.0050000000');

/** What is asked after, by the filters. */
function asked({ ServiceCode, Filters = [] }: { ServiceCode?: string; Filters?: { Value?: string }[] }) {
  return [ServiceCode, ...Filters.map(({ Value }) => Value)];
}

beforeEach(() => {
  pricing.reset();
  pricing.on(GetProductsCommand).callsFake((input) => {
    const values = asked(input);
    if (values.includes('t3.micro')) return { PriceList: [INSTANCE] };
    if (values.includes('gp3')) return { PriceList: [VOLUME] };
    if (values.includes('EBS:SnapshotUsage')) return { PriceList: SNAPSHOTS };
    if (values.includes('PublicIPv4:InUseAddress')) return { PriceList: [ADDRESS] };
    return { PriceList: [] };
  });
});

const place = {
  client: { region: 'eu-north-1' },
  region: 'eu-north-1',
  api: { region: 'eu-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
};
const temporary = { instanceType: 't3.micro', count: 1, volumeSize: 8, publicAddress: true };
const USAGE: Usage = {
  servers: [
    { purpose: 'base', ...temporary, seconds: { least: 1800, most: 3600 } },
    { purpose: 'test', ...temporary, seconds: { least: 30, most: 30 } },
  ],
  snapshots: [{ region: 'eu-north-1', size: 8 }],
  usageOperation: 'RunInstances',
};
const price = (usage: Usage, at: ConstructorParameters<typeof PriceList>[0] = place) =>
  priceOf(usage, at.region, new PriceList(at));

/** Of such a server. */
const HOUR = 0.0108 + (0.0836 * 8) / 730 + 0.005;

test('a build comes to what its servers, their volumes and addresses cost, a minute at least; what is kept costs by the month', async () => {
  const { usd, usdAMonth, ...more } = await price(USAGE);
  expect(usd?.least).toBeCloseTo((HOUR * (1800 + 60)) / 3600, 9);
  expect(usd?.most).toBeCloseTo((HOUR * (3600 + 60)) / 3600, 9);
  expect(usdAMonth).toBeCloseTo(0.4, 9);
  expect(more).toEqual({});
});

test('each price is asked for once, of its region and licence, where the Price List answers', async () => {
  await price(USAGE);
  const all = pricing.commandCalls(GetProductsCommand);
  expect(all.map(({ args }) => asked(args[0].input)).toSorted()).toEqual([
    ['AmazonEC2', 'Storage Snapshot', 'eu-north-1', 'EBS:SnapshotUsage'],
    ['AmazonEC2', 'Storage', 'gp3', 'eu-north-1'],
    ['AmazonEC2', 't3.micro', 'RunInstances', 'Shared', 'Used', 'OnDemand', 'eu-north-1'],
    ['AmazonVPC', 'eu-north-1', 'PublicIPv4:InUseAddress'],
  ]);
  const client = all[0]?.thisValue as PricingClient;
  expect(await client.config.region()).toBe('eu-central-1');
});

test('servers that stay cost by the hour', async () => {
  const first = { purpose: 'rollout', instanceType: 't3.micro', count: 3, stay: true };
  expect(await price({ ...USAGE, servers: [first], snapshots: [] })).toEqual({
    usdAnHour: expect.closeTo(3 * 0.0108, 9),
  });
});

test.each<[string, Usage, RegExp]>([
  [
    'that AWS chooses among types',
    { ...USAGE, servers: [{ purpose: 'rollout', ...temporary, orTypes: ['t3a.micro'] }] },
    /^AWS chooses among t3\.micro, t3a\.micro$/,
  ],
  ['that the licence is not told', { ...USAGE, usageOperation: undefined }, /which licence/],
  [
    'how long servers run before any build tells it',
    { ...USAGE, servers: [{ purpose: 'base', ...temporary }] },
    /^no earlier build/,
  ],
  [
    'a type that the list does not have',
    { ...USAGE, servers: [{ purpose: 'base', ...temporary, instanceType: 'x9.huge' }] },
    /^the Price List has no prices of x9\.huge RunInstances in eu-north-1$/,
  ],
])('no price is guessed: %s', async (_what, usage, why) => {
  const { usd, usdAMonth, notKnown } = await price(usage);
  expect([usd, notKnown]).toEqual([undefined, [expect.stringMatching(why)]]);
  expect(usdAMonth).toBeCloseTo(0.4, 9);
});

test('of several prices, or one by steps, none is taken', async () => {
  pricing.on(GetProductsCommand).resolves({ PriceList: [product('t3.micro', 'Hrs', '0.02', '0.01')] });
  expect(await price({ ...USAGE, snapshots: [] })).toEqual({
    notKnown: expect.arrayContaining([expect.stringMatching(/^the Price List has 2 prices of t3\.micro/)]),
  });
});

test.each([
  [{ ...place, endpoint: 'http://127.0.0.1:4566' }, 'the AWS at http://127.0.0.1:4566 has no Price List'],
  [{ ...place, region: 'cn-north-1' }, "AWS's Price List has no prices of cn-north-1"],
  [{ ...place, api: { ...place.api, token: 't' } }, expect.stringContaining('token')],
])('where there is no Price List nothing is asked', async (at, why) => {
  expect(await price(USAGE, at)).toEqual({ notKnown: [why] });
  expect(pricing.calls()).toHaveLength(0);
});

describe('kiln plan', () => {
  const plan: Plan = {
    ...{ id: 'p-1', pipeline: 'web', at: '', changes: [], targets: [], blockers: [], notKnown: [] },
    usage: {
      ...USAGE,
      servers: [
        ...USAGE.servers,
        {
          ...{ purpose: 'rollout', autoScalingGroup: 'kiln-fleet-web', instanceType: 't3.micro', count: 2 },
          seconds: { least: 190, most: 190 },
        },
      ],
    },
  };

  test('says what would be used, and what that comes to', async () => {
    api.on('POST /pipelines/web/plan', { body: plan });
    const { code, output } = await runAt(api, ['plan', 'web'], { columns: 80 });
    expect(output.split('\n').slice(2, 8)).toEqual([
      '  its base server t3.micro for 30m00s to 1h00m',
      '  its test server t3.micro for 30s',
      '  2 further servers of kiln-fleet-web t3.micro for 3m10s',
      '  keeps up to 8 GB of snapshot in eu-north-1',
      '  price 0.0098 to 0.018 USD, up to 0.40 USD a month for what is kept, by the',
      '    On-Demand list',
    ]);
    expect(output.split('\n').filter((line) => line.length > 80 && !line.includes('kiln build'))).toEqual([]);
    expect(code).toBe(0);
    const { price: found } = JSON.parse((await runAt(api, ['plan', 'web', '--json'])).output);
    expect(found).toMatchObject({ usd: {}, usdAMonth: expect.closeTo(0.4, 9) });
  });

  test('is not kept from its answer by a Price List that refuses, and says why there is no price', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    pricing.on(GetProductsCommand).rejects(denied);
    api.on('POST /pipelines/web/plan', { body: plan });
    const { code, output } = await runAt(api, ['plan', 'web']);
    expect(output).toContain(
      '  price not known: the Price List does not answer (AccessDeniedException: not authorized): it wants pricing:GetProducts\n',
    );
    expect(code).toBe(0);
  });
});
