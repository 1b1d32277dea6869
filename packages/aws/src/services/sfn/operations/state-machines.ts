import type { CreateStateMachineCommandInput } from '@aws-sdk/client-sfn';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { badPageToken, nothingToUpdate, stateMachineExists, validationError } from '../errors';
import { publishVersion, type StateMachine, type StateMachineVersion } from '../machines/state-machines';
import { pageSize } from '../paging';
import { readName } from '../read-name';
import type { Op, SfnState } from '../state';
import { diagnose, readDefinition } from '../validation/read-definition';
import { checkRole } from './check-role';
import { ENCRYPTION } from './encryption';

export const CreateStateMachine: Op<'CreateStateMachine'> = (sfn, input) => {
  const asked = readStateMachine(sfn, input);
  const old = sfn.stateMachines.find(asked.arn);
  if (old && !isSame(old, asked)) throw stateMachineExists(asked.arn);
  const stateMachine = old ?? asked;
  if (!old) sfn.stateMachines.add(stateMachine);
  const published = input.publish
    ? publishVersion(stateMachine, input.versionDescription, asked.createdAt)
    : undefined;
  return {
    stateMachineArn: stateMachine.arn,
    creationDate: stateMachine.createdAt,
    stateMachineVersionArn: published?.versionArn,
  };
};

export const UpdateStateMachine: Op<'UpdateStateMachine'> = (sfn, input) => {
  const stateMachine = sfn.stateMachines.base(input.stateMachineArn);
  checkVersionDescription(input);
  const { definition: text, roleArn, loggingConfiguration, tracingConfiguration } = input;
  if ((text ?? roleArn ?? loggingConfiguration ?? tracingConfiguration) === undefined)
    throw nothingToUpdate();
  if (roleArn !== undefined) checkRole(sfn, roleArn, stateMachine.arn);
  const before = settingsOf(stateMachine);
  if (text !== undefined) {
    stateMachine.definition = readDefinition(text, stateMachine.type);
    stateMachine.definitionText = text;
  }
  stateMachine.roleArn = roleArn ?? stateMachine.roleArn;
  stateMachine.loggingConfiguration = loggingConfiguration ?? stateMachine.loggingConfiguration;
  stateMachine.tracingConfiguration = tracingConfiguration ?? stateMachine.tracingConfiguration;
  // What changes nothing makes no revision.
  if (settingsOf(stateMachine) !== before) stateMachine.revisionId = uuid();
  stateMachine.updatedAt = sfn.context.clock.now();
  const published = input.publish
    ? publishVersion(stateMachine, input.versionDescription, stateMachine.updatedAt)
    : undefined;
  return {
    updateDate: stateMachine.updatedAt,
    revisionId: stateMachine.revisionId,
    stateMachineVersionArn: published?.versionArn,
  };
};

export const DescribeStateMachine: Op<'DescribeStateMachine'> = (sfn, input) => {
  const stateMachine = sfn.stateMachines.get(input.stateMachineArn);
  return {
    stateMachineArn: stateMachine.versionArn ?? stateMachine.arn,
    description: (stateMachine as Partial<StateMachineVersion>).description,
    name: stateMachine.name,
    status: 'ACTIVE',
    definition: stateMachine.definitionText,
    roleArn: stateMachine.roleArn,
    type: stateMachine.type,
    creationDate: stateMachine.createdAt,
    loggingConfiguration: stateMachine.loggingConfiguration,
    tracingConfiguration: stateMachine.tracingConfiguration,
    encryptionConfiguration: ENCRYPTION,
    revisionId: stateMachine.revisionId,
  };
};

/** Deleting what is not there succeeds, as on AWS. What still runs of it is ended. */
export const DeleteStateMachine: Op<'DeleteStateMachine'> = (sfn, input) => {
  const stateMachine = sfn.stateMachines.find(input.stateMachineArn ?? '');
  if (!stateMachine) return {};
  sfn.stateMachines.remove(stateMachine.arn);
  sfn.executions.abortAll(stateMachine);
  return {};
};

export const ListStateMachines: Op<'ListStateMachines'> = (sfn, input) => {
  const page = takePage(sfn.stateMachines.list(), {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: ({ arn }) => arn,
    refuse: badPageToken,
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
};

export const ValidateStateMachineDefinition: Op<'ValidateStateMachineDefinition'> = (_sfn, input) => {
  const found = diagnose(input.definition ?? '', input.type);
  const most = input.maxResults || 100;
  return {
    result: found.length === 0 ? 'OK' : 'FAIL',
    diagnostics: found.slice(0, most).map((diagnostic) => ({ severity: 'ERROR', ...diagnostic })),
    truncated: found.length > most,
  };
};

/** What an update may change, to be compared. */
function settingsOf(machine: StateMachine): string {
  const { definitionText, roleArn, loggingConfiguration, tracingConfiguration } = machine;
  return JSON.stringify([definitionText, roleArn, loggingConfiguration, tracingConfiguration]);
}

/** A state machine as CreateStateMachine asks for it. @throws AwsError for whatever AWS refuses */
function readStateMachine(sfn: SfnState, input: Partial<CreateStateMachineCommandInput>): StateMachine {
  const name = readName(input.name);
  const { region, accountId, clock } = sfn.context;
  const arn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  checkRole(sfn, input.roleArn, arn);
  const definition = readDefinition(input.definition ?? '', input.type);
  checkVersionDescription(input);
  const now = clock.now();
  return {
    name,
    arn,
    type: input.type ?? 'STANDARD',
    createdAt: now,
    updatedAt: now,
    tags: new Map((input.tags ?? []).map(({ key = '', value = '' }) => [key, value])),
    definitionText: input.definition ?? '',
    definition,
    roleArn: input.roleArn ?? '',
    versions: new Map(),
    aliases: new Map(),
    loggingConfiguration: input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: input.tracingConfiguration ?? { enabled: false },
  };
}

/** Whether making a state machine again asks for the one that is there. */
function isSame(old: StateMachine, asked: StateMachine): boolean {
  return (
    old.definitionText === asked.definitionText && old.type === asked.type && old.roleArn === asked.roleArn
  );
}

function checkVersionDescription(input: {
  readonly publish?: boolean;
  readonly versionDescription?: string;
}): void {
  if (input.versionDescription !== undefined && !input.publish)
    throw validationError('Version description can only be set when publish is true');
}
