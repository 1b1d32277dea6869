import { createHash } from 'node:crypto';
import type { Call, Service, WireRequest, WireResponse } from '../../service';
import { AwsError } from '../../wire/aws-error';
import { restXmlCodec } from '../../wire/codec';
import { readServiceModel, type ServiceModel } from '../../wire/model';
import type { TypedOperations } from '../typed-operations';
import { readAddress } from './address';
import { decodeChunked } from './aws-chunked';
import { bucketOperations } from './bucket-operations';
import { allowsAnonymousRead } from './bucket-policy';
import { Buckets, type S3Account } from './buckets';
import { configurationOperations } from './configuration-operations';
import { listingOperations } from './listing-operations';
import { multipartOperations } from './multipart-operations';
import { objectOperations } from './object-operations';
import { nameOperation } from './operation-name';
import { accessDenied } from './s3-errors';

type Client = typeof import('@aws-sdk/client-s3');

/** Amazon S3 of the account: its buckets in all regions. */
export class S3 implements Service {
  private readonly buckets: Buckets;
  readonly operations: TypedOperations<Client, ReturnType<typeof allOperations>>;
  private model?: Promise<ServiceModel>;

  constructor(account: S3Account) {
    this.buckets = new Buckets(account);
    this.operations = allOperations(this.buckets);
  }

  /**
   * The bytes of an object.
   *
   * @throws AwsError `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`
   */
  readObject(bucket: string, key: string, versionId?: string): Buffer {
    return this.buckets.object(this.buckets.bucket(bucket), key, versionId).body;
  }

  /** All requests to S3: the bucket is in the host or in the path, which the SDK's schemas do not say. */
  async handle(request: WireRequest, call: Call): Promise<WireResponse> {
    const address = readAddress(request);
    const name = nameOperation(request, address);
    if (!name) {
      throw new AwsError(
        'MethodNotAllowed',
        'The specified method is not allowed against this resource.',
        405,
        { Method: request.method, ResourceType: 'OBJECT' },
      );
    }
    this.checkAccess(name, address, request, call);
    this.model ??= import('@aws-sdk/client-s3').then(readServiceModel);
    const model = await this.model;
    const operation = model.operations.get(name);
    const run = Object.hasOwn(this.operations, name)
      ? (this.operations as Service['operations'])[name]
      : undefined;
    if (!operation || !run)
      throw new AwsError(
        'NotImplemented',
        `The action ${name} of S3 is not supported by the embedded AWS.`,
        501,
      );
    checkPayload(request);
    const plain = decodeChunked(request);
    const labels = { Bucket: address.bucket ?? '', Key: address.key ?? '' };
    const codec = restXmlCodec(model, { operation, labels });
    const input = (await codec.decode(operation, plain)) as Record<string, unknown>;
    const output = ((await run(input as never, call)) ?? {}) as Record<string, unknown>;
    return finish(name, codec.encode(operation, output, call.requestId), output);
  }

  private checkAccess(
    name: string,
    address: { bucket?: string; key?: string },
    request: WireRequest,
    call: Call,
  ): void {
    const expiry = readExpiry(request);
    if (expiry !== undefined && expiry < Date.now() && expiry < this.buckets.account.clock.millis())
      throw new AwsError('AccessDenied', 'Request has expired', 403, {
        Expires: new Date(expiry).toISOString(),
      });
    if (call.principal.accessKeyId || isSignedTheOldWay(request)) return;
    const bucket = this.buckets.byName.get(address.bucket ?? '');
    const reading = name === 'GetObject' || name === 'HeadObject';
    if (!bucket || !reading || !allowsAnonymousRead(bucket, address.key ?? '')) throw accessDenied();
  }
}

/**
 * Until when a presigned URL holds, in milliseconds; undefined for other requests. Who signs it may go by the embedded
 * AWS's clock (a function) or by the real one (a person), so it must be past for both.
 */
function readExpiry({ query }: WireRequest): number | undefined {
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const seconds = Number(query.get('X-Amz-Expires'));
  if (signedAt && query.has('X-Amz-Expires')) {
    const [, year, month, day, hour, minute, second] = signedAt;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + seconds * 1000;
  }
  return query.has('Signature') && query.has('Expires') ? Number(query.get('Expires')) * 1000 : undefined;
}

/** Signature version 2, which S3 still takes in its oldest regions and older clients presign with. */
function isSignedTheOldWay({ query, headers }: WireRequest): boolean {
  return (
    (query.has('AWSAccessKeyId') && query.has('Signature')) ||
    /^AWS [^:]+:.+/.test(headers.authorization ?? '')
  );
}

function allOperations(buckets: Buckets) {
  return {
    ...bucketOperations(buckets),
    ...configurationOperations(buckets),
    ...objectOperations(buckets),
    ...listingOperations(buckets),
    ...multipartOperations(buckets),
  };
}

/** @throws AwsError `XAmzContentSHA256Mismatch` when the body is not the one that was signed */
function checkPayload(request: WireRequest): void {
  const signed = request.headers['x-amz-content-sha256'];
  if (signed === undefined || !/^[0-9a-f]{64}$/.test(signed)) return;
  const computed = createHash('sha256').update(request.body).digest('hex');
  if (computed === signed) return;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: signed, S3ComputedContentSHA256: computed },
  );
}

/** What the schemas leave open: the status of partial answers, and the one answer that is a bare element. */
function finish(name: string, response: WireResponse, output: Record<string, unknown>): WireResponse {
  if (output.ContentRange !== undefined) return { ...response, status: 206 };
  if (name === 'GetBucketLocation') {
    const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
    const region = output.LocationConstraint;
    const element = region
      ? `<LocationConstraint ${xmlns}>${region}</LocationConstraint>`
      : `<LocationConstraint ${xmlns}/>`;
    return { ...response, body: `<?xml version="1.0" encoding="UTF-8"?>\n${element}` };
  }
  return response;
}
