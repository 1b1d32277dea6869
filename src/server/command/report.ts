import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { s3 } from '../../aws/s3';
import { AgentNotReady, InstanceNotManaged } from '../../errors';
import type { EndedCommand } from './ended';
import { bucket, NO_CLI, NO_SCRIPT, outputPrefix } from './run';

/** What a script of ours told: each thing has a name, and may come several times. */
export interface Report {
  readonly entries: readonly { name: string; text: string }[];
  /** What it wrote to standard error, which is nothing where all is well. */
  readonly errors: string;
}

/** The first text of that name, without the line end that the shell put there; undefined if there is none. */
export function told(report: Report, name: string): string | undefined {
  return report.entries.find((entry) => entry.name === name)?.text.trimEnd();
}

/** The agent puts the output into the bucket before it says that it is done, mostly. Milliseconds. */
const THERE_WITHIN = 2 * 60_000;

/** As much of what a script told as is read: a hundred times what packages make. Bytes. */
const MOST_READ = 32 * 1024 * 1024;

/**
 * Reads what a script of ours told.
 *
 * @throws AgentNotReady if it is not in the bucket yet: the state machine asks again
 * @throws InstanceNotManaged in words, if the script could not be run or told nothing
 */
export async function readReport(instanceId: string, ended: EndedCommand): Promise<Report> {
  const commandId = ended.id;
  const prefix = `${outputPrefix(instanceId)}/${commandId}/`;
  const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: bucket(), Prefix: prefix }));
  const keys = Contents.flatMap(({ Key, Size = 0 }) => (Key && Size <= MOST_READ ? [Key] : []));
  const [output, errors] = await Promise.all(['stdout', 'stderr'].map((name) => readOutput(keys, name)));
  const report = { entries: parseReport(output ?? ''), errors: errors ?? '' };
  // One that SSM has killed need not have told anything: that it ran out of time is what counts.
  if (report.entries.length > 0 || ended.status === TIMED_OUT) return report;
  const why = explainNothing(ended, report.errors);
  if (why)
    throw new InstanceNotManaged(
      `${why} The command ${commandId} on ${instanceId} ended as ${describeEnd(ended)}.`,
    );
  if (Date.now() - ended.endedAt < THERE_WITHIN)
    throw new AgentNotReady(`The output of the command ${commandId} is not in the bucket ${bucket()} yet.`);
  throw new InstanceNotManaged(
    `The command ${commandId} on ${instanceId} ended as ${describeEnd(ended)}, but its output is not in the bucket ${bucket()}: may the role of base instances put objects under ${prefix}?`,
  );
}

/** How SSM names the end of a command that took longer than it may. */
export const TIMED_OUT = 'ExecutionTimedOut';

export function describeEnd({ status, exit }: EndedCommand): string {
  return exit >= 0 ? `${status} with status ${exit}` : status;
}

async function readOutput(keys: readonly string[], name: string): Promise<string | undefined> {
  const Key = keys.find((key) => key.endsWith(`/${name}`));
  if (!Key) return undefined;
  const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket(), Key }));
  return Body?.transformToString();
}

/** Why nothing ran, where that is known. */
function explainNothing({ status, exit }: EndedCommand, errors: string): string | undefined {
  const said = errors.trim() ? ` It says: ${errors.trim().slice(-600)}.` : '';
  if (exit === NO_CLI)
    return 'There is no AWS CLI (aws) on the server, with which it fetches the script. Install it in the user data, or build with "prepare: none" under base.';
  if (exit === NO_SCRIPT) return `The server could not fetch the script from the bucket ${bucket()}.${said}`;
  if (status === 'Success' || status === 'Failed') return said ? `The script did not run.${said}` : undefined;
  return 'The SSM agent did not run the script.';
}

/** Lines of our own alone: what else is there is no word of the script. */
export function parseReport(output: string): Report['entries'] {
  return output.split('\n').flatMap((line) => {
    const [, name, encoded] = /^kiln ([\w-]+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, text: Buffer.from(encoded ?? '', 'base64').toString('utf8') }];
  });
}
