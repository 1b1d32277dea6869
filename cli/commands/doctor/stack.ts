import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { readVersion } from '../../project';
import type { Place } from '../../remote/place';
import { bad, type Check, good, note, unknown } from './check';

/** The stack of the service, as far as is asked after what it is made of. */
export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly partition: string;
  readonly account: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What its parameters come to, by name; those of SSM as they were when it was deployed last. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The SSM parameters that those come from. */
  readonly sources: Readonly<Record<string, string>>;
}

const DEPLOY = 'npx serverless deploy';

/** Whether the stack is there and of this version. @returns the stack beside that, where it can be looked at */
export async function checkStack(
  place: Place,
): Promise<{ readonly checks: readonly Check[]; readonly stack?: Stack }> {
  let url: string;
  try {
    url = await place.findUrl();
  } catch (error) {
    return { checks: [bad('stack', (error as Error).message)] };
  }
  const found = good('stack', `${place.stack}: ${url}`);
  if (place.api.token)
    return { checks: [found, unknown('AWS', 'not looked at: the token is for the API alone')] };
  try {
    const { stack, status } = await readStack(place);
    if (stack.outputs.HttpApiUrl?.replace(/\/+$/, '') !== url)
      return {
        checks: [found, unknown('AWS', `not looked at: this API is not that of the stack ${place.stack}`)],
      };
    return { checks: [judgeStatus(found, status), await checkVersion(stack)], stack };
  } catch (error) {
    const { name, message } = error as Error;
    return {
      checks: [found, unknown('AWS', `not looked at: cloudformation:DescribeStacks: ${name}: ${message}`)],
    };
  }
}

async function readStack({ client, stack: name, region }: Place): Promise<{ stack: Stack; status: string }> {
  const { Stacks } = await new CloudFormationClient(client).send(
    new DescribeStacksCommand({ StackName: name }),
  );
  const { StackId = '', StackStatus = '', Outputs = [], Parameters = [] } = Stacks?.[0] ?? {};
  const [, partition = 'aws', , , account = ''] = StackId.split(':');
  return {
    status: StackStatus,
    stack: {
      ...{ name, region, partition, account },
      outputs: Object.fromEntries(Outputs.map((one) => [one.OutputKey ?? '', one.OutputValue ?? ''])),
      parameters: Object.fromEntries(
        Parameters.map((one) => [one.ParameterKey ?? '', one.ResolvedValue ?? one.ParameterValue ?? '']),
      ),
      sources: Object.fromEntries(
        Parameters.map((one) => [one.ParameterKey ?? '', one.ParameterValue ?? '']),
      ),
    },
  };
}

/** A deployment that failed was rolled back: what runs is the one before. */
function judgeStatus(found: Check, status: string): Check {
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return found;
  if (status.endsWith('_IN_PROGRESS')) return note('stack', `${found.text}, is ${status}`);
  return note('stack', `${found.text}, is ${status}: its last deployment failed`, DEPLOY);
}

async function checkVersion({ outputs: { Version }, name }: Stack): Promise<Check> {
  const version = await readVersion();
  if (Version === version) return good('version', `${version}, as this command`);
  const is = Version ? `is of Kiln ${Version}` : 'does not tell its version: it is older';
  return note('version', `${name} ${is}, and this command of ${version}`, DEPLOY);
}
