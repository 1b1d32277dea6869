import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { isAwsError } from '../../aws/error';
import { s3 } from '../../aws/s3';
import { pipelineOf } from '../../build/id';
import { listRecords, type Scanned } from '../../build/record';
import { logger } from '../../log';
import { bucket } from '../command/run';
import { findingsKey } from '../packages/keys';
import { Vulnerability } from './findings';
import { compareFindings } from './judge';

/** Keeps the whole list of what was found on the image of a build, beside its bill of materials. */
export async function keepFindings(build: string, found: readonly Vulnerability[]): Promise<void> {
  await s3().send(
    new PutObjectCommand({
      Bucket: bucket(),
      Key: findingsKey(build),
      Body: JSON.stringify(found),
      ContentType: 'application/json',
    }),
  );
}

/** As many builds are looked through: one whose image is kept is among them, mostly. */
const LOOKED_THROUGH = 50;

/** What is otherwise than on the image before. Undefined where that is not known: no image is the worse for it. */
export async function findScanChanges(
  build: string,
  now: readonly Vulnerability[],
): Promise<Scanned['changes']> {
  try {
    const records = await listRecords(pipelineOf(build), LOOKED_THROUGH, build);
    const before = records.find(({ status, scanned }) => status === 'SUCCEEDED' && scanned?.key);
    const known = before?.scanned?.key && (await readFindings(before.scanned.key));
    return before && known ? compareFindings(before.id, known, now) : undefined;
  } catch (error) {
    logger.warn('what Inspector had found on the image before is not known', error as Error);
    return undefined;
  }
}

/** Undefined where it went with its image. */
async function readFindings(Key: string): Promise<Vulnerability[] | undefined> {
  try {
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket(), Key }));
    const parsed = z.array(Vulnerability).safeParse(JSON.parse((await Body?.transformToString()) ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'AccessDenied')) return undefined;
    throw error;
  }
}
