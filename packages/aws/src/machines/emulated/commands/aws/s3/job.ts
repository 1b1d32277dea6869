import type { S3Client } from '@aws-sdk/client-s3';
import { compileWildcard } from 'aws-languages/wildcard';
import type { ExecResult } from 'just-bash';
import { type ProgramCall, succeed } from '../../program';
import type { AwsArguments } from '../aws-session';

/** What `s3://bucket/key` names; the key may be empty, or that of a folder. */
export interface S3Location {
  bucket: string;
  key: string;
}

/** One call of `aws s3 …`, and the lines that it prints. */
export interface Job {
  client: S3Client;
  call: ProgramCall;
  args: AwsArguments;
  lines: string[];
}

/** Notes what was copied, as the CLI prints it. */
export function report(job: Job, verb: string, from: string, to: string): void {
  job.lines.push(
    `${job.args.flags.has('--dryrun') ? '(dryrun) ' : ''}${job.args.words[1] === 'mv' ? 'move' : verb}: ${from} to ${to}\n`,
  );
}

/** What the job prints, unless it is to be quiet. */
export function finish({ args, lines }: Job): ExecResult {
  return succeed(args.flags.has('--quiet') || args.flags.has('--only-show-errors') ? '' : lines.join(''));
}

/** Undefined for a path of the disk. */
export function parseS3(text: string): S3Location | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text);
  return match ? { bucket: match[1] ?? '', key: match[2] ?? '' } : undefined;
}

/** A key as the beginning of those below it. */
export function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

/** `--exclude` and `--include`; given once each, the include wins, as it is nearly always written last. */
export function isIncluded({ options }: AwsArguments, name: string): boolean {
  const matches = (pattern: string | undefined) =>
    pattern !== undefined && compileWildcard(pattern, { classes: true }).test(name);
  if (matches(options.get('--include'))) return true;
  return !matches(options.get('--exclude'));
}
