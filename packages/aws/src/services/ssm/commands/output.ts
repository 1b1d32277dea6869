import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import type { Ec2Port } from '../../../core/ports';
import type { SsmState } from '../state';
import type { Command, Invocation } from './command';

/** Characters that GetCommandInvocation shows. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
const MOST_OUTPUT = 24_000;
const MOST_ERRORS = 8_000;

/** Of the text in which the agent says both together. */
const MOST_TOGETHER = 2_500;
const ERROR_TITLE = '\n----------ERROR-------\n';
const OUTPUT_CUT = '\n---Output truncated---';
const ERRORS_CUT = '\n---Error truncated----';

/** As the agent names the folders of plugin and step. */
export const PLUGIN_PATH = 'awsrunShellScript/0.awsrunShellScript';

export function shownOutput({ stdout }: Invocation): string {
  return stdout.slice(0, MOST_OUTPUT);
}

export function shownErrors({ stderr }: Invocation): string {
  return stderr.slice(0, MOST_ERRORS);
}

/** Output and errors in one text, each cut where both do not fit. */
export function shownTogether({ stdout, stderr }: Pick<Invocation, 'stdout' | 'stderr'>): string {
  const title = stderr === '' ? '' : ERROR_TITLE;
  const room = MOST_TOGETHER - title.length;
  if (stdout.length + stderr.length < room) return `${stdout}${title}${stderr}`;
  if (stdout.length > room / 2 && stderr.length > room / 2) {
    const each = Math.floor((room - ERRORS_CUT.length - OUTPUT_CUT.length) / 2);
    return `${stdout.slice(0, each)}${OUTPUT_CUT}${title}${stderr.slice(0, each)}${ERRORS_CUT}`;
  }
  if (stdout.length < room / 2)
    return `${stdout}${title}${stderr.slice(0, room - ERRORS_CUT.length - stdout.length)}${ERRORS_CUT}`;
  return `${stdout.slice(0, room - OUTPUT_CUT.length - stderr.length)}${OUTPUT_CUT}${title}${stderr}`;
}

/** Where an object of S3 holds the whole of it; empty where none was asked for. */
export function outputUrl(
  { context: { region } }: SsmState,
  command: Command,
  invocation: Invocation,
  stream: 'stdout' | 'stderr',
): string {
  if (command.outputBucket === '') return '';
  return `https://s3.${region}.amazonaws.com/${command.outputBucket}/${keyOf(command, invocation, stream)}`;
}

function keyOf({ id, outputPrefix }: Command, { instanceId }: Invocation, stream: string): string {
  const prefix = outputPrefix.replace(/^\/+|\/+$/g, '');
  return [...(prefix === '' ? [] : [prefix]), id, instanceId, PLUGIN_PATH, stream].join('/');
}

/**
 * The agent puts what there is of output and errors into the bucket that the command names, with the instance's rights. Where it may
 * not, or there is no way there, the objects are missing and nothing else.
 */
export async function uploadOutput(
  ssm: SsmState,
  ec2: Ec2Port,
  command: Command,
  invocation: Invocation,
): Promise<void> {
  const { instanceId } = invocation;
  const call = command.outputBucket === '' ? undefined : await ssm.agents.callOf(instanceId);
  const [nic] = ec2.instance(instanceId)?.NetworkInterfaces ?? [];
  if (!call || !ec2.reachesAws(nic?.NetworkInterfaceId ?? '', 's3')) return;
  const s3 = clientOf<typeof import('@aws-sdk/client-s3')>(ssm.context, 's3', () => call);
  for (const stream of ['stdout', 'stderr'] as const) {
    if (invocation[stream] === '') continue;
    try {
      await s3.PutObject({
        Bucket: command.outputBucket,
        Key: keyOf(command, invocation, stream),
        Body: Buffer.from(invocation[stream]),
        ACL: 'bucket-owner-full-control',
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
}
