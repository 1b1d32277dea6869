import type { ExecResult } from 'just-bash';
import { fail } from '../../program';
import { finish, type Job, parseS3 } from './job';
import { deleteObject, listAll } from './objects';

/** `aws s3 rm`. */
export async function remove(job: Job, words: string[]): Promise<ExecResult> {
  const at = parseS3(words[0] ?? '');
  if (at === undefined) return fail(252, 'usage: aws s3 rm <S3Uri>\nError: Invalid argument type');
  const keys = job.args.flags.has('--recursive')
    ? (await listAll(job, at.bucket, at.key)).map(({ key }) => key)
    : [at.key];
  for (const key of keys) {
    await deleteObject(job, { bucket: at.bucket, key });
    job.lines.push(`delete: s3://${at.bucket}/${key}\n`);
  }
  return finish(job);
}
