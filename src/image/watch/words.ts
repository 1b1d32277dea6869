import type { Console } from './console';

/** The most lines of a script that a message carries, beside the last two. */
const LINES = 15;
/** What a console shows at the end where no script is to blame. */
const NOISE = 4;
/** The most characters of a line. */
const WIDTH = 300;

/**
 * A failure for people: the cause, the last two lines that the script wrote, and then what it wrote before. What the kernel and systemd
 * say at the boot is left out.
 *
 * @param cause a sentence or two
 * @param script the pipeline's user data script
 */
export function tellOfScript(cause: string, console: Console, script: string): string {
  const last = console.script.slice(-2);
  if (last.length === 0) return [cause, ...explainSilence(console, script)].join('\n');
  const before = console.script.slice(-2 - LINES, -2);
  return [
    cause,
    ...indent(last),
    ...hintAtBuckets(console.script),
    ...hintAtLog(script),
    ...(before.length > 0 ? ['What the script wrote before:', ...indent(before)] : []),
  ].join('\n');
}

/** A failure of a server on which no script runs: the cause, and the end of its console. */
export function tellOfServer(cause: string, { lines }: Console): string {
  if (lines.length === 0) return `${cause}\nThe server has no console output yet.`;
  return [cause, 'Its console ends with:', ...indent(lines.slice(-NOISE))].join('\n');
}

function explainSilence({ lines }: Console, script: string): string[] {
  if (lines.length === 0) return ['The instance has no console output yet.'];
  const hint = hintAtLog(script);
  return ['The script wrote nothing to the console.', ...hint];
}

/** `exec > /var/log/setup.log 2>&1` and the like, at the top of a script. */
const OWN_LOG = /^\s*exec\s+(?:[12&]?>>?\s*|&>>?\s*)(?<file>\/[^\s;&|]+)/m;

/** The file that a script sends its output to, if that is one of its own. */
export function findOwnLog(script: string): string | undefined {
  return OWN_LOG.exec(script)?.groups?.file;
}

function hintAtLog(script: string): string[] {
  const file = findOwnLog(script);
  if (file === undefined) return [];
  return [
    `The script sends its output to ${file}, which goes with the instance. With "exec > >(tee ${file}) 2>&1" it is on the console too, and here.`,
  ];
}

/** What the AWS CLI and the SDKs say where S3 refuses to read: `(403) when calling the HeadObject operation: Forbidden`. */
const REFUSED_BY_S3 =
  /\((?:403|AccessDenied)\) when calling the (?<operation>\w*Objects?\w*|ListBuckets?) operation/;
const PLACE = /s3:\/\/[^\s'"]+/;

/** S3 does not say which permission lacks. */
function hintAtBuckets(lines: readonly string[]): string[] {
  const line = lines.find((one) => REFUSED_BY_S3.test(one));
  if (line === undefined) return [];
  const operation = REFUSED_BY_S3.exec(line)?.groups?.operation ?? '';
  const place = PLACE.exec(line)?.[0] ?? lines.map((one) => PLACE.exec(one)?.[0]).find(Boolean);
  const what = operation.startsWith('List')
    ? 's3:ListBucket, which they never have: fetch objects by their names'
    : `s3:GetObject on ${place ?? 'that object'}: base instances may read the artifacts bucket, and others that a pipeline file names under base.buckets. The key of an encrypted object, and the policy of a bucket of another account, must let them too`;
  return [`The role of base instances lacks ${what}.`];
}

function indent(lines: string[]): string[] {
  return lines.map((line) => `    ${line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line}`);
}
