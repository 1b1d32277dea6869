import type { Call } from '../../../core/service';
import { invalidParameters } from '../errors';
import type { SsmState } from '../state';
import type { RunScript } from './command';

interface DocumentParameter {
  readonly type: 'String' | 'StringList';
  readonly description: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly maxChars?: number;
  readonly minItems?: number;
  readonly displayType?: string;
}

const PARAMETERS: Readonly<Record<string, DocumentParameter>> = {
  commands: {
    type: 'StringList',
    description: '(Required) Specify a shell script or a command to run.',
    minItems: 1,
    displayType: 'textarea',
  },
  workingDirectory: {
    type: 'String',
    default: '',
    description: '(Optional) The path to the working directory on your instance.',
    maxChars: 4096,
  },
  executionTimeout: {
    type: 'String',
    default: '3600',
    description:
      '(Optional) The time in seconds for a command to complete before it is considered to have failed. Default is 3600 (1 hour). Maximum is 172800 (48 hours).',
    allowedPattern: '([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)',
  },
};

/** The document that Systems Manager has for scripts of Linux. */
export const RUN_SHELL_SCRIPT = {
  name: 'AWS-RunShellScript',
  parameters: PARAMETERS,
  content: {
    schemaVersion: '1.2',
    description: 'Run a shell script or specify the commands to run.',
    parameters: PARAMETERS,
    runtimeConfig: {
      'aws:runShellScript': {
        properties: [
          {
            id: '0.aws:runShellScript',
            runCommand: '{{ commands }}',
            workingDirectory: '{{ workingDirectory }}',
            timeoutSeconds: '{{ executionTimeout }}',
          },
        ],
      },
    },
  },
} as const;

/** As the agent's unit has it. */
const AGENT_DIRECTORY = '/usr/bin';

/**
 * What a command with this document runs, with the values of the parameters of the Parameter Store that it refers to as `{{ssm:name}}`.
 *
 * @param call whose rights count for those
 * @throws AwsError `InvalidParameters`; what the Parameter Store refuses
 */
export async function readRunShellScript(
  ssm: SsmState,
  given: Readonly<Record<string, readonly string[]>>,
  call: Call,
): Promise<RunScript> {
  for (const [name, values] of Object.entries(given)) checkParameter(name, values);
  const { commands, workingDirectory: [directory = ''] = [], executionTimeout = ['3600'] } = given;
  if (!commands) throw invalidParameters('');
  const [lines, [path = '']] = await Promise.all([
    resolveReferences(ssm, commands, call),
    resolveReferences(ssm, [directory], call),
  ]);
  return {
    text: `${lines.join('\n')}\n`,
    workingDirectory: path === '' ? AGENT_DIRECTORY : path,
    executionTimeout: Number(executionTimeout[0]),
  };
}

function checkParameter(name: string, values: readonly string[]): void {
  const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  if (!parameter) throw invalidParameters(`document ${RUN_SHELL_SCRIPT.name} does not support parameters.`);
  const { type, allowedPattern, maxChars, minItems = 0 } = parameter;
  const doesFit =
    values.length >= minItems &&
    (type === 'StringList' || values.length === 1) &&
    values.every(
      (value) =>
        (maxChars === undefined || value.length <= maxChars) &&
        (allowedPattern === undefined || new RegExp(`^(?:${allowedPattern})$`).test(value)),
    );
  if (!doesFit) throw invalidParameters('');
}

const REFERENCE = /\{\{\s*ssm:([\w./-]+(?::\d+)?)\s*\}\}/g;

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-runcommand.html */
async function resolveReferences(ssm: SsmState, texts: readonly string[], call: Call): Promise<string[]> {
  const names = [
    ...new Set(texts.flatMap((text) => [...text.matchAll(REFERENCE)].map(([, name = '']) => name))),
  ];
  const values = new Map<string, string>();
  // The most that one call may ask for.
  for (let at = 0; at < names.length; at += 10) {
    const Names = names.slice(at, at + 10);
    const { Parameters = [], InvalidParameters = [] } = await ssm.apiAs(call).GetParameters({ Names });
    if (InvalidParameters.length > 0)
      throw invalidParameters(`Parameters [${InvalidParameters.join(', ')}] could not be found.`);
    const secure = Parameters.filter(({ Type }) => Type === 'SecureString').map(({ Name }) => Name);
    if (secure.length > 0)
      throw invalidParameters(`Parameters [${secure.join(', ')}] of type SecureString are not supported.`);
    for (const { Name = '', Selector = '', Value = '' } of Parameters)
      values.set(`${Name}${Selector}`, Value);
  }
  return texts.map((text) => text.replace(REFERENCE, (_all, name: string) => values.get(name) ?? ''));
}
