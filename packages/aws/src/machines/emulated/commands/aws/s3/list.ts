import { ListBucketsCommand } from '@aws-sdk/client-s3';
import type { ExecResult } from 'just-bash';
import { fail, succeed } from '../../program';
import { type Job, parseS3 } from './job';
import { listAll } from './objects';
import { attempt } from './service-error';

/** `aws s3 ls`: buckets, or what stands under a key. */
export async function list(job: Job, words: string[]): Promise<ExecResult> {
  const at =
    words[0] === undefined
      ? undefined
      : parseS3(words[0].startsWith('s3://') ? words[0] : `s3://${words[0]}`);
  const stamp = (date: Date | undefined) =>
    (date ?? new Date(0)).toISOString().slice(0, 19).replace('T', ' ');
  if (at === undefined) {
    const { Buckets = [] } = await attempt('ListBuckets', job.client.send(new ListBucketsCommand({})));
    return succeed(Buckets.map(({ Name, CreationDate }) => `${stamp(CreationDate)} ${Name}\n`).join(''));
  }
  const recursive = job.args.flags.has('--recursive');
  const objects = await listAll(job, at.bucket, at.key);
  const folders = new Set<string>();
  const rows: string[] = [];
  const base = at.key.slice(0, at.key.lastIndexOf('/') + 1);
  for (const { key, size, modified } of objects) {
    const rest = key.slice(base.length);
    const slash = recursive ? -1 : key.indexOf('/', at.key.length);
    if (slash >= 0) folders.add(`                           PRE ${key.slice(base.length, slash + 1)}\n`);
    else rows.push(`${stamp(modified)} ${String(size).padStart(10)} ${recursive ? key : rest}\n`);
  }
  const text = [...folders, ...rows].join('');
  return text === '' && at.key !== '' ? fail(1) : succeed(text);
}
