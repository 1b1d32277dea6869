import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type ExecResult, latin1FromBytes } from 'just-bash';
import { globMatcher } from '../web/apache-parse';
import { DEFAULT_MIME_TYPES, suffixOf } from '../web/mime-types';
import { type AwsArguments, AwsCliError, openAwsSession } from './aws-session';
import { fail, type ProgramCall, resolvePath, succeed, succeedWithBytes } from './program';

interface S3Location {
  bucket: string;
  key: string;
}

interface Job {
  client: S3Client;
  call: ProgramCall;
  args: AwsArguments;
  lines: string[];
}

/** `aws s3 …`: high-level commands over S3's own operations. */
export async function runS3(call: ProgramCall, args: AwsArguments): Promise<ExecResult> {
  const [, command = '', ...words] = args.words;
  const run = COMMANDS[command];
  if (run === undefined)
    return fail(
      252,
      `\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n\naws: error: argument subcommand: Invalid choice, valid choices are:\n\nls | cp | mv | rm | sync`,
    );
  let client: S3Client | undefined;
  try {
    const session = await openAwsSession(call, args);
    client = new S3Client({ ...session, forcePathStyle: true, maxAttempts: 3, followRegionRedirects: true });
    return await run({ client, call, args, lines: [] }, words);
  } catch (error) {
    if (error instanceof AwsCliError)
      return fail(
        error.exitCode === 253 ? 1 : error.exitCode,
        error.exitCode === 253 ? 'fatal error: Unable to locate credentials' : error.message,
      );
    if (!isServiceError(error)) throw error;
    return fail(1, `fatal error: ${describe(error)}`);
  } finally {
    client?.destroy();
  }
}

/** An error of S3, or of the way to it. */
interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
  operation?: string;
}

const COMMANDS: Readonly<Record<string, (job: Job, words: string[]) => Promise<ExecResult>>> = {
  cp: copy,
  mv: copy,
  sync,
  ls: list,
  rm: remove,
};

async function copy(job: Job, words: string[]): Promise<ExecResult> {
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
  if (from) {
    const result = job.args.flags.has('--recursive')
      ? await downloadAll(job, from, target)
      : await downloadOne(job, from, source, target);
    return result;
  }
  if (to)
    return job.args.flags.has('--recursive')
      ? await uploadAll(job, source, to)
      : await uploadOne(job, source, to);
  throw new Error('neither side is in S3');
}

