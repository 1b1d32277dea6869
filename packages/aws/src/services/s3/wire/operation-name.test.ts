import * as sdk from '@aws-sdk/client-s3';
import type { NormalizedSchema } from '@smithy/core/schema';
import { HttpResponse } from '@smithy/core/transport';
import { readServiceModel, requiredMembers } from '../../../core/service-model';
import { requestOf } from '../../../testing/api';
import { readAddress } from './address';
import { nameOperation } from './operation-name';

/** Operations whose requests are those of another operation, with the reason. */
const ALIKE: Readonly<Record<string, string>> = {
  // Both are GET /; AWS tells them apart by the host, s3express-control, which an endpoint of one's own takes the place of.
  ListDirectoryBuckets: 'ListBuckets',
};

interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

type Send = (command: object) => Promise<unknown>;

const model = readServiceModel(sdk);
const exported = new Map<string, unknown>(Object.entries(sdk));

/** The least input that the schema asks for. */
function minimalInput(schema: NormalizedSchema, name = ''): unknown {
  if (schema.isStructSchema()) {
    const members = new Map(schema.structIterator());
    return Object.fromEntries(
      requiredMembers(schema).map((one) => {
        const member = members.get(one);
        return [one, member && minimalInput(member, one)];
      }),
    );
  }
  if (schema.isListSchema()) return [minimalInput(schema.getValueSchema(), name)];
  if (schema.isMapSchema()) return {};
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 1;
  if (schema.isTimestampSchema()) return new Date(0);
  if (schema.isBlobSchema()) return Buffer.from('x');
  return name === 'Bucket' ? 'some-bucket' : name === 'CopySource' ? 'some-bucket/key' : 'x';
}

/** The request that the SDK's own serializer makes of an operation. */
async function serialize(name: string, forcePathStyle: boolean): Promise<SdkRequest> {
  let sent: SdkRequest | undefined;
  const client = new sdk.S3Client({
    region: 'us-east-1',
    endpoint: 'http://s3.us-east-1.amazonaws.com',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle,
    disableHostPrefix: true,
    disableS3ExpressSessionAuth: true,
    requestHandler: {
      handle: async (request: SdkRequest) => {
        sent = request;
        return { response: new HttpResponse({ statusCode: 200, headers: {} }) };
      },
    } as never,
  });
  const operation = model.operations.get(name);
  const Command = exported.get(`${name}Command`) as new (input: unknown) => object;
  // What becomes of the empty answer does not matter.
  const send = client.send.bind(client) as unknown as Send;
  await send(new Command(operation && minimalInput(operation.input))).catch(() => {});
  client.destroy();
  if (!sent) throw new Error(`the SDK sent nothing for ${name}`);
  return sent;
}

function nameOf({ method, hostname, path, query, headers }: SdkRequest): string | undefined {
  const fields = new URLSearchParams();
  // Only the SDK for JavaScript names its operation so.
  for (const [key, value] of Object.entries(query))
    if (key !== 'x-id') for (const one of [value ?? ''].flat()) fields.append(key, one);
  const request = requestOf({ method, host: hostname, path, query: fields, headers });
  return nameOperation(request, readAddress(request));
}

// The SDK wants to know how long the body is that PutObject does not have here.
beforeAll(() => jest.spyOn(console, 'warn').mockImplementation(() => {}));
afterAll(() => jest.restoreAllMocks());

const names = [...exported.keys()].flatMap((key) => /^([A-Z]\w+)Command$/.exec(key)?.[1] ?? []);

test('the SDK has the operations of its schemas', () => {
  expect(names.toSorted()).toEqual([...model.operations.keys()].toSorted());
  expect(names.length).toBeGreaterThan(100);
});

describe.each([
  ['path', true],
  ['host', false],
])('with the bucket in the %s', (_where, forcePathStyle) => {
  test.each(names)('the SDK’s request for %s is named so', async (name) => {
    expect(nameOf(await serialize(name, forcePathStyle))).toBe(ALIKE[name] ?? name);
  });
});

test.each([
  ['DELETE', '/bucket?location'],
  ['PUT', '/bucket?uploads'],
  ['POST', '/bucket'],
  ['PATCH', '/bucket/key'],
  ['PUT', '/bucket/key?uploadId=x'],
  ['DELETE', '/bucket/key?acl'],
  ['PUT', '/'],
])('%s %s is no operation', (method, url) => {
  const [path = '', search = ''] = url.split('?');
  const request = requestOf({ method, path, query: new URLSearchParams(search) });
  expect(nameOperation(request, readAddress(request))).toBeUndefined();
});
