import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { paginateListCommands, SendCommandCommand } from '@aws-sdk/client-ssm';
import { isAwsError } from '../../aws/error';
import { s3 } from '../../aws/s3';
import { ssm, ssmOnce } from '../../aws/ssm';
import { env } from '../../env';
import { AgentNotReady } from '../../errors';

/** A script that a server of a build is to run, as root. */
export interface Run {
  readonly build: string;
  readonly stage: string;
  readonly instanceId: string;
  readonly script: string;
  /** How long it may take, in seconds. */
  readonly within: number;
}

/** How long SSM tries to hand a command over, in seconds. */
const DELIVERED_WITHIN = 300;

/** The script tells itself that its time is over, and what it waited for, before SSM kills it. Seconds. */
const TELLS_WITHIN = 60;

/** How a command ends that could not fetch its script: with what exit status, and what that means. */
export const NO_CLI = 80;
export const NO_SCRIPT = 81;

/**
 * Sends a script to an instance by SSM Run Command. It travels through the artifacts bucket, named by its hash: SSM replaces
 * `{{ssm:…}}` in what it is sent. Its output goes to the bucket, too: GetCommandInvocation cuts it.
 *
 * @returns the id of the command; of the first, where it was sent before
 * @throws AgentNotReady if the agent went offline meanwhile
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
export async function runScript(run: Run): Promise<string> {
  const sent = await findCommand(run);
  if (sent) return sent;
  const key = await storeScript(run.script);
  try {
    const { Command } = await ssmOnce().send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [run.instanceId],
        Comment: commentOf(run),
        TimeoutSeconds: DELIVERED_WITHIN,
        Parameters: { commands: writeCommands(key), executionTimeout: [String(run.within + TELLS_WITHIN)] },
        OutputS3BucketName: bucket(),
        OutputS3KeyPrefix: outputPrefix(run.instanceId),
      }),
    );
    if (!Command?.CommandId) throw new Error('SendCommand answered without the id of a command.');
    return Command.CommandId;
  } catch (error) {
    if (!isAwsError(error, 'InvalidInstanceId')) throw error;
    throw new AgentNotReady(`The SSM agent on ${run.instanceId} went offline.`, { cause: error });
  }
}

/** Where an instance puts the output of commands: under its own name, as its role may write there alone. */
export function outputPrefix(instanceId: string): string {
  return `commands/${env('KILN_BASE_ROLE_ID')}:${instanceId}`;
}

export function bucket(): string {
  return env('KILN_ARTIFACTS');
}

/** SendCommand knows no client token; a comment has room for 100 characters. */
function commentOf({ build, stage }: Run): string {
  return `Kiln ${build} ${stage}`;
}

async function findCommand(run: Run): Promise<string | undefined> {
  const pages = paginateListCommands({ client: ssm() }, { InstanceId: run.instanceId });
  for await (const { Commands = [] } of pages) {
    const sent = Commands.find(({ Comment }) => Comment === commentOf(run));
    if (sent) return sent.CommandId;
  }
  return undefined;
}

async function storeScript(script: string): Promise<string> {
  const key = `scripts/${createHash('sha256').update(script).digest('hex')}.sh`;
  await s3().send(
    new PutObjectCommand({ Bucket: bucket(), Key: key, Body: script, ContentType: 'text/x-shellscript' }),
  );
  return key;
}

/** In a folder that only root sees, and that is gone afterwards; beside it one that is on no disk. Not under /tmp: that may be mounted so that nothing runs there. */
function writeCommands(key: string): string[] {
  const hash = key.replace(/^scripts\/|\.sh$/g, '');
  return [
    'KILN_WORK=$(mktemp -d /root/.kiln-XXXXXX) || exit 1',
    'KILN_MEMORY=$(mktemp -d /run/kiln-XXXXXX) || { rm -rf "$KILN_WORK"; exit 1; }',
    'trap \'rm -rf "$KILN_WORK" "$KILN_MEMORY"\' EXIT',
    'export KILN_WORK KILN_MEMORY',
    `command -v aws > /dev/null || { echo 'there is no AWS CLI on this server' >&2; exit ${NO_CLI}; }`,
    `aws s3 cp --only-show-errors --region ${env('AWS_REGION')} s3://${bucket()}/${key} "$KILN_WORK/run.sh" || exit ${NO_SCRIPT}`,
    `[ "$(sha256sum < "$KILN_WORK/run.sh" | cut -d ' ' -f 1)" = ${hash} ] || { echo 'the script is not what was sent' >&2; exit ${NO_SCRIPT}; }`,
    'bash "$KILN_WORK/run.sh"',
  ];
}
