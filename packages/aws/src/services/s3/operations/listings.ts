import type { OperationsOf } from '../../../core/service';
import { ownerOf } from '../access/owner';
import type { Bucket, ObjectVersion } from '../bucket';
import { currentObject } from '../bucket';
import type { Buckets } from '../buckets';
import { invalidArgument } from '../errors';

type Client = typeof import('@aws-sdk/client-s3');

/** The operations that list objects and their versions. */
export function listingOperations(buckets: Buckets) {
  const owner = ownerOf(buckets.account.accountId);

  const describe = (version: ObjectVersion, encode: (text: string) => string) => ({
    Key: encode(version.key),
    LastModified: version.modifiedAt,
    ETag: version.etag,
    ChecksumAlgorithm: version.checksum && [version.checksum.algorithm],
    ChecksumType: version.checksum?.type,
    Size: version.body.length,
    StorageClass: version.headers.storageClass as 'STANDARD',
  });

  return {
    ListObjectsV2(input) {
      const bucket = buckets.bucket(input.Bucket);
      const encode = encoder(input.EncodingType);
      const after = input.ContinuationToken ? readToken(input.ContinuationToken) : (input.StartAfter ?? '');
      const most = checkMaxKeys(input.MaxKeys);
      const list = listKeys(currentKeys(bucket), { ...input, after, most });
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        Delimiter: input.Delimiter && encode(input.Delimiter),
        MaxKeys: most,
        EncodingType: input.EncodingType,
        KeyCount: list.keys.length + list.prefixes.length,
        IsTruncated: list.truncated,
        StartAfter: input.StartAfter,
        ContinuationToken: input.ContinuationToken,
        NextContinuationToken: list.truncated ? makeToken(list.last) : undefined,
        Contents: list.keys.map((key) => ({
          ...describe(currentOf(bucket, key), encode),
          ...(input.FetchOwner && { Owner: owner }),
        })),
        CommonPrefixes: list.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },

    ListObjects(input) {
      const bucket = buckets.bucket(input.Bucket);
      const encode = encoder(input.EncodingType);
      const most = checkMaxKeys(input.MaxKeys);
      const list = listKeys(currentKeys(bucket), { ...input, after: input.Marker ?? '', most });
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        Marker: encode(input.Marker ?? ''),
        Delimiter: input.Delimiter && encode(input.Delimiter),
        MaxKeys: most,
        EncodingType: input.EncodingType,
        IsTruncated: list.truncated,
        NextMarker: list.truncated && input.Delimiter ? encode(list.last) : undefined,
        Contents: list.keys.map((key) => ({ ...describe(currentOf(bucket, key), encode), Owner: owner })),
        CommonPrefixes: list.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },

    ListObjectVersions(input) {
      const bucket = buckets.bucket(input.Bucket);
      const encode = encoder(input.EncodingType);
      const most = checkMaxKeys(input.MaxKeys);
      const all = [...bucket.objects.keys()]
        .filter((key) => key.startsWith(input.Prefix ?? ''))
        .sort(byBytes)
        .flatMap((key) => [...(bucket.objects.get(key) ?? [])].reverse());
      const start = startOfVersions(all, input.KeyMarker, input.VersionIdMarker);
      const prefixes = new Set<string>();
      const page: ObjectVersion[] = [];
      let next = start;
      for (; next < all.length && page.length + prefixes.size < most; next += 1) {
        const version = all[next];
        if (!version) break;
        const prefix = commonPrefix(version.key, input.Prefix ?? '', input.Delimiter);
        if (prefix) prefixes.add(prefix);
        else page.push(version);
      }
      const last = all[next - 1];
      const truncated = next < all.length;
      const view = (version: ObjectVersion) => ({
        Key: encode(version.key),
        VersionId: version.versionId,
        IsLatest: bucket.objects.get(version.key)?.at(-1) === version,
        LastModified: version.modifiedAt,
        Owner: owner,
      });
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        Delimiter: input.Delimiter && encode(input.Delimiter),
        KeyMarker: encode(input.KeyMarker ?? ''),
        VersionIdMarker: input.VersionIdMarker ?? '',
        MaxKeys: most,
        EncodingType: input.EncodingType,
        IsTruncated: truncated,
        NextKeyMarker: truncated && last ? encode(last.key) : undefined,
        NextVersionIdMarker: truncated ? last?.versionId : undefined,
        Versions: page
          .filter((version) => !version.isDeleteMarker)
          .map((version) => ({
            ...view(version),
            ETag: version.etag,
            Size: version.body.length,
            StorageClass: version.headers.storageClass as 'STANDARD',
          })),
        DeleteMarkers: page.filter((version) => version.isDeleteMarker).map(view),
        CommonPrefixes: [...prefixes].map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  } satisfies OperationsOf<Client>;
}

/** Keys are listed in the order of their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function encoder(type: string | undefined): (text: string) => string {
  if (type !== 'url') return (text) => text;
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** @throws AwsError `InvalidArgument` */
export function checkMaxKeys(most: number | undefined): number {
  if (most === undefined) return 1000;
  if (!Number.isInteger(most) || most < 0)
    throw invalidArgument(
      'Argument max-keys must be an integer between 0 and 2147483647',
      'max-keys',
      String(most),
    );
  return Math.min(most, 1000);
}

function currentKeys(bucket: Bucket): string[] {
  return [...bucket.objects.keys()].filter((key) => currentObject(bucket, key)).sort(byBytes);
}

function currentOf(bucket: Bucket, key: string): ObjectVersion {
  const current = currentObject(bucket, key);
  if (!current) throw new Error(`${key} has no current version`);
  return current;
}

interface KeyPage {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly truncated: boolean;
  /** The last key or common prefix. */
  readonly last: string;
}

function listKeys(
  sorted: readonly string[],
  options: { Prefix?: string; Delimiter?: string; after: string; most: number },
): KeyPage {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const key of sorted) {
    if (!key.startsWith(options.Prefix ?? '') || byBytes(key, options.after) <= 0) continue;
    const prefix = commonPrefix(key, options.Prefix ?? '', options.Delimiter);
    if (prefix !== undefined && (prefix === prefixes.at(-1) || options.after.startsWith(prefix))) continue;
    if (keys.length + prefixes.length >= options.most)
      return { keys, prefixes, truncated: options.most > 0, last };
    if (prefix === undefined) keys.push(key);
    else prefixes.push(prefix);
    last = prefix ?? key;
  }
  return { keys, prefixes, truncated: false, last };
}

function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function startOfVersions(
  all: readonly ObjectVersion[],
  keyMarker: string | undefined,
  versionIdMarker: string | undefined,
): number {
  if (!keyMarker) return 0;
  const at = all.findIndex((version) => version.key === keyMarker && version.versionId === versionIdMarker);
  if (at >= 0) return at + 1;
  const after = all.findIndex((version) => byBytes(version.key, keyMarker) > 0);
  return after < 0 ? all.length : after;
}

function makeToken(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:'))
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return text.slice('after:'.length);
}
