import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type ExecResult, latin1FromBytes } from 'just-bash';
import { DEFAULT_MIME_TYPES, suffixOf } from '../../../web/mime-types';
import { fail, resolvePath } from '../../program';
import { finish, folderPrefix, isIncluded, type Job, report, type S3Location } from './job';
import { localFiles } from './local-paths';
import { attempt } from './service-error';

/** One file, or the standard input, into a bucket. */
export async function uploadOne(job: Job, source: string, to: S3Location): Promise<ExecResult> {
  const { call } = job;
  const { disk } = call.guest;
  const path = resolvePath(call, source);
  if (source !== '-' && disk.find(path)?.kind !== 'file')
    return fail(255, `\nThe user-provided path ${source} does not exist.`);
  const name = source.split('/').at(-1) ?? '';
  const key = to.key === '' || to.key.endsWith('/') ? `${to.key}${name}` : to.key;
  const bytes = source === '-' ? Buffer.from(latin1FromBytes(call.context.stdin), 'latin1') : disk.read(path);
  await upload(job, { bucket: to.bucket, key }, bytes);
  if (job.args.words[1] === 'mv') disk.remove(path);
  report(job, 'upload', source, `s3://${to.bucket}/${key}`);
  return finish(job);
}

/** All files of a folder into a bucket. */
export async function uploadAll(job: Job, source: string, to: S3Location): Promise<ExecResult> {
  const root = resolvePath(job.call, source);
  if (job.call.guest.disk.find(root)?.kind !== 'directory')
    return fail(255, `\nThe user-provided path ${source} does not exist.`);
  for (const name of localFiles(job.call, root)) {
    if (!isIncluded(job.args, name)) continue;
    const key = `${folderPrefix(to.key)}${name}`;
    await upload(job, { bucket: to.bucket, key }, job.call.guest.disk.read(`${root}/${name}`));
    report(job, 'upload', `${source.replace(/\/$/, '')}/${name}`, `s3://${to.bucket}/${key}`);
  }
  return finish(job);
}

/** Puts an object, its type known by `--content-type` or its name. */
export async function upload({ client, args }: Job, to: S3Location, bytes: Uint8Array): Promise<void> {
  if (args.flags.has('--dryrun')) return;
  const type = args.options.get('--content-type') ?? DEFAULT_MIME_TYPES.get(suffixOf(to.key));
  const put = new PutObjectCommand({
    Bucket: to.bucket,
    Key: to.key,
    Body: bytes,
    ...(type && { ContentType: type }),
  });
  await attempt('PutObject', client.send(put));
}
