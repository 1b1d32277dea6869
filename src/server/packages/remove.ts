import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../aws/s3';
import type { BuildRecord } from '../../build/record';
import { bucket } from '../command/run';

/** Removes the lists of what is on an image that is gone: its packages, and what Inspector has found. One that is not there is no error. */
export async function removeLists({ bom, scanned }: BuildRecord): Promise<void> {
  for (const Key of [bom?.key, scanned?.key])
    if (Key) await s3().send(new DeleteObjectCommand({ Bucket: bucket(), Key }));
}
