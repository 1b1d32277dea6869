import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../aws';
import { bucket } from '../command/run';
import { bomKey } from './record';

/** Removes the bill of materials of a build whose image is gone. One that is not there is no error. */
export async function removeBom(build: string): Promise<void> {
  await s3().send(new DeleteObjectCommand({ Bucket: bucket(), Key: bomKey(build) }));
}
