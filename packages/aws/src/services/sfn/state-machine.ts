import type { LoggingConfiguration, StateMachineType, TracingConfiguration } from '@aws-sdk/client-sfn';
import type { Definition } from './language/definition';

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

/** The ARN of the machine, and what follows it: the number of a version. */
export function splitArn(arn: string): [machine: string, qualifier?: string] {
  const parts = arn.split(':');
  return [parts.slice(0, 7).join(':'), parts[7]];
}

/** Keeps the machine as it is under the next number; what has not changed since the last version is that version. */
export function publishVersion(machine: Machine, description: string | undefined, now: Date): MachineVersion {
  const newest = [...machine.versions.values()].at(-1);
  if (newest && newest.revisionId === machine.revisionId) return newest;
  const number = Number(newest?.versionArn.split(':').at(-1) ?? 0) + 1;
  const version = { ...machine, versionArn: `${machine.arn}:${number}`, description, createdAt: now };
  machine.versions.set(number, version);
  return version;
}