async function downloadOne(job: Job, from: S3Location, source: string, target: string): Promise<ExecResult> {
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

async function downloadAll(job: Job, from: S3Location, target: string): Promise<ExecResult> {
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

async function uploadOne(job: Job, source: string, to: S3Location): Promise<ExecResult> {
  const { call } = job;
  const { disk } = call.system;
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

async function uploadAll(job: Job, source: string, to: S3Location): Promise<ExecResult> {
  const root = resolvePath(job.call, source);
  if (job.call.system.disk.find(root)?.kind !== 'directory')
    return fail(255, `\nThe user-provided path ${source} does not exist.`);
  for (const name of localFiles(job.call, root)) {
    if (!isIncluded(job.args, name)) continue;
    const key = `${folderPrefix(to.key)}${name}`;
    await upload(job, { bucket: to.bucket, key }, job.call.system.disk.read(`${root}/${name}`));
    report(job, 'upload', `${source.replace(/\/$/, '')}/${name}`, `s3://${to.bucket}/${key}`);
  }
  return finish(job);
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

/** Copies what is new, changed in size, or newer at the source; with `--delete` removes what is only at the target. */
async function sync(job: Job, words: string[]): Promise<ExecResult> {
  const [source = '', target = ''] = words;
  const [from, to] = [parseS3(source), parseS3(target)];
  const { disk } = job.call.system;
  if (from && !to) {
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
  if (to && !from) {
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
          await attempt(
            'DeleteObject',
            job.client.send(new DeleteObjectCommand({ Bucket: to.bucket, Key: key })),
          );
          job.lines.push(`delete: s3://${to.bucket}/${key}\n`);
        }
    return finish(job);
  }
  return fail(
    252,
    'usage: aws s3 sync <LocalPath> <S3Uri> or <S3Uri> <LocalPath>\nError: Invalid argument type',
  );
}

async function list(job: Job, words: string[]): Promise<ExecResult> {
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

async function remove(job: Job, words: string[]): Promise<ExecResult> {
  const at = parseS3(words[0] ?? '');
  if (at === undefined) return fail(252, 'usage: aws s3 rm <S3Uri>\nError: Invalid argument type');
  const keys = job.args.flags.has('--recursive')
    ? (await listAll(job, at.bucket, at.key)).map(({ key }) => key)
    : [at.key];
  for (const key of keys) {
    await attempt('DeleteObject', job.client.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: key })));
    job.lines.push(`delete: s3://${at.bucket}/${key}\n`);
  }
  return finish(job);
}

interface RemoteObject {
  key: string;
  size: number;
  modified: Date;
}

async function listAll({ client }: Job, bucket: string, prefix: string): Promise<RemoteObject[]> {
  const objects: RemoteObject[] = [];
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await attempt(
      'ListObjectsV2',
      client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token && { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      objects.push({ key: Key ?? '', size: Size ?? 0, modified: LastModified ?? new Date(0) });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

async function download({ client, call, args }: Job, from: S3Location, path: string): Promise<void> {
  if (args.flags.has('--dryrun')) return;
  const object = await attempt(
    'GetObject',
    client.send(new GetObjectCommand({ Bucket: from.bucket, Key: from.key })),
  );
  const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  const { disk } = call.system;
  disk.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
  disk.write(path, bytes);
  // The CLI gives a file the object's time.
  if (object.LastModified) disk.setModified(path, object.LastModified);
  if (args.words[1] === 'mv')
    await attempt(
      'DeleteObject',
      client.send(new DeleteObjectCommand({ Bucket: from.bucket, Key: from.key })),
    );
}

async function upload({ client, args }: Job, to: S3Location, bytes: Uint8Array): Promise<void> {
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

function report(job: Job, verb: string, from: string, to: string): void {
  job.lines.push(
    `${job.args.flags.has('--dryrun') ? '(dryrun) ' : ''}${job.args.words[1] === 'mv' ? 'move' : verb}: ${from} to ${to}\n`,
  );
}

function finish({ args, lines }: Job): ExecResult {
  return succeed(args.flags.has('--quiet') || args.flags.has('--only-show-errors') ? '' : lines.join(''));
}

function parseS3(text: string): S3Location | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text);
  return match ? { bucket: match[1] ?? '', key: match[2] ?? '' } : undefined;
}

function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

function localTarget(call: ProgramCall, target: string, key: string): string {
  const path = resolvePath(call, target);
  const isDirectory = target.endsWith('/') || call.system.disk.find(path)?.kind === 'directory';
  return isDirectory ? `${path === '/' ? '' : path}/${key.split('/').at(-1)}` : path;
}

function shownPath(call: ProgramCall, target: string, key: string): string {
  const path = localTarget(call, target, key);
  const { cwd } = call.context;
  return path.startsWith(`${cwd}/`)
    ? `./${path.slice(cwd.length + 1)}`
    : path.startsWith('/') && cwd === '/'
      ? `.${path}`
      : path;
}

/** A key must not climb out of the folder that it is copied to. */
function safeName(name: string): string {
  if (name.split('/').includes('..'))
    throw new AwsCliError(1, `warning: Skipping file ${name}. File references a parent directory.`);
  return name;
}

function localFiles(call: ProgramCall, root: string, below = ''): string[] {
  return call.system.disk.listIfAny(below === '' ? root : `${root}/${below}`).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    const kind = call.system.disk.find(`${root}/${path}`)?.kind;
    if (kind === 'directory') return localFiles(call, root, path);
    return kind === 'file' ? [path] : [];
  });
}

/** `--exclude` and `--include`; given once each, the include wins, as it is nearly always written last. */
function isIncluded({ options }: AwsArguments, name: string): boolean {
  const matches = (pattern: string | undefined) =>
    pattern !== undefined &&
    globMatcher(pattern.replace(/\//g, '\u0000')).test(name.replace(/\//g, '\u0000'));
  if (matches(options.get('--include'))) return true;
  return !matches(options.get('--exclude'));
}

async function attempt<T>(operation: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Error) Object.assign(error, { operation });
    throw error;
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'operation' in error;
}

function describe(error: ServiceError): string {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return `Could not connect to the endpoint URL: ${error.message}`;
  const isHead = error.operation === 'HeadObject';
  const code = isHead ? String(status) : error.name;
  const text = isHead
    ? ({ 403: 'Forbidden', 404: 'Not Found', 400: 'Bad Request' }[status] ?? error.message)
    : error.message;
  return `An error occurred (${code}) when calling the ${error.operation} operation: ${text}`;
}
