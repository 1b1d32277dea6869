import type { LoggingConfiguration, StateMachineType, TracingConfiguration } from '@aws-sdk/client-sfn';
import { readArn, splitResource } from 'aws-languages/arn';
import { invalidArn, noStateMachine } from '../errors';
import type { Definition } from '../language/definition';
import type { Alias } from './alias';

/** A state machine as it is now. */
export interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly type: StateMachineType;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
  /** By number; each as the state machine was when it was published. */
  readonly versions: Map<number, StateMachineVersion>;
  /** By name. */
  readonly aliases: Map<string, Alias>;
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

/** A state machine as it was published. */
export interface StateMachineVersion extends StateMachine {
  readonly versionArn: string;
  readonly description?: string;
}

/** The state machines of one region. */
export class StateMachines {
  private readonly byArn = new Map<string, StateMachine>();

  /**
   * By ARN, of a state machine or of a version.
   * @throws AwsError InvalidArn, StateMachineDoesNotExist
   */
  get(arn: string | undefined): StateMachine {
    const { base, version } = splitVersion(arn);
    const stateMachine = this.byArn.get(base);
    const found = version === undefined ? stateMachine : stateMachine?.versions.get(Number(version));
    if (found) return found;
    throw noStateMachine(arn);
  }

  /** A state machine itself; a version cannot be changed. @throws AwsError as `get` */
  base(arn: string | undefined): StateMachine {
    const stateMachine = this.get(arn);
    if (stateMachine.versionArn === undefined) return stateMachine;
    throw noStateMachine(arn);
  }

  /** By ARN, while it is there. */
  find(arn: string): StateMachine | undefined {
    return this.byArn.get(arn);
  }

  /** A version by its ARN, while it is there. */
  findVersion(arn: string | undefined): StateMachineVersion | undefined {
    const [, base = '', number] = /^(.*):(\d+)$/.exec(arn ?? '') ?? [];
    return this.byArn.get(base)?.versions.get(Number(number));
  }

  /** By name, alphabetically; versions stand in their state machines. */
  list(): StateMachine[] {
    return [...this.byArn.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  add(stateMachine: StateMachine): void {
    this.byArn.set(stateMachine.arn, stateMachine);
  }

  remove(arn: string): void {
    this.byArn.delete(arn);
  }
}

/**
 * The ARN of the state machine, and the number of a version that follows it.
 * @throws AwsError InvalidArn
 */
export function splitVersion(arn: string | undefined): { base: string; version?: string } {
  const { resource } = readArn(arn, { service: 'states', type: 'stateMachine' }) ?? {};
  if (resource === undefined) throw invalidArn(arn);
  const [, version] = splitResource(resource).id.split(':');
  return { base: version === undefined ? (arn ?? '') : (arn ?? '').slice(0, -version.length - 1), version };
}

/** Keeps the state machine as it is under the next number; what has not changed since the last version is that version. */
export function publishVersion(
  stateMachine: StateMachine,
  description: string | undefined,
  now: Date,
): StateMachineVersion {
  const newest = [...stateMachine.versions.values()].at(-1);
  if (newest && newest.revisionId === stateMachine.revisionId) return newest;
  const number = Number(newest?.versionArn.split(':').at(-1) ?? 0) + 1;
  const versionArn = `${stateMachine.arn}:${number}`;
  const version = { ...stateMachine, versionArn, description, createdAt: now };
  stateMachine.versions.set(number, version);
  return version;
}
