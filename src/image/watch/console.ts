import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';

/** What the serial console of an instance tells of its user data. */
export interface Console {
  /** What the script wrote, a line each, without what is cloud-init's or the kernel's. */
  script: string[];
  /** What cloud-init says of the script, if that failed. */
  failure: string | undefined;
  /** Whether the script still runs: undefined where the console cannot tell, since it is an old one or cloud-init writes elsewhere. */
  isRunning: boolean | undefined;
  /** All that is on the console, a line each. */
  lines: string[];
  /** That the instance is of an older type, of which EC2 tells what it has kept, minutes old. */
  isStale?: true;
}

/**
 * Reads the console of an instance. On Nitro it is what was written until now, on older types what EC2 has kept, minutes old. One that
 * EC2 does not know any more has an empty one.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
 */
export async function readConsole(instance: string): Promise<Console> {
  try {
    return parseConsole(await readOutput(instance, true));
  } catch (error) {
    // One that is gone, or on its way, has told all that it will.
    if (isAwsError(error, 'InvalidInstanceID.NotFound', 'IncorrectInstanceState')) return parseConsole('');
    // Only instance types on Nitro can tell the latest output: others give what EC2 has kept.
    if (!isAwsError(error, 'UnsupportedOperation')) throw error;
    return { ...parseConsole(await readOutput(instance, false)), isRunning: undefined, isStale: true };
  }
}

async function readOutput(InstanceId: string, Latest: boolean): Promise<string> {
  const { Output = '' } = await ec2().send(
    new GetConsoleOutputCommand({ InstanceId, ...(Latest && { Latest }) }),
  );
  return Buffer.from(Output, 'base64').toString('utf8');
}

/** A line of cloud-init and what it runs, as systemd puts it on the console: `[   14.123456] cloud-init[2226]: text`. */
const FROM_CLOUD_INIT = /^\[\s*\d+\.\d+\] cloud-init\[\d+\]: (?<text>.*)$/;
/** A line of a script that sends its output to `logger -t user-data -s 2>/dev/console`, as AWS's own example does. */
const FROM_LOGGER = /^(?:<\d+>)?(?:\w{3} +\d+ [\d:]+ )?user-data: (?<text>.*)$/;
/** What cloud-init says itself: `2026-01-16 22:11:58,233 - cc_scripts_user.py[WARNING]: …`, or as Amazon Linux 2 writes it. */
const OF_CLOUD_INIT =
  /^(?:[\d-]+ [\d:,]+ - |\w{3} \d+ [\d:]+ cloud-init\[\d+\]: )\w+\.py\[[A-Z]+\]: (?<said>.*)$/;
const FROM_BOOT = /^\[(?:\s*\d+\.\d+|\s*OK\s*|FAILED|DEPEND|\s*TIME\s*)\]/;
const BANNER = /^(?:Cloud-init v\. |ci-info: )/;
const FINAL = /^Cloud-init v\. \S+ running 'modules:final'/;
const FINISHED = /^Cloud-init v\. \S+ finished at /;
/** Amazon Linux has the module with a dash, newer versions of cloud-init with an underscore. */
const FAILED = /^(?:Failed to run module scripts[-_]user\b|Running (?:module )?scripts[-_]user\b.* failed$)/;
const FAILED_WITH = /^Failed running \S+ \[(?<status>-?\d+)\]$/;

/**
 * Takes a console apart. That a script failed is known from cloud-init's own words alone: its output may go anywhere.
 *
 * @see https://github.com/canonical/cloud-init/blob/main/cloudinit/config/cc_scripts_user.py
 */
export function parseConsole(text: string): Console {
  const lines = text
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const marked = lines.flatMap((line) => {
    const match = FROM_CLOUD_INIT.exec(line) ?? FROM_LOGGER.exec(line);
    return match?.groups?.text ?? [];
  });
  // Where nothing says whose a line is, only the kernel and systemd are known by their brackets.
  const told = marked.length > 0 ? marked : lines.filter((line) => !FROM_BOOT.test(line));
  const said = told.map((line) => OF_CLOUD_INIT.exec(line)?.groups?.said);
  const failed = said.some((words) => words !== undefined && FAILED.test(words));
  const status = said.map((words) => FAILED_WITH.exec(words ?? '')?.groups?.status).find(Boolean);
  // The script runs in the last stage. Where its beginning was pushed out of the console, all is its own.
  const script = told.slice(told.findIndex((line) => FINAL.test(line)) + 1);
  return {
    script: script.filter((line) => !OF_CLOUD_INIT.test(line) && !BANNER.test(line) && line.trim() !== ''),
    failure: failed ? `cloud-init says that it failed${status ? ` with status ${status}` : ''}` : undefined,
    isRunning: told.some((line) => FINAL.test(line)) ? !told.some((line) => FINISHED.test(line)) : undefined,
    lines,
  };
}
