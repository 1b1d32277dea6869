import type { LoggingConfiguration, StateMachineType, TracingConfiguration } from '@aws-sdk/client-sfn';
import { uuid } from '../../ids';
import { takePage } from '../../pages';
import type { Realm } from '../../realm';
import type { OperationsOf } from '../../service';
import { AwsError } from '../../wire/aws-error';
import type { IamDirectory } from '../directories';
import { diagnose, readDefinition } from './definition';
import type { Definition } from './language';

const TYPES: readonly string[] = ['EXPRESS', 'STANDARD'];

/** A state machine as it is now. */
export interface Machine {
  readonly name: string;
  readonly arn: string;
  readonly type: StateMachineType;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
  /** By number; each as the machine was when it was published. */
  readonly versions: Map<number, MachineVersion>;
  /** Of a version. */
  readonly versionArn?: string;
  definitionText: string;
  definition: Definition;
  roleArn: string;
  /** None before the first update. */
  revisionId?: string;
  updatedAt: Date;
  loggingConfiguration: LoggingConfiguration;
  tracingConfiguration: TracingConfiguration;
}

/** A machine as it was published. */
export interface MachineVersion extends Machine {
  readonly versionArn: string;
  readonly description?: string;
}

/** The state machines of one region. */
export class Machines {
  private readonly machines = new Map<string, Machine>();

  constructor(
    private readonly realm: Realm,
    private readonly iam: Pick<IamDirectory, 'role'>,
    private readonly onDelete: (machine: Machine) => void,
  ) {}

