import { STATUS_CODES } from 'node:http';
import type { RoutingRule, WebsiteConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Call, WireRequest, WireResponse } from '../../../core/service';
import { escapeXml } from '../../../wire/codec';
import { authorize } from '../access/authorize';
import { type Bucket, currentObject, type ObjectVersion } from '../bucket';
import { methodNotAllowed, noSuchBucket, noSuchKey, noSuchWebsite } from '../errors';
import { checkUnsigned } from '../objects/encryption';
import { checkReadable } from '../objects/look';
import type { S3State } from '../state';

const HOST = /^(.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com$/;

/** The bucket whose website a host name is; undefined for other hosts. */
export function websiteBucket(host: string): string | undefined {
  return HOST.exec(host)?.[1];
}

/**
 * Answers a browser at a bucket's website endpoint: index and error documents, redirects, pages for errors.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
 */
export function serveWebsite(
  s3: S3State,
  bucketName: string,
  request: WireRequest,
  caller: Call,
): WireResponse {
  // Website endpoints know no signatures.
  const call = { ...caller, principal: { ...caller.principal, accessKeyId: '' } };
  const bucket = s3.buckets.get(bucketName);
  const website = bucket?.settings.website;
  const key = decode(request.path.slice(1));
  try {
    if (!bucket) throw noSuchBucket(bucketName);
    if (!website) throw noSuchWebsite(bucketName);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw methodNotAllowed(request.method, 'OBJECT');
    return findPage(s3, bucket, website, key, call);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const rule = website?.RoutingRules?.find((one) => applies(one, key, error.status));
    if (rule) return redirect(rule, key, call);
    return errorPage(s3, bucket, website, error, call);
  }
}

function findPage(
  s3: S3State,
  bucket: Bucket,
  website: WebsiteConfiguration,
  key: string,
  call: Call,
): WireResponse {
  const { requestId } = call;
  const all = website.RedirectAllRequestsTo;
  if (all) return goTo(301, `${all.Protocol ?? 'http'}://${all.HostName}/${encodeURI(key)}`, requestId);
  const rule = website.RoutingRules?.find((one) => applies(one, key, undefined));
  if (rule) return redirect(rule, key, call);
  const index = website.IndexDocument?.Suffix ?? 'index.html';
  const wanted = key === '' || key.endsWith('/') ? key + index : key;
  if (!currentObject(bucket, wanted) && currentObject(bucket, `${key}/${index}`))
    return goTo(302, `/${encodeURI(key)}/`, requestId);
  authorize(s3, 'GetObject', { Bucket: bucket.name, Key: wanted }, call);
  const object = currentObject(bucket, wanted);
  if (!object) throw noSuchKey(wanted);
  checkReadable(object);
  checkUnsigned(object);
  const elsewhere = object.headers.websiteRedirectLocation;
  if (elsewhere !== undefined) return goTo(301, elsewhere, requestId);
  return page(200, object, requestId);
}

function errorPage(
  s3: S3State,
  bucket: Bucket | undefined,
  website: WebsiteConfiguration | undefined,
  error: AwsError,
  call: Call,
): WireResponse {
  const { requestId } = call;
  const key = website?.ErrorDocument?.Key;
  const document = bucket && key !== undefined ? currentObject(bucket, key) : undefined;
  if (bucket && document && isOpen(s3, bucket, document, call))
    return page(error.status, document, requestId);
  const title = `${error.status} ${STATUS_CODES[error.status] ?? ''}`;
  const facts = { Code: error.code, Message: error.message, ...error.details };
  const list = Object.entries({ ...facts, RequestId: requestId, HostId: requestId })
    .map(([name, value]) => `<li>${name}: ${escapeXml(String(value))}</li>\n`)
    .join('');
  return {
    status: error.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'x-amz-error-code': error.code,
      'x-amz-error-message': error.message,
      ...ids(requestId),
    },
    body: `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${list}</ul>\n<hr/>\n</body>\n</html>\n`,
  };
}

function isOpen(s3: S3State, bucket: Bucket, document: ObjectVersion, call: Call): boolean {
  try {
    authorize(s3, 'GetObject', { Bucket: bucket.name, Key: document.key }, call);
    checkReadable(document);
    checkUnsigned(document);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** Whether a rule is for this key, and for this error where it is for errors. */
function applies({ Condition }: RoutingRule, key: string, status: number | undefined): boolean {
  const { KeyPrefixEquals, HttpErrorCodeReturnedEquals } = Condition ?? {};
  if (
    HttpErrorCodeReturnedEquals === undefined
      ? status !== undefined
      : HttpErrorCodeReturnedEquals !== String(status)
  )
    return false;
  return key.startsWith(KeyPrefixEquals ?? '');
}

function redirect(rule: RoutingRule, key: string, { request, requestId }: Call): WireResponse {
  const { HostName, HttpRedirectCode, Protocol, ReplaceKeyPrefixWith, ReplaceKeyWith } = rule.Redirect ?? {};
  const rest = key.slice(rule.Condition?.KeyPrefixEquals?.length ?? 0);
  const target =
    ReplaceKeyWith ?? (ReplaceKeyPrefixWith === undefined ? key : `${ReplaceKeyPrefixWith}${rest}`);
  return goTo(
    Number(HttpRedirectCode ?? 301),
    `${Protocol ?? 'http'}://${HostName ?? request?.host}/${encodeURI(target)}`,
    requestId,
  );
}

function page(status: number, object: ObjectVersion, requestId: string): WireResponse {
  const { contentType, cacheControl, contentEncoding, metadata } = object.headers;
  const own = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    status,
    headers: {
      'content-type': contentType,
      etag: object.etag,
      'last-modified': object.modifiedAt.toUTCString(),
      ...(cacheControl !== undefined && { 'cache-control': cacheControl }),
      ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
      ...Object.fromEntries(own),
      ...ids(requestId),
    },
    body: object.body,
  };
}

function goTo(status: number, location: string, requestId: string): WireResponse {
  return { status, headers: { location, ...ids(requestId) }, body: '' };
}

function ids(requestId: string): Record<string, string> {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}
