import type {
  CloudWatchOutputConfig,
  CommandInvocationStatus,
  CommandStatus,
  NotificationConfig,
  Target,
} from '@aws-sdk/client-ssm';

/** A command on one instance. */
export interface Invocation {
  readonly instanceId: string;
  readonly instanceName: string;
  status: CommandInvocationStatus;
  /** As the API shows it, which may say more than the status: `DeliveryTimedOut`. */
  statusDetails: string;
  /** -1 until the script has ended. */
  responseCode: number;
  startedAt?: Date;
  endedAt?: Date;
  stdout: string;
  stderr: string;
  /** Aborts when somebody cancels the command here. */
  readonly cancel: AbortController;
}

/** What `AWS-RunShellScript` runs. */
export interface RunScript {
  readonly text: string;
  readonly workingDirectory: string;
  /** Seconds of AWS time. */
  readonly executionTimeout: number;
}

/** What was sent, as it was asked for. */
export interface CommandOrder {
  readonly documentName: string;
  readonly documentVersion: string;
  readonly comment: string;
  /** As they were given: references to parameters are not resolved. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly script: RunScript;
  /** In which it must begin. Seconds of AWS time. */
  readonly timeoutSeconds: number;
  readonly instanceIds: readonly string[];
  readonly targets: readonly Target[];
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  readonly outputBucket: string;
  readonly outputPrefix: string;
  readonly serviceRole: string;
  readonly notification: NotificationConfig;
  readonly cloudWatch: CloudWatchOutputConfig;
}

/** A command that was sent. */
export interface Command extends CommandOrder {
  readonly id: string;
  readonly requestedAt: Date;
  /** Until it runs at the latest, and has ended. */
  readonly expiresAt: Date;
  readonly invocations: readonly Invocation[];
  status: CommandStatus;
  statusDetails: string;
}

/** Whether nothing becomes of an invocation any more. */
export function hasEnded({ status }: Pick<Invocation, 'status'>): boolean {
  return !['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(status);
}

/** Whether it counts against `MaxErrors`: failures of delivery do not. */
export function isError({ statusDetails }: Pick<Invocation, 'statusDetails'>): boolean {
  return statusDetails === 'Failed' || statusDetails === 'ExecutionTimedOut';
}

/**
 * A limit of a command, as a number or in percent of its targets.
 * @param text `5`, `10%`
 */
export function readLimit(text: string, targets: number): number {
  const number = Number.parseInt(text, 10);
  return text.endsWith('%') ? Math.ceil((targets * number) / 100) : number;
}
