import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../core/clock';
import type { ContextObject, Json, QueryLanguage, StateGraph } from '../language/definition';
import type { Resource } from '../language/resource';
import type { Activities } from '../machines/activities';
import type { Thread } from './history';
import type { Progress } from './progress';
import type { TaskTokens } from './task-tokens';
import type { Variables } from './variables';

/** For whom a task calls. */
export interface TaskOrigin {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
}

/** One call of a task's resource. */
export interface TaskCall {
  readonly resource: Resource;
  readonly parameters: Json;
  /** X-Ray trace of the execution. */
  readonly traceId: string;
  readonly origin: TaskOrigin;
}

/** Runs what a task's resource names. Rejects with a StatesError as the integration would report it. */
export interface TaskRunner {
  readonly tokens: TaskTokens;
  readonly activities: Activities;
  readonly region: string;
  readonly traceId: string;
  readonly origin: TaskOrigin;
  call(call: TaskCall): Promise<Json>;
}

/** What the states of one execution have in common. */
export interface Run {
  readonly clock: Clock;
  readonly tasks: TaskRunner;
  /** Of the states that name none. */
  readonly queryLanguage: QueryLanguage;
  /** Called for every state entered and every retry: what AWS bills. */
  readonly onTransition: () => void;
}

/** Where in an execution a graph runs: its line of history, its part of the context object, its variables, how far it has come, what ends it. */
export interface Scope {
  readonly run: Run;
  readonly thread: Thread;
  readonly context: ContextObject;
  readonly variables: Variables;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Ends what runs in a scope when that ends, and when it is stopped itself. Each of its states may listen, as many as run at a time. */
export function signalOfPart({ signal }: Scope, stop: AbortController): AbortSignal {
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(Number.POSITIVE_INFINITY, either);
  return either;
}

/** Runs the states of a graph from StartAt to its end. */
export type RunGraph = (graph: StateGraph, input: Json, scope: Scope) => Promise<Json>;
