import * as z from 'zod';
import { UserDataFailed } from '../../errors';
import { parseConsole } from '../../image/watch/console';
import { findOwnLog, tellOfScript } from '../../image/watch/words';
import { type Report, told } from '../command/report';

/** What cloud-init writes down at its end. See https://docs.cloud-init.io/en/latest/explanation/return_codes.html */
const Result = z.object({
  v1: z.object({
    errors: z.array(z.string()).default([]),
    recoverable_errors: z.record(z.string(), z.array(z.string())).default({}),
  }),
});

/** The exit status of timeout(1) when the time was over. */
const TIMED_OUT = '124';

/**
 * Checks that cloud-init has come to a good end.
 *
 * @throws UserDataFailed with the module, the exit status of what it ran, and the last lines of the output, or of the file that the script wrote to
 */
export function checkCloudInit(report: Report, instanceId: string, script: string): void {
  const status = told(report, 'cloud-init');
  if (status === undefined || status === 'none' || status === '0' || status === '2') return;
  if (status === TIMED_OUT)
    throw new UserDataFailed(
      tell(
        report,
        `The user data on ${instanceId} still runs when the time for the preparation is over. What is to stay must be started as a service, not by the script itself.`,
        script,
      ),
    );
  const { errors } = readResult(report);
  const module = errors.map((error) => /^\('([\w-]+)'/.exec(error)?.[1]).find(Boolean);
  const [, what, exit] = /^Failed running (\S+) \[(-?\d+)\]$/.exec(told(report, 'failed') ?? '') ?? [];
  const how = exit ? ` with status ${exit}` : '';
  const where = module ? ` in its module ${module}` : '';
  const ran = what && !what.includes('/scripts/part-') ? ` (${what})` : '';
  const cause = `The user data failed on ${instanceId}${how}: cloud-init ended in error${where}${ran}.`;
  throw new UserDataFailed(tell(report, [cause, ...(module ? [] : errors)].join('\n'), script));
}

/** The cause, and what the script wrote, to its own file or to its output. */
function tell(report: Report, cause: string, script: string): string {
  const own = told(report, 'own-log');
  if (own)
    return [cause, `The end of ${findOwnLog(script)}, to which the script writes:`, ...indent(own)].join(
      '\n',
    );
  // It is told without the hint at a file of its own: there is nothing in that.
  return tellOfScript(cause, parseConsole(told(report, 'output') ?? ''), '');
}

/** What cloud-init could go on from. */
export function describeWarnings(report: Report): string[] {
  if (told(report, 'cloud-init') !== '2') return [];
  const found = Object.entries(readResult(report).recoverable_errors).flatMap(([level, texts]) =>
    texts.map((text) => `cloud-init ${level}: ${text}`),
  );
  return found.length > 0
    ? found
    : ['cloud-init ended with status 2: something was wrong that it could go on from'];
}

function readResult(report: Report): z.infer<typeof Result>['v1'] {
  try {
    return Result.parse(JSON.parse(told(report, 'cloud-init-result') ?? '')).v1;
  } catch {
    // An older one writes none, or the server has spoilt it: its status alone counts.
    return { errors: [], recoverable_errors: {} };
  }
}

/** The most lines of an output that a message carries. */
const LINES = 25;

/** And of each line. */
const CHARACTERS = 300;

export function indent(text: string): string[] {
  return text
    .split('\n')
    .slice(-LINES)
    .map((line) => `    ${line.slice(0, CHARACTERS)}`);
}
