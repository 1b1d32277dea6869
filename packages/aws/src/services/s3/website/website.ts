import { STATUS_CODES } from 'node:http';
import type { RoutingRule, WebsiteConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { WireRequest, WireResponse } from '../../../core/service';
import { escapeXml } from '../../../wire/codec';
import { checkAnonymous } from '../access/authorize';
import { type Bucket, currentObject, type ObjectVersion } from '../bucket';
import type { Buckets } from '../buckets';
import { noSuchBucket, noSuchKey } from '../errors';

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
  buckets: Buckets,
  bucketName: string,
  request: WireRequest,
  requestId: string,
): WireResponse {
  const bucket = buckets.byName.get(bucketName);
  const website = bucket?.configurations.website;
  const key = decode(request.path.slice(1));
  try {
    if (!bucket) throw noSuchBucket(bucketName);
    if (!website)
      throw new AwsError(
        'NoSuchWebsiteConfiguration',
        'The specified bucket does not have a website configuration',
        404,
        { BucketName: bucketName },
      );
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new AwsError(
        'MethodNotAllowed',
        'The specified method is not allowed against this resource.',
        405,
        { Method: request.method, ResourceType: 'OBJECT' },
      );
    return findPage(buckets, bucket, website, key, request.host, requestId);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const rule = website?.RoutingRules?.find((one) => applies(one, key, error.status));
    if (rule) return redirect(rule, key, request.host, requestId);
    return errorPage(buckets, bucket, website, error, requestId);
  }
}

function findPage(
  buckets: Buckets,
  bucket: Bucket,
  website: WebsiteConfiguration,
  key: string,
  host: string,
  requestId: string,
): WireResponse {
  const all = website.RedirectAllRequestsTo;
  if (all) return goTo(301, `${all.Protocol ?? 'http'}://${all.HostName}/${encodeURI(key)}`, requestId);
  const rule = website.RoutingRules?.find((one) => applies(one, key, undefined));
  if (rule) return redirect(rule, key, host, requestId);
  const index = website.IndexDocument?.Suffix ?? 'index.html';
  const wanted = key === '' || key.endsWith('/') ? key + index : key;
  if (!currentObject(bucket, wanted) && currentObject(bucket, `${key}/${index}`))
    return goTo(302, `/${encodeURI(key)}/`, requestId);
  checkAnonymous(buckets, 'GetObject', { bucket: bucket.name, key: wanted });
  const object = currentObject(bucket, wanted);
  if (!object) throw noSuchKey(wanted);
  const elsewhere = object.headers.websiteRedirectLocation;
  if (elsewhere !== undefined) return goTo(301, elsewhere, requestId);
  return page(200, object, requestId);
}

function errorPage(
  buckets: Buckets,
  bucket: Bucket | undefined,
  website: WebsiteConfiguration | undefined,
  error: AwsError,
  requestId: string,
): WireResponse {
  const key = website?.ErrorDocument?.Key;
  const document = bucket && key !== undefined ? currentObject(bucket, key) : undefined;
  if (bucket && document && isOpen(buckets, bucket, document)) return page(error.status, document, requestId);
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

function isOpen(buckets: Buckets, bucket: Bucket, { key }: ObjectVersion): boolean {
  try {
    checkAnonymous(buckets, 'GetObject', { bucket: bucket.name, key });
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

function redirect(rule: RoutingRule, key: string, host: string, requestId: string): WireResponse {
  const { HostName, HttpRedirectCode, Protocol, ReplaceKeyPrefixWith, ReplaceKeyWith } = rule.Redirect ?? {};
  const rest = key.slice(rule.Condition?.KeyPrefixEquals?.length ?? 0);
  const target =
    ReplaceKeyWith ?? (ReplaceKeyPrefixWith === undefined ? key : `${ReplaceKeyPrefixWith}${rest}`);
  return goTo(
    Number(HttpRedirectCode ?? 301),
    `${Protocol ?? 'http'}://${HostName ?? host}/${encodeURI(target)}`,
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
