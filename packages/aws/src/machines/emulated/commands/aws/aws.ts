import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ExecResult } from 'just-bash';
import { fail, type Program, type ProgramCall, succeed } from '../program';
import {
  type AwsArguments,
  AwsCliError,
  type AwsSession,
  configured,
  openAwsSession,
  parseAwsArguments,
} from './aws-session';
import { EC2_OPERATIONS } from './ec2';
import { applyQuery } from './query';
import { runS3 } from './s3/s3';
import { toText } from './text-output';

const SERVICE_ERROR = 254;

const USAGE =
  '\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n\naws: error: the following arguments are required: operation';

type Operation = (session: AwsSession, args: AwsArguments) => Promise<object>;

/** Runs one command of the AWS CLI. */
export const runAws: Program = async (args, call) => {
  if (args.includes('--version'))
    return succeed(
      'aws-cli/2.25.0 Python/3.9.21 Linux/6.1.158-178.288.amzn2023.x86_64 source/x86_64.amzn.2023\n',
    );
  const parsed = parseAwsArguments(args);
  const [service = '', operation = ''] = parsed.words;
  if (service === 's3') return await runS3(call, parsed);
  if (service === 'configure') return await configure(call, parsed);
  const run = OPERATIONS[`${service} ${operation}`];
  if (run === undefined && operation === '') return fail(252, USAGE);
  if (run === undefined) return call.lacks(`aws ${service} ${operation}`);
  try {
    return succeed(format(await run(await openAwsSession(call, parsed), parsed), parsed));
  } catch (error) {
    if (error instanceof AwsCliError) return fail(error.exitCode, `\n${error.message}`);
    if (!(error instanceof Error && '$metadata' in error))
      return fail(
        255,
        `\nCould not connect to the endpoint URL: ${error instanceof Error ? error.message : String(error)}`,
      );
    const title = operation.replace(/(^|-)(\w)/g, (_, _dash: string, letter: string) => letter.toUpperCase());
    return fail(
      SERVICE_ERROR,
      `\nAn error occurred (${error.name}) when calling the ${title} operation: ${error.message === 'UnknownError' ? '' : error.message}`,
    );
  }
};

const withSsm =
  (run: (client: SSMClient, args: AwsArguments) => Promise<object>): Operation =>
  async (session, args) => {
    const client = new SSMClient({ ...session, maxAttempts: 3 });
    try {
      return await run(client, args);
    } finally {
      client.destroy();
    }
  };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...EC2_OPERATIONS,
  'ssm get-parameter': withSsm(async (client, args) => {
    const { Parameter } = await client.send(
      new GetParameterCommand({
        Name: required(args, '--name'),
        WithDecryption: args.flags.has('--with-decryption'),
      }),
    );
    return { Parameter };
  }),
  'ssm get-parameters': withSsm(async (client, args) => {
    const Names = required(args, '--names').split(',');
    const { Parameters, InvalidParameters } = await client.send(
      new GetParametersCommand({ Names, WithDecryption: args.flags.has('--with-decryption') }),
    );
    return { Parameters, InvalidParameters };
  }),
  'ssm get-parameters-by-path': withSsm(async (client, args) => {
    const { Parameters } = await client.send(
      new GetParametersByPathCommand({
        Path: required(args, '--path'),
        Recursive: args.flags.has('--recursive'),
        WithDecryption: args.flags.has('--with-decryption'),
      }),
    );
    return { Parameters };
  }),
  'ssm put-parameter': withSsm(async (client, args) => {
    const { Version, Tier } = await client.send(
      new PutParameterCommand({
        Name: required(args, '--name'),
        Value: required(args, '--value'),
        Type: args.options.get('--type') as 'String' | undefined,
        Overwrite: args.flags.has('--overwrite'),
      }),
    );
    return { Version, Tier };
  }),
  async 'secretsmanager get-secret-value'(session, args) {
    const client = new SecretsManagerClient({ ...session, maxAttempts: 3 });
    try {
      const { $metadata, ...secret } = await client.send(
        new GetSecretValueCommand({
          SecretId: required(args, '--secret-id'),
          VersionId: args.options.get('--version-id'),
          VersionStage: args.options.get('--version-stage'),
        }),
      );
      return secret;
    } finally {
      client.destroy();
    }
  },
  async 'sts get-caller-identity'(session) {
    const client = new STSClient({ ...session, maxAttempts: 3 });
    try {
      const { UserId, Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
      return { UserId, Account, Arn };
    } finally {
      client.destroy();
    }
  },
};

async function configure(call: ProgramCall, { words }: AwsArguments): Promise<ExecResult> {
  if (words[1] === 'get' && words[2] !== undefined) {
    const value = configured(call, words[2]);
    return value === undefined ? fail(1) : succeed(`${value}\n`);
  }
  if (words[1] === 'set' && words[2] !== undefined && words[3] !== undefined) {
    const path = '/root/.aws/config';
    const before = call.guest.disk.has(path) ? call.guest.disk.readText(path) : '[default]\n';
    const others = before.split('\n').filter((line) => !line.startsWith(`${words[2]} =`) && line !== '');
    call.guest.disk.install(path, `${[...others, `${words[2]} = ${words[3]}`].join('\n')}\n`, 0o600);
    return succeed();
  }
  return call.lacks(`aws ${words.join(' ')}`);
}

function required({ options }: AwsArguments, name: string): string {
  const value = options.get(name);
  if (value === undefined)
    throw new AwsCliError(252, `aws: error: the following arguments are required: ${name}`);
  return value;
}

function format(result: object, { options }: AwsArguments): string {
  const query = options.get('--query');
  const value = query === undefined ? result : applyQuery(result, query);
  if (options.get('--output') === 'text') return toText(value);
  return `${JSON.stringify(value, (_, item: unknown) => item, 4)}\n`;
}
