import type { TemporaryCredentials } from '../../../machine-options';
import type { ProgramCall } from '../program';

/** Global options of the AWS CLI, and what is left of the command line. */
export interface AwsArguments {
  words: string[];
  options: Map<string, string>;
  flags: Set<string>;
}

/** What a client of the SDK is made with. */
export interface AwsSession {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** The CLI's message and exit code for a failure of its own. */
export class AwsCliError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

const FLAGS = new Set([
  ...[
    '--recursive',
    '--quiet',
    '--only-show-errors',
    '--no-progress',
    '--delete',
    '--dryrun',
    '--exact-timestamps',
  ],
  ...[
    '--with-decryption',
    '--no-with-decryption',
    '--no-verify-ssl',
    '--no-sign-request',
    '--no-cli-pager',
    '--debug',
    '--size-only',
    '--human-readable',
  ],
  ...['--summarize', '--overwrite', '--no-overwrite', '--no-paginate', '--no-guess-mime-type'],
]);

/** Options that take every word up to the next option, with what stands between these words here. */
const LISTS = new Map([
  ['--names', ','],
  ['--filters', ' '],
  ['--instance-ids', ' '],
]);

/** Takes a command line of the AWS CLI apart. */
export function parseAwsArguments(args: readonly string[]): AwsArguments {
  const parsed: AwsArguments = { words: [], options: new Map(), flags: new Set() };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const equals = arg.indexOf('=');
    if (!arg.startsWith('--') || arg === '--') parsed.words.push(arg);
    else if (FLAGS.has(arg)) parsed.flags.add(arg);
    else if (equals > 0) parsed.options.set(arg.slice(0, equals), arg.slice(equals + 1));
    else if (LISTS.has(arg)) {
      const values: string[] = [];
      while (args[at + 1] !== undefined && !args[at + 1]?.startsWith('--')) values.push(args[++at] ?? '');
      parsed.options.set(arg, values.join(LISTS.get(arg)));
    } else parsed.options.set(arg, args[++at] ?? '');
  }
  return parsed;
}

/**
 * The CLI's chain: the environment, then the instance profile; the region also from the metadata service.
 * @throws AwsCliError 253 when there are no credentials
 */
export async function openAwsSession(call: ProgramCall, { options }: AwsArguments): Promise<AwsSession> {
  const env = call.context.exportedEnv ?? {};
  const machine = call.guest.options;
  const region =
    options.get('--region') ??
    env.AWS_REGION ??
    env.AWS_DEFAULT_REGION ??
    configured(call, 'region') ??
    machine.region;
  const endpoint = options.get('--endpoint-url') ?? env.AWS_ENDPOINT_URL ?? machine.endpoint;
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY)
    return {
      region,
      endpoint,
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
      },
    };
  const credentials: TemporaryCredentials | undefined = await machine.credentials?.();
  if (credentials === undefined)
    throw new AwsCliError(
      253,
      'Unable to locate credentials. You can configure credentials by running "aws configure".',
    );
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

/** What `aws configure set` wrote. */
export function configured({ guest }: ProgramCall, name: string): string | undefined {
  const path = '/root/.aws/config';
  if (!guest.disk.has(path)) return undefined;
  const line = guest.disk
    .readText(path)
    .split('\n')
    .find((candidate) => candidate.replace(/\s*=.*$/, '').trim() === name);
  return line?.slice(line.indexOf('=') + 1).trim();
}
