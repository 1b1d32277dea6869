import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ExecResult } from 'just-bash';
import { fail, resolvePath, succeedWithBytes } from '../../program';
import { finish, folderPrefix, isIncluded, type Job, report, type S3Location } from './job';
import { localTarget, safeName, shownPath } from './local-paths';
import { deleteObject, listAll } from './objects';
import { attempt, isServiceError } from './service-error';

/** One object into a file, a folder, or the standard output. */
export async function downloadOne(
  job: Job,
  from: S3Location,
  source: string,
  target: string,
): Promise<ExecResult> {
  const { client, call } = job;
  const { Bucket, Key } = { Bucket: from.bucket, Key: from.key };
  if (target === '-') {
    const object = await attempt('GetObject', client.send(new GetObjectCommand({ Bucket, Key })));
    return succeedWithBytes((await object.Body?.transformToByteArray()) ?? new Uint8Array());
  }
  try {
    await attempt('HeadObject', client.send(new HeadObjectCommand({ Bucket, Key })));
  } catch (error) {
    if (isServiceError(error) && error.$metadata?.httpStatusCode === 404)
      return fail(
        1,
        `fatal error: An error occurred (404) when calling the HeadObject operation: Key "${Key}" does not exist`,
      );
    throw error;
  }
  const path = localTarget(call, target, from.key);
  await download(job, from, path);
  report(job, 'download', source, shownPath(call, target, from.key));
  return finish(job);
}

/** All objects under a key into a folder. */
export async function downloadAll(job: Job, from: S3Location, target: string): Promise<ExecResult> {
  const prefix = folderPrefix(from.key);
  for (const object of await listAll(job, from.bucket, prefix)) {
    const name = object.key.slice(prefix.length);
    if (name === '' || name.endsWith('/') || !isIncluded(job.args, name)) continue;
    await download(
      job,
      { bucket: from.bucket, key: object.key },
      `${resolvePath(job.call, target)}/${safeName(name)}`,
    );
    report(job, 'download', `s3://${from.bucket}/${object.key}`, `${target.replace(/\/$/, '')}/${name}`);
  }
  return finish(job);
}

/** Writes an object to the disk; `mv` takes it from the bucket then. */
export async function download({ client, call, args }: Job, from: S3Location, path: string): Promise<void> {
  if (args.flags.has('--dryrun')) return;
  const object = await attempt(
    'GetObject',
    client.send(new GetObjectCommand({ Bucket: from.bucket, Key: from.key })),
  );
  const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  const { disk } = call.guest;
  disk.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
  disk.write(path, bytes);
  // The CLI gives a file the object's time.
  if (object.LastModified) disk.setModified(path, object.LastModified);
  if (args.words[1] === 'mv') await deleteObject({ client }, from);
}
