import { createHash } from 'node:crypto';
import { AwsError } from '../../../core/aws-error';
import type { Principal } from '../../../core/principal';
import type { Call, Spoken, WireRequest, WireResponse } from '../../../core/service';
import { isPast } from '../../../signing/signers-clock';
import { restXmlCodec } from '../../../wire/codec';
import { authorize } from '../access/authorize';
import { corsHeaders } from '../access/cors';
import { checkPostPolicy } from '../access/post-policy';
import { methodNotAllowed, permanentRedirect } from '../errors';
import { withHeaderTexts } from '../objects/header-text';
import type { S3State } from '../state';
import { type Address, readAddress } from './address';
import { decodeChunked } from './chunked-body';
import { nameOperation } from './operation-name';
import { readPostForm } from './post-form';
import { answerPost, asPutObject } from './post-object';
import { verifyOldSignature } from './signature-v2';
import { verifyForm } from './signed-form';

/** What may be asked of a bucket whatever region it is in. */
const ANYWHERE: readonly string[] = ['CreateBucket', 'GetBucketLocation'];

/** Requests to S3: the bucket is in the host or in the path, which the SDK's schemas do not say. */
export async function speakS3(s3: S3State, request: WireRequest, call: Call): Promise<Spoken> {
  const address = readAddress(request);
  const bucket = s3.buckets.get(address.bucket ?? '');
  const spoken = isPostedForm(request, address)
    ? await speakForm(s3, request, address.bucket ?? '', call)
    : await speakRequest(s3, request, address, { call, signer: verifyOldSignature(s3, request) });
  return forBrowsers(spoken, corsHeaders(bucket, request));
}

async function speakRequest(
  s3: S3State,
  request: WireRequest,
  address: Address,
  { call, signer }: { readonly call: Call; readonly signer?: Principal },
): Promise<Spoken> {
  const name = nameOperation(request, address);
  if (!name) throw methodNotAllowed(request.method, address.key === undefined ? 'BUCKET' : 'OBJECT');
  const caller = signer ? { ...call, principal: signer } : call;
  const spoken = await speakAs(s3, name, address, caller, () => {
    const target = {
      Bucket: address.bucket,
      Key: address.key,
      Prefix: request.query.get('prefix') ?? undefined,
      ExpectedBucketOwner: request.headers['x-amz-expected-bucket-owner'],
      ExpectedSourceBucketOwner: request.headers['x-amz-source-expected-bucket-owner'],
    };
    authorize(s3, name, target, caller);
    checkRegion(s3, name, address, call);
    checkPayload(request);
    return decodeChunked(request, call.signer);
  });
  return signer ? { ...spoken, signer } : spoken;
}

/** A browser's form has its own kind of signature, in its fields. */
async function speakForm(s3: S3State, request: WireRequest, bucket: string, call: Call): Promise<Spoken> {
  s3.bucket(bucket);
  const form = readPostForm(request.headers['content-type'] ?? '', request.body);
  checkPostPolicy(form, bucket, (millis) => isPast(s3.context.clock, millis));
  const signer = verifyForm(s3, form);
  const put = await speakAs(s3, 'PutObject', { bucket, key: form.key }, call, () =>
    asPutObject(request, form),
  );
  const host = request.headers.host ?? request.host;
  return { ...put, signer, encode: (output) => answerPost(form, bucket, host, put.encode(output)) };
}

/** @param readRequest looks whether the request may be read, and makes of it one that the schemas can read */
async function speakAs(
  { context }: S3State,
  name: string,
  address: Address,
  call: Call,
  readRequest: () => WireRequest,
): Promise<Spoken> {
  const model = await context.model('s3');
  if (!model) throw new Error('S3 has no model');
  const operation = model.operations.get(name);
  const labels = { Bucket: address.bucket ?? '', Key: address.key ?? '' };
  const codec = restXmlCodec(model, operation && { operation, labels });
  return {
    operation: name,
    decode: async () => (operation ? ((await codec.decode(operation, readRequest())) as object) : {}),
    encode: (output) => {
      if (!operation) throw new Error(`there is no operation ${name} to answer`);
      return finish(name, withHeaderTexts(codec.encode(operation, output, call.requestId)), output);
    },
    encodeError: (error) => codec.encodeError(error, call.requestId),
  };
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

/** @throws AwsError `PermanentRedirect` for a bucket of another region than the request is signed for */
function checkRegion(s3: S3State, name: string, address: Address, { principal, region }: Call): void {
  const bucket = s3.buckets.get(address.bucket ?? '');
  if (principal.accessKeyId && bucket && bucket.region !== region && !ANYWHERE.includes(name))
    throw permanentRedirect(bucket.name, bucket.region);
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

/** What the schemas leave open: statuses that they do not tell, and the one answer that is a bare element. */
function finish(name: string, response: WireResponse, output: Record<string, unknown>): WireResponse {
  if (output.ContentRange !== undefined) return { ...response, status: 206 };
  if (name === 'HeadBucket')
    return { ...response, headers: { ...response.headers, 'content-type': 'application/xml' } };
  if (name === 'PutBucketTagging') return { ...response, status: 204 };
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
