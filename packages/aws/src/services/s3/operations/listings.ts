import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import { takePage } from '../../../core/paging';
import { ownerOf } from '../access/owner';
import { type Bucket, currentObject, type ObjectVersion } from '../bucket';
import { invalidArgument } from '../errors';
import { byBytes, checkPageSize, commonPrefix, encoder } from '../objects/key-order';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const ListObjectsV2: Op<'ListObjectsV2'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const encode = encoder(input.EncodingType);
  const size = checkPageSize(input.MaxKeys);
  const { ContinuationToken: token } = input;
  const all = listEntries(bucket, input).filter(isAfter(token === undefined ? input.StartAfter : ''));
  const page = takePage(all, {
    token,
    size,
    idOf: ({ name }) => name,
    compare: byBytes,
    refuse: (wrong) =>
      invalidArgument('The continuation token provided is incorrect', 'continuation-token', wrong),
  });
  const owner = input.FetchOwner ? ownerOf(s3.context.accountId) : undefined;
  return {
    ...describePage(bucket, input, page.items, encode, owner),
    MaxKeys: size,
    KeyCount: page.items.length,
    IsTruncated: page.next !== undefined,
    StartAfter: input.StartAfter,
    ContinuationToken: token,
    NextContinuationToken: page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const ListObjects: Op<'ListObjects'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const encode = encoder(input.EncodingType);
  const size = checkPageSize(input.MaxKeys);
  const all = listEntries(bucket, input).filter(isAfter(input.Marker));
  const page = all.slice(0, size);
  const truncated = size > 0 && page.length < all.length;
  return {
    ...describePage(bucket, input, page, encode, ownerOf(s3.context.accountId)),
    Marker: encode(input.Marker ?? ''),
    MaxKeys: size,
    IsTruncated: truncated,
    NextMarker: truncated && input.Delimiter ? encode(page.at(-1)?.name ?? '') : undefined,
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const ListObjectVersions: Op<'ListObjectVersions'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const encode = encoder(input.EncodingType);
  const size = checkPageSize(input.MaxKeys);
  const all = afterMarkers(listVersionEntries(bucket, input), input);
  const page = all.slice(0, size);
  const last = size > 0 && page.length < all.length ? page.at(-1) : undefined;
  const versions = page.flatMap(({ version }) => version ?? []);
  const view = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.objects.get(version.key)?.at(-1) === version,
    LastModified: version.modifiedAt,
    Owner: ownerOf(s3.context.accountId),
  });
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    MaxKeys: size,
    EncodingType: input.EncodingType,
    IsTruncated: last !== undefined,
    NextKeyMarker: last && encode(last.name),
    NextVersionIdMarker: last?.version?.versionId,
    Versions: versions
      .filter((version) => !version.isDeleteMarker)
      .map((version) => ({
        ...view(version),
        ETag: version.etag,
        Size: version.body.length,
        StorageClass: version.headers.storageClass as 'STANDARD',
      })),
    DeleteMarkers: versions.filter((version) => version.isDeleteMarker).map(view),
    CommonPrefixes: page.flatMap((entry) => (entry.version ? [] : [{ Prefix: encode(entry.name) }])),
  };
};

/** What a list has one of: an object or a version of one, or a common prefix, which has none. */
interface Entry {
  /** The key, or the prefix. */
  readonly name: string;
  readonly version?: ObjectVersion;
}

interface ListInput {
  readonly Prefix?: string;
  readonly Delimiter?: string;
}

/** All that a bucket lists, in the order of names. */
function listEntries(bucket: Bucket, input: ListInput): Entry[] {
  const keys = [...bucket.objects.keys()].sort(byBytes);
  const current = keys.flatMap((key) => currentObject(bucket, key) ?? []);
  return asEntries(current, input);
}

/** All versions that a bucket lists, in the order of names, the newest of each first. */
function listVersionEntries(bucket: Bucket, input: ListInput): Entry[] {
  const keys = [...bucket.objects.keys()].sort(byBytes);
  return asEntries(
    keys.flatMap((key) => [...(bucket.objects.get(key) ?? [])].reverse()),
    input,
  );
}

function asEntries(sorted: readonly ObjectVersion[], { Prefix = '', Delimiter }: ListInput): Entry[] {
  const entries: Entry[] = [];
  for (const version of sorted) {
    if (!version.key.startsWith(Prefix)) continue;
    const prefix = commonPrefix(version.key, Prefix, Delimiter);
    if (prefix === undefined) entries.push({ name: version.key, version });
    else if (entries.at(-1)?.name !== prefix) entries.push({ name: prefix });
  }
  return entries;
}

/** What comes after a marker, and is no prefix that the marker is under. */
function isAfter(marker = ''): (entry: Entry) => boolean {
  return ({ name, version }) =>
    byBytes(name, marker) > 0 && (version !== undefined || !marker.startsWith(name));
}

function afterMarkers(
  entries: readonly Entry[],
  { KeyMarker, VersionIdMarker }: ListObjectVersionsCommandInput,
): readonly Entry[] {
  const at = entries.findIndex(
    ({ name, version }) =>
      version !== undefined && name === KeyMarker && version.versionId === VersionIdMarker,
  );
  return at < 0 ? entries.filter(isAfter(KeyMarker)) : entries.slice(at + 1);
}

function describePage(
  bucket: Bucket,
  input: ListInput & { readonly EncodingType?: 'url' },
  page: readonly Entry[],
  encode: (text: string) => string,
  owner: ReturnType<typeof ownerOf> | undefined,
) {
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    EncodingType: input.EncodingType,
    Contents: page.flatMap(({ version }) =>
      version ? [{ ...describeObject(version, encode), ...(owner && { Owner: owner }) }] : [],
    ),
    CommonPrefixes: page.flatMap(({ name, version }) => (version ? [] : [{ Prefix: encode(name) }])),
  };
}

function describeObject(version: ObjectVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.modifiedAt,
    ETag: version.etag,
    ChecksumAlgorithm: version.checksum && [version.checksum.algorithm],
    ChecksumType: version.checksum?.type,
    Size: version.body.length,
    StorageClass: version.headers.storageClass as 'STANDARD',
  };
}