  /**
   * By ARN, of a machine or of a version.
   * @throws AwsError InvalidArn, StateMachineDoesNotExist
   */
  get(arn: string | undefined): Machine {
    if (!/^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[^:]+/.test(arn ?? ''))
      throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    const [base, qualifier] = splitArn(arn ?? '');
    const machine = this.machines.get(base);
    const found = qualifier === undefined ? machine : machine?.versions.get(Number(qualifier));
    if (found) return found;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** By ARN, while it is there. */
  find(arn: string): Machine | undefined {
    return this.machines.get(arn);
  }

  operations() {
    const { realm } = this;
    return {
      CreateStateMachine: (input) => {
        const name = readName(input.name);
        if (input.type !== undefined && !TYPES.includes(input.type))
          throw new AwsError(
            'ValidationException',
            `1 validation error detected: Value '${input.type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(', ')}]`,
          );
        const arn = `arn:aws:states:${realm.region}:${realm.accountId}:stateMachine:${name}`;
        this.checkRole(input.roleArn);
        const definition = readDefinition(input.definition ?? '', input.type);
        checkVersionDescription(input);
        const old = this.machines.get(arn);
        if (old) {
          const isSame =
            old.definitionText === input.definition &&
            old.type === (input.type ?? 'STANDARD') &&
            old.roleArn === input.roleArn;
          if (isSame)
            return {
              stateMachineArn: arn,
              creationDate: old.createdAt,
              stateMachineVersionArn: input.publish
                ? publishVersion(old, input.versionDescription, realm.clock.now()).versionArn
                : undefined,
            };
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
        }
        const now = realm.clock.now();
        const machine: Machine = {
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
          loggingConfiguration: input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
          tracingConfiguration: input.tracingConfiguration ?? { enabled: false },
        };
        this.machines.set(arn, machine);
        const published = input.publish ? publishVersion(machine, input.versionDescription, now) : undefined;
        return { stateMachineArn: arn, creationDate: now, stateMachineVersionArn: published?.versionArn };
      },
      UpdateStateMachine: (input) => {
        const machine = this.base(input.stateMachineArn);
        checkVersionDescription(input);
        const hasChange =
          input.definition ?? input.roleArn ?? input.loggingConfiguration ?? input.tracingConfiguration;
        if (hasChange === undefined)
          throw new AwsError(
            'MissingRequiredParameter',
            'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
          );
        if (input.roleArn !== undefined) this.checkRole(input.roleArn);
        const definition =
          input.definition === undefined ? undefined : readDefinition(input.definition, machine.type);
        machine.definition = definition ?? machine.definition;
        machine.definitionText = input.definition ?? machine.definitionText;
        machine.roleArn = input.roleArn ?? machine.roleArn;
        machine.loggingConfiguration = input.loggingConfiguration ?? machine.loggingConfiguration;
        machine.tracingConfiguration = input.tracingConfiguration ?? machine.tracingConfiguration;
        machine.revisionId = uuid();
        machine.updatedAt = realm.clock.now();
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
        const machine = this.get(input.stateMachineArn);
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
        const arn = input.stateMachineArn ?? '';
        const machine = this.machines.get(arn);
        // Deleting what is not there succeeds, as on AWS.
        if (!machine) return {};
        this.machines.delete(arn);
        this.onDelete(machine);
        return {};
      },
      PublishStateMachineVersion: (input) => {
        const machine = this.base(input.stateMachineArn);
        if (input.revisionId !== undefined && input.revisionId !== (machine.revisionId ?? 'INITIAL'))
          throw new AwsError(
            'ConflictException',
            `Failed to publish the State Machine version for revision ${input.revisionId}. The current State Machine revision is ${machine.revisionId ?? 'INITIAL'}.`,
          );
        const { versionArn, createdAt } = publishVersion(machine, input.description, realm.clock.now());
        return { stateMachineVersionArn: versionArn, creationDate: createdAt };
      },
      ListStateMachineVersions: (input) => {
        const all = [...this.base(input.stateMachineArn).versions.values()].reverse();
        const page = takePage(all, {
          token: input.nextToken,
          size: pageSize(input.maxResults),
          refuse: badToken,
        });
        return {
          stateMachineVersions: page.items.map(({ versionArn, createdAt }) => ({
            stateMachineVersionArn: versionArn,
            creationDate: createdAt,
          })),
          nextToken: page.next,
        };
      },
      DeleteStateMachineVersion: (input) => {
        const [base, qualifier] = splitArn(input.stateMachineVersionArn ?? '');
        if (!/^\d+$/.test(qualifier ?? ''))
          throw new AwsError(
            'ValidationException',
            `The provided ARN is not a State Machine version ARN: ${input.stateMachineVersionArn}`,
          );
        this.machines.get(base)?.versions.delete(Number(qualifier));
        return {};
      },
      ListStateMachines: (input) => {
        const all = [...this.machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
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
      ListTagsForResource: (input) => ({
        tags: [...this.tagsOf(input.resourceArn)].map(([key, value]) => ({ key, value })),
      }),
      TagResource: (input) => {
        const tags = this.tagsOf(input.resourceArn);
        for (const { key = '', value = '' } of input.tags ?? []) tags.set(key, value);
        return {};
      },
      UntagResource: (input) => {
        const tags = this.tagsOf(input.resourceArn);
        for (const key of input.tagKeys ?? []) tags.delete(key);
        return {};
      },
    } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
  }

  /** A machine itself; a version cannot be changed. */
  private base(arn: string | undefined): Machine {
    const machine = this.get(arn);
    if (machine.versionArn === undefined) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  private tagsOf(arn: string | undefined): Map<string, string> {
    const machine = this.machines.get(arn ?? '');
    if (machine) return machine.tags;
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, 400, { resourceName: arn });
  }

  private checkRole(roleArn: string | undefined): void {
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(roleArn ?? ''))
      throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${roleArn}'`);
    const trusted = this.iam.role(roleArn ?? '')?.assumableBy ?? [];
    if (
      trusted.includes('states.amazonaws.com') ||
      trusted.includes(`states.${this.realm.region}.amazonaws.com`)
    )
      return;
    throw new AwsError(
      'AccessDeniedException',
      `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.`,
    );
  }
}

/** The ARN of the machine, and what follows it: the number of a version. */
function splitArn(arn: string): [machine: string, qualifier?: string] {
  const parts = arn.split(':');
  return [parts.slice(0, 7).join(':'), parts[7]];
}

/** Keeps the machine as it is under the next number; what has not changed since the last version is that version. */
function publishVersion(machine: Machine, description: string | undefined, now: Date): MachineVersion {
  const newest = [...machine.versions.values()].at(-1);
  if (newest && newest.revisionId === machine.revisionId) return newest;
  const number = Number(newest?.versionArn.split(':').at(-1) ?? 0) + 1;
  const version = { ...machine, versionArn: `${machine.arn}:${number}`, description, createdAt: now };
  machine.versions.set(number, version);
  return version;
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

/**
 * Checks the name of a machine or an execution.
 * @throws AwsError InvalidName, ValidationException for one that is too long
 */
export function readName(name: string | undefined): string {
  if (name && name.length > 80)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
    );
  if (name && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/]|\p{Cc}/u.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name ?? ''}'`);
}

/**
 * How many items a page has: 100 unless the caller says a number.
 * @throws AwsError ValidationException
 */
export function pageSize(most: number | undefined): number {
  if (most !== undefined && most > 1000)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${most}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`,
    );
  return most || 100;
}

/** The error of a page token that no answer ever held. */
export function badToken(token: string): AwsError {
  return new AwsError('InvalidToken', `Invalid Token: '${token}'`);
}
