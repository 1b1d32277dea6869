import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ExecResult } from 'just-bash';
import { fail } from '../../program';
import { downloadAll, downloadOne } from './download';
import { finish, type Job, parseS3, report, type S3Location } from './job';
import { attempt } from './service-error';
import { upload, uploadAll, uploadOne } from './upload';

/** `aws s3 cp` and `aws s3 mv`, in each direction. */
export async function copy(job: Job, words: string[]): Promise<ExecResult> {
  const [source = '', target = ''] = words;
  const command = job.args.words[1] ?? 'cp';
  if (words.length < 2) return fail(252, 'aws: error: the following arguments are required: paths');
  const [from, to] = [parseS3(source), parseS3(target)];
  if (from === undefined && to === undefined)
    return fail(
      252,
      `usage: aws s3 ${command} <LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>\nError: Invalid argument type`,
    );
  if (from && to) return await copyRemote(job, from, to, source, target);
  if (from)
    return job.args.flags.has('--recursive')
      ? await downloadAll(job, from, target)
      : await downloadOne(job, from, source, target);
  if (to)
    return job.args.flags.has('--recursive')
      ? await uploadAll(job, source, to)
      : await uploadOne(job, source, to);
  throw new Error('neither side is in S3');
}

async function copyRemote(
  job: Job,
  from: S3Location,
  to: S3Location,
  source: string,
  target: string,
): Promise<ExecResult> {
  const object = await attempt(
    'GetObject',
    job.client.send(new GetObjectCommand({ Bucket: from.bucket, Key: from.key })),
  );
  const key = to.key === '' || to.key.endsWith('/') ? `${to.key}${from.key.split('/').at(-1)}` : to.key;
  await upload(
    job,
    { bucket: to.bucket, key },
    (await object.Body?.transformToByteArray()) ?? new Uint8Array(),
  );
  report(job, 'copy', source, target);
  return finish(job);
}
