import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import type { Job, S3Location } from './job';
import { attempt } from './service-error';

/** An object as a listing shows it. */
interface RemoteObject {
  key: string;
  size: number;
  modified: Date;
}

/** All objects under a prefix, page by page. */
export async function listAll({ client }: Job, bucket: string, prefix: string): Promise<RemoteObject[]> {
  const objects: RemoteObject[] = [];
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await attempt(
      'ListObjectsV2',
      client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token && { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      objects.push({ key: Key ?? '', size: Size ?? 0, modified: LastModified ?? new Date(0) });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

/** Deletes one object. */
export async function deleteObject(
  { client }: Pick<Job, 'client'>,
  { bucket, key }: S3Location,
): Promise<void> {
  await attempt('DeleteObject', client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
}
