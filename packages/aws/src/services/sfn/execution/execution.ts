import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn';
import type { Context } from '../../../core/context';
import { randomHex } from '../../../core/ids';
import type { Json } from '../language/definition';
import { StatesError, Stopped } from '../language/states-error';
import type { Activities } from '../machines/activities';
import type { StateMachine } from '../machines/state-machines';
import { History, Thread } from './history';
import { runGraph } from './interpreter';
import { Progress } from './progress';
import type { TaskCall } from './scope';
import type { TaskTokens } from './task-tokens';

/** AWS seconds after which an execution is over whatever its definition says. https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html */
const LONGEST_SECONDS = { STANDARD: 365 * 86_400, EXPRESS: 300 } as const;

/** How an execution is begun. */
export interface ExecutionStart {
  readonly arn: string;
  readonly name: string;
  /** JSON text as it was given. */
  readonly input: string;
  readonly traceHeader?: string;
  /** The alias that it was asked for by. */
  readonly aliasArn?: string;
}

/** What executions stand on. */
export interface ExecutionParts {
  readonly context: Context;
  readonly tokens: TaskTokens;
  readonly activities: Activities;
  readonly call: (call: TaskCall) => Promise<Json>;
}

/** One execution of a state machine, from its start to its end. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: string;
  readonly startDate: Date;
  readonly aliasArn?: string;
  /** The trace that the caller gave. */
  readonly traceHeader?: string;
  /** The X-Ray trace that every call of this execution carries. */
  readonly traceId: string;
  /** The definition and role at the time of the start: a later update does not change a running execution. */
  readonly stateMachine: StateMachine;
  stopDate?: Date;
  status: ExecutionStatus = 'RUNNING';
  output?: string;
  error?: string;
  cause?: string;
  /** States entered and retries, which is what AWS bills. */
  transitions = 0;
  /** How often it was redriven, and when last. */
  redriveCount = 0;
  redriveDate?: Date;
  /** Of the client that asked for it. */
  redriveToken?: string;
  /** Resolves when the execution has ended, however it did. */
  ended: Promise<void>;

  private readonly history: History;
  private readonly progress = new Progress();
  private stopping = new AbortController();

  constructor(
    start: ExecutionStart,
    stateMachine: StateMachine,
    private readonly parts: ExecutionParts,
    private readonly onStatus: (execution: Execution) => void,
  ) {
    const { clock } = parts.context;
    this.arn = start.arn;
    this.name = start.name;
    this.input = start.input;
    this.stateMachine = { ...stateMachine };
    this.startDate = clock.now();
    this.aliasArn = start.aliasArn;
    this.traceHeader = start.traceHeader;
    this.traceId =
      start.traceHeader ??
      `Root=1-${Math.floor(clock.millis() / 1000).toString(16)}-${randomHex(24)};Sampled=1`;
    this.history = new History(clock);
    this.onStatus(this);
    this.history.add(0, {
      type: 'ExecutionStarted',
      executionStartedEventDetails: {
        input: this.input,
        inputDetails: { truncated: false },
        roleArn: stateMachine.roleArn,
        stateMachineAliasArn: start.aliasArn,
        stateMachineVersionArn: stateMachine.versionArn,
      },
    });
    this.ended = this.run().finally(clock.awaited());
  }

  /**
   * Goes on at the state that did not succeed, with the input that this had. Of a Map or Parallel only what did not succeed is run again;
   * the timeout of the state machine begins anew.
   */
  redrive(token?: string): void {
    this.redriveToken = token;
    this.redriveCount += 1;
    this.redriveDate = this.parts.context.clock.now();
    this.status = 'RUNNING';
    for (const member of ['stopDate', 'output', 'error', 'cause'] as const) this[member] = undefined;
    this.stopping = new AbortController();
    const { redriveCount } = this;
    this.history.reopen({ type: 'ExecutionRedriven', executionRedrivenEventDetails: { redriveCount } });
    this.onStatus(this);
    this.ended = this.run().finally(this.parts.context.clock.awaited());
  }

  /** The history so far, oldest first. */
  get events(): readonly HistoryEvent[] {
    return this.history.events;
  }

  /** Of the texts in its history. */
  get characters(): number {
    return this.history.characters;
  }

  /** Ends the execution as ABORTED. Has no effect when it is over. */
  abort(error?: string, cause?: string): void {
    this.finish('ABORTED', {
      error,
      cause,
      event: { type: 'ExecutionAborted', executionAbortedEventDetails: { error, cause } },
    });
  }

  private async run(): Promise<void> {
    const { context, tokens, activities, call } = this.parts;
    const { stateMachine } = this;
    const input: Json = JSON.parse(this.input);
    const { signal } = this.stopping;
    const longest = LONGEST_SECONDS[stateMachine.type];
    const seconds = Math.min(stateMachine.definition.TimeoutSeconds ?? longest, longest);
    const cancelTimeout = context.clock.after(seconds, () => this.timeOut());
    try {
      const output = await runGraph(stateMachine.definition, input, {
        // The first state follows nothing, as on AWS.
        thread: new Thread(this.history, 0),
        signal,
        variables: this.progress.variables,
        progress: this.progress,
        context: {
          Execution: {
            Id: this.arn,
            Input: input,
            Name: this.name,
            RoleArn: stateMachine.roleArn,
            StartTime: this.startDate.toISOString(),
            RedriveCount: this.redriveCount,
            ...(this.redriveDate && { RedriveTime: this.redriveDate.toISOString() }),
          },
          StateMachine: { Id: stateMachine.arn, Name: stateMachine.name },
        },
        run: {
          clock: context.clock,
          queryLanguage: stateMachine.definition.QueryLanguage ?? 'JSONPath',
          tasks: {
            tokens,
            activities,
            call,
            region: context.region,
            traceId: this.traceId,
            origin: {
              executionArn: this.arn,
              stateMachineArn: stateMachine.arn,
              roleArn: stateMachine.roleArn,
            },
          },
          onTransition: () => {
            this.transitions += 1;
          },
        },
      });
      const text = JSON.stringify(output);
      this.finish('SUCCEEDED', {
        output: text,
        event: {
          type: 'ExecutionSucceeded',
          executionSucceededEventDetails: { output: text, outputDetails: { truncated: false } },
        },
      });
    } catch (thrown) {
      // What was given up may end only when the execution has been redriven.
      if (thrown instanceof Stopped || signal.aborted) return;
      const { error, cause } = (
        thrown instanceof StatesError ? thrown : new StatesError('States.Runtime', String(thrown))
      ).details;
      this.finish('FAILED', {
        error,
        cause,
        event: { type: 'ExecutionFailed', executionFailedEventDetails: { error, cause } },
      });
    } finally {
      cancelTimeout();
    }
  }

  private timeOut(): void {
    this.finish('TIMED_OUT', {
      event: { type: 'ExecutionTimedOut', executionTimedOutEventDetails: {} },
    });
  }

  private finish(
    status: ExecutionStatus,
    end: { output?: string; error?: string; cause?: string; event: Parameters<History['add']>[1] },
  ): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    this.stopDate = this.parts.context.clock.now();
    this.output = end.output;
    this.error = end.error;
    this.cause = end.cause;
    const isFromOutside = status === 'ABORTED' || status === 'TIMED_OUT';
    this.history.end(isFromOutside ? 0 : this.history.events.length, end.event);
    this.stopping.abort();
    this.onStatus(this);
  }
}
