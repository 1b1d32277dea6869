import type { Catcher, ContextObject, Json } from './definition';

/** What a state leaves behind: its output, and the variables that it assigns. */
export interface Outcome {
  readonly output: Json;
  readonly assigned?: { readonly [name: string]: Json };
}

/** How one state reads its fields, and shapes what comes in and goes out, in its query language. Everything throws StatesErrors. */
export interface Query {
  /** What a Task calls with, and what the branches of a Parallel begin with. @param context where it is more than the state's */
  readArguments(context?: ContextObject): Promise<Json>;
  /** A whole number of 0 or more; undefined where the state names none. */
  readNumber(
    field: 'TimeoutSeconds' | 'HeartbeatSeconds' | 'Seconds' | 'MaxConcurrency',
  ): Promise<number | undefined>;
  /** When a Wait ends, in milliseconds; undefined where it names no time. */
  readTimestamp(): Promise<number | undefined>;
  /** What a Fail says; empty where it says nothing. */
  readText(field: 'Error' | 'Cause'): Promise<string>;
  /** What a Map goes through. */
  readItems(): Promise<readonly Json[]>;
  /** What one iteration of a Map begins with. @param context with `Map.Item` */
  readItem(item: Json, context: ContextObject): Promise<Json>;
  /** Where a Choice goes on, and with what. */
  choose(): Promise<Outcome & { readonly next: string }>;
  /** What is left of a state that did something: of a Task, a Parallel, a Map. */
  finish(result: Json): Promise<Outcome>;
  /** What is left of a state that only passes on: of a Pass, a Wait, a Succeed. */
  pass(): Promise<Outcome>;
  /** What is left of a state whose error is caught. @param error `Error` and `Cause` */
  recover(catcher: Catcher, error: Json): Promise<Outcome>;
}
