import { createHash } from 'node:crypto';
import { AwsError } from '../../core/aws-error';
import type { Call, Spoken, WireRequest, WireResponse } from '../../core/service';
import { readServiceModel, type ServiceModel } from '../../core/service-model';
import type { TypedOperations } from '../../core/typed-operations';
import { restXmlCodec } from '../../wire/codec';
import { checkAccess, isPast } from './access/authorize';
import { answerPreflight, corsHeaders } from './access/cors';
import { checkPostPolicy } from './access/post-policy';
import { Buckets, type S3Account } from './buckets';
import { aclOperations } from './operations/acls';
import { configurationOperations } from './operations/bucket-settings';
import { bucketOperations } from './operations/buckets';
import { listingOperations } from './operations/listings';
import { multipartOperations } from './operations/multipart-uploads';
import { objectOperations } from './operations/objects';
import { serveWebsite, websiteBucket } from './website/website';
import { type Address, readAddress } from './wire/address';
import { decodeChunked } from './wire/chunked-body';
import { nameOperation } from './wire/operation-name';
import { readPostForm } from './wire/post-form';
import { answerPost, asPutObject } from './wire/post-object';

type Client = typeof import('@aws-sdk/client-s3');

/** Amazon S3 of the account: its buckets in all regions. */
export class S3 {
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

  /** Pages of websites, and what browsers ask before they ask. */
  async serve(request: WireRequest, call: Call): Promise<WireResponse | undefined> {
    const site = websiteBucket(request.host);
    if (site !== undefined) return serveWebsite(this.buckets, site, request, call.requestId);
    if (request.method !== 'OPTIONS') return undefined;
    return answerPreflight(this.buckets.byName.get(readAddress(request).bucket ?? ''), request);
  }

  /** Requests to S3: the bucket is in the host or in the path, which the SDK's schemas do not say. */
  async speak(request: WireRequest, call: Call): Promise<Spoken> {
    const address = readAddress(request);
    const bucket = this.buckets.byName.get(address.bucket ?? '');
    const spoken = isPostedForm(request, address)
      ? await this.speakForm(request, address.bucket ?? '', call)
      : await this.speakRequest(request, address, call);
    return forBrowsers(spoken, corsHeaders(bucket, request));
  }

  private async speakRequest(request: WireRequest, address: Address, call: Call): Promise<Spoken> {
    const name = nameOperation(request, address);
    if (!name) {
      throw new AwsError(
        'MethodNotAllowed',
        'The specified method is not allowed against this resource.',
        405,
        { Method: request.method, ResourceType: address.key === undefined ? 'BUCKET' : 'OBJECT' },
      );
    }
    return this.speakAs(name, address, call, () => {
      checkAccess(this.buckets, name, address, request, call);
      checkPayload(request);
      return decodeChunked(request);
    });
  }

  /** A browser's form has its own kind of signature, in its fields. */
  private async speakForm(request: WireRequest, bucket: string, call: Call): Promise<Spoken> {
    this.buckets.bucket(bucket);
    const form = readPostForm(request.headers['content-type'] ?? '', request.body);
    checkPostPolicy(form, bucket, (millis) => isPast(millis, this.buckets));
    const put = await this.speakAs('PutObject', { bucket, key: form.key }, call, () =>
      asPutObject(request, form),
    );
    const host = request.headers.host ?? request.host;
    return { ...put, encode: (output) => answerPost(form, bucket, host, put.encode(output)) };
  }

  private async speakAs(
    name: string,
    address: Address,
    call: Call,
    readRequest: () => WireRequest,
  ): Promise<Spoken> {
    this.model ??= import('@aws-sdk/client-s3').then(readServiceModel);
    const model = await this.model;
    const operation = model.operations.get(name);
    const labels = { Bucket: address.bucket ?? '', Key: address.key ?? '' };
    const codec = restXmlCodec(model, operation && { operation, labels });
    return {
      operation: name,
      decode: async () => (operation ? ((await codec.decode(operation, readRequest())) as object) : {}),
      encode: (output) => {
        if (!operation) throw new Error(`there is no operation ${name} to answer`);
        return finish(name, codec.encode(operation, output, call.requestId), output);
      },
      encodeError: (error) => codec.encodeError(error, call.requestId),
    };
  }
}

/** Answers, errors included, with the headers that let a browser's page read them. */
function forBrowsers(spoken: Spoken, headers: Readonly<Record<string, string>>): Spoken {
  const add = (answer: WireResponse) => ({ ...answer, headers: { ...answer.headers, ...headers } });
  return {
    ...spoken,
    encode: (output) => add(spoken.encode(output)),
    encodeError: (error) => add(spoken.encodeError(error)),
  };
}

function isPostedForm({ method, headers, query }: WireRequest, { bucket, key }: Address): boolean {
  return (
    method === 'POST' &&
    bucket !== undefined &&
    key === undefined &&
    !query.has('delete') &&
    /^multipart\/form-data/i.test(headers['content-type'] ?? '')
  );
}

function allOperations(buckets: Buckets) {
  return {
    ...aclOperations(buckets),
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
