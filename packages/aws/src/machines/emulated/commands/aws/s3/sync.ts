import type { ExecResult } from 'just-bash';
import { fail, resolvePath } from '../../program';
import { download } from './download';
import { finish, folderPrefix, isIncluded, type Job, parseS3, report, type S3Location } from './job';
import { localFiles, safeName } from './local-paths';
import { deleteObject, listAll } from './objects';
import { upload } from './upload';

/** Copies what is new, changed in size, or newer at the source; with `--delete` removes what is only at the target. */
export async function sync(job: Job, words: string[]): Promise<ExecResult> {
  const [source = '', target = ''] = words;
  const [from, to] = [parseS3(source), parseS3(target)];
  if (from && !to) return await syncDown(job, from, target);
  if (to && !from) return await syncUp(job, source, to);
  return fail(
    252,
    'usage: aws s3 sync <LocalPath> <S3Uri> or <S3Uri> <LocalPath>\nError: Invalid argument type',
  );
}

async function syncDown(job: Job, from: S3Location, target: string): Promise<ExecResult> {
  const { disk } = job.call.guest;
  const root = resolvePath(job.call, target);
  const prefix = folderPrefix(from.key);
  const remote = await listAll(job, from.bucket, prefix);
  for (const { key, size, modified } of remote) {
    const name = key.slice(prefix.length);
    if (name === '' || name.endsWith('/') || !isIncluded(job.args, name)) continue;
    const path = `${root}/${safeName(name)}`;
    const node = disk.find(path);
    if (node?.kind === 'file' && node.size === size && node.mtime >= modified) continue;
    await download(job, { bucket: from.bucket, key }, path);
    report(job, 'download', `s3://${from.bucket}/${key}`, `${target.replace(/\/$/, '')}/${name}`);
  }
  if (job.args.flags.has('--delete')) {
    const names = new Set(remote.map(({ key }) => key.slice(prefix.length)));
    for (const name of localFiles(job.call, root))
      if (!names.has(name) && isIncluded(job.args, name)) {
        disk.remove(`${root}/${name}`);
        job.lines.push(`delete: ${target.replace(/\/$/, '')}/${name}\n`);
      }
  }
  return finish(job);
}

async function syncUp(job: Job, source: string, to: S3Location): Promise<ExecResult> {
  const { disk } = job.call.guest;
  const root = resolvePath(job.call, source);
  if (disk.find(root)?.kind !== 'directory')
    return fail(255, `\nThe user-provided path ${source} does not exist.`);
  const prefix = folderPrefix(to.key);
  const remote = new Map(
    (await listAll(job, to.bucket, prefix)).map((object) => [object.key.slice(prefix.length), object]),
  );
  const local = localFiles(job.call, root);
  for (const name of local) {
    if (!isIncluded(job.args, name)) continue;
    const node = disk.find(`${root}/${name}`);
    const there = remote.get(name);
    if (node?.kind !== 'file' || (there?.size === node.size && there.modified >= node.mtime)) continue;
    await upload(job, { bucket: to.bucket, key: `${prefix}${name}` }, disk.read(`${root}/${name}`));
    report(job, 'upload', `${source.replace(/\/$/, '')}/${name}`, `s3://${to.bucket}/${prefix}${name}`);
  }
  if (job.args.flags.has('--delete'))
    for (const [name, { key }] of remote)
      if (!local.includes(name)) {
        await deleteObject(job, { bucket: to.bucket, key });
        job.lines.push(`delete: s3://${to.bucket}/${key}\n`);
      }
  return finish(job);
}
