import type { CreateStateMachineCommandInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { badToken, pageSize } from '../paging';
import { type Machine, type MachineVersion, publishVersion } from '../state-machine';
import type { Machines } from '../state-machines';
import { diagnose, readDefinition } from '../validation/read-definition';
import { readName } from './read-name';

const TYPES: readonly string[] = ['EXPRESS', 'STANDARD'];

/** State machines: made, changed, described, listed and deleted; and definitions that are only checked. */
export function machineOperations(context: Context, machines: Machines) {
  return {
    CreateStateMachine: (input) => {
      const machine = readMachine(context, machines, input);
      const old = machines.find(machine.arn);
      if (old && !isSame(old, machine))
        throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${machine.arn}'`);
      if (!old) machines.add(machine);
      const made = old ?? machine;
      const published = input.publish
        ? publishVersion(made, input.versionDescription, machine.createdAt)
        : undefined;
      return {
        stateMachineArn: made.arn,
        creationDate: made.createdAt,
        stateMachineVersionArn: published?.versionArn,
      };
    },
    UpdateStateMachine: (input) => {
      const machine = machines.base(input.stateMachineArn);
      checkVersionDescription(input);
      const hasChange =
        input.definition ?? input.roleArn ?? input.loggingConfiguration ?? input.tracingConfiguration;
      if (hasChange === undefined)
        throw new AwsError(
          'MissingRequiredParameter',
          'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
        );
      if (input.roleArn !== undefined) machines.checkRole(input.roleArn);
      const definition =
        input.definition === undefined ? undefined : readDefinition(input.definition, machine.type);
      machine.definition = definition ?? machine.definition;
      machine.definitionText = input.definition ?? machine.definitionText;
      machine.roleArn = input.roleArn ?? machine.roleArn;
      machine.loggingConfiguration = input.loggingConfiguration ?? machine.loggingConfiguration;
      machine.tracingConfiguration = input.tracingConfiguration ?? machine.tracingConfiguration;
      machine.revisionId = uuid();
      machine.updatedAt = context.clock.now();
      const published = input.publish
        ? publishVersion(machine, input.versionDescription, machine.updatedAt)
        : undefined;
      return {
        updateDate: machine.updatedAt,
        revisionId: machine.revisionId,
        stateMachineVersionArn: published?.versionArn,
      };
    },
    DescribeStateMachine: (input) => {
      const machine = machines.get(input.stateMachineArn);
      return {
        stateMachineArn: machine.versionArn ?? machine.arn,
        description: (machine as Partial<MachineVersion>).description,
        name: machine.name,
        status: 'ACTIVE' as const,
        definition: machine.definitionText,
        roleArn: machine.roleArn,
        type: machine.type,
        creationDate: machine.createdAt,
        loggingConfiguration: machine.loggingConfiguration,
        tracingConfiguration: machine.tracingConfiguration,
        revisionId: machine.revisionId,
      };
    },
    DeleteStateMachine: (input) => {
      // Deleting what is not there succeeds, as on AWS.
      machines.remove(input.stateMachineArn ?? '');
      return {};
    },
    ListStateMachines: (input) => {
      const all = machines.all().sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = takePage(all, {
        token: input.nextToken,
        size: pageSize(input.maxResults),
        refuse: badToken,
      });
      return {
        stateMachines: page.items.map(({ arn, name, type, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: createdAt,
        })),
        nextToken: page.next,
      };
    },
    ValidateStateMachineDefinition: (input) => {
      const diagnostics = diagnose(input.definition ?? '', input.type).map((fault) => ({
        severity: 'ERROR' as const,
        ...fault,
      }));
      const most = input.maxResults || 100;
      return {
        result: diagnostics.length === 0 ? ('OK' as const) : ('FAIL' as const),
        diagnostics: diagnostics.slice(0, most),
        truncated: diagnostics.length > most,
      };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
}

/** A machine as CreateStateMachine asks for it. @throws AwsError for whatever AWS refuses */
function readMachine(
  context: Context,
  machines: Machines,
  input: Partial<CreateStateMachineCommandInput>,
): Machine {
  const name = readName(input.name);
  if (input.type !== undefined && !TYPES.includes(input.type))
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${input.type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(', ')}]`,
    );
  machines.checkRole(input.roleArn);
  const definition = readDefinition(input.definition ?? '', input.type);
  checkVersionDescription(input);
  const now = context.clock.now();
  return {
    name,
    arn: `arn:aws:states:${context.region}:${context.accountId}:stateMachine:${name}`,
    type: input.type ?? 'STANDARD',
    createdAt: now,
    updatedAt: now,
    tags: new Map((input.tags ?? []).map(({ key = '', value = '' }) => [key, value])),
    definitionText: input.definition ?? '',
    definition,
    roleArn: input.roleArn ?? '',
    versions: new Map(),
    loggingConfiguration: input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: input.tracingConfiguration ?? { enabled: false },
  };
}

/** Whether making a machine again asks for the one that is there. */
function isSame(old: Machine, asked: Machine): boolean {
  return (
    old.definitionText === asked.definitionText && old.type === asked.type && old.roleArn === asked.roleArn
  );
}

function checkVersionDescription({
  publish,
  versionDescription,
}: {
  publish?: boolean;
  versionDescription?: string;
}): void {
  if (versionDescription !== undefined && !publish)
    throw new AwsError('ValidationException', 'Version description can only be set when publish is true');
}
