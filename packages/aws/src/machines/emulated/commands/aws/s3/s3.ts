import { S3Client } from '@aws-sdk/client-s3';
import type { ExecResult } from 'just-bash';
import { fail, type ProgramCall } from '../../program';
import { type AwsArguments, AwsCliError, openAwsSession } from '../aws-session';
import { copy } from './copy';
import type { Job } from './job';
import { list } from './list';
import { remove } from './remove';
import { describe, isServiceError } from './service-error';
import { sync } from './sync';

/** `aws s3 …`: high-level commands over S3's own operations. */
export async function runS3(call: ProgramCall, args: AwsArguments): Promise<ExecResult> {
  const [, command = '', ...words] = args.words;
  const run = COMMANDS[command];
  if (['mb', 'rb', 'presign', 'website'].includes(command)) return call.lacks(`aws s3 ${command}`);
  if (run === undefined)
    return fail(
      252,
      `\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n\naws: error: argument subcommand: Invalid choice, valid choices are:\n\nls | website | cp | mv | rm | sync | mb | rb | presign`,
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

const COMMANDS: Readonly<Record<string, (job: Job, words: string[]) => Promise<ExecResult>>> = {
  cp: copy,
  mv: copy,
  sync,
  ls: list,
  rm: remove,
};
