import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { isAwsError } from '../../aws/error';
import { s3 } from '../../aws/s3';
import { pipelineOf } from '../../build/id';
import { type BuildRecord, listRecords, type PackageChanges, updateRecord } from '../../build/record';
import { logger } from '../../log';
import { type Report, told } from '../command/report';
import { bucket } from '../command/run';
import { readSystem, writeBom } from './bom';
import { comparePackages, type Listed } from './changes';
import { bomKey } from './keys';
import { readPackages } from './package';

/** Writes the bill of materials of an image, and what is otherwise than on the image before into the record of its build. */
export async function recordPackages(build: string, report: Report): Promise<void> {
  const packages = readPackages(report);
  const system = readSystem(told(report, 'os'), told(report, 'kernel'));
  const key = bomKey(build);
  const text = writeBom(build, system, packages);
  // First the record: a build that ends between the two leaves nothing that nobody knows of.
  const bom = { key, packages: packages.length, ...(system.kernel && { kernel: system.kernel }) };
  await updateRecord(build, { bom });
  await s3().send(
    new PutObjectCommand({
      Bucket: bucket(),
      Key: key,
      Body: text,
      ContentType: 'application/vnd.cyclonedx+json',
    }),
  );
  const packageChanges = await findChanges(build, readListed(text) ?? [], system.kernel);
  if (packageChanges) await updateRecord(build, { packageChanges });
}

/** What is otherwise than before. Undefined where that is not known: no image is the worse for it. */
async function findChanges(
  build: string,
  now: readonly Listed[],
  kernel: string | undefined,
): Promise<PackageChanges | undefined> {
  try {
    const before = await findBefore(build);
    const known = before?.bom && (await readBom(before.bom.key));
    return known && comparePackages(before.id, known, now, { from: before.bom?.kernel, to: kernel });
  } catch (error) {
    logger.warn('what is otherwise than on the image before is not known', error as Error);
    return undefined;
  }
}

/** As many builds are looked through: one whose image is kept is among them, mostly. */
const LOOKED_THROUGH = 50;

/** The newest build of the pipeline that succeeded and has a bill of materials. */
async function findBefore(build: string): Promise<BuildRecord | undefined> {
  const records = await listRecords(pipelineOf(build), LOOKED_THROUGH, build);
  return records.find(({ status, bom }) => status === 'SUCCEEDED' && bom !== undefined);
}

/**
 * Undefined where it went with its image, which S3 says as AccessDenied to who may not list the bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
async function readBom(Key: string): Promise<Listed[] | undefined> {
  try {
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket(), Key }));
    return readListed((await Body?.transformToString()) ?? '');
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'AccessDenied')) return undefined;
    throw error;
  }
}

const Components = z.object({
  components: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string() })),
});

function readListed(text: string): Listed[] | undefined {
  const parsed = Components.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.components : undefined;
}
