/** JSON as states pass it on. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The context object: `$$` in JSONPath, `$states.context` in JSONata. */
export type ContextObject = { readonly [key: string]: Json };

/** Variables by their names without `$`. */
export type VariableValues = Readonly<Record<string, Json>>;

/** In what a state says where its data comes from. */
export type QueryLanguage = 'JSONPath' | 'JSONata';

/** One rule of a state's Retry. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}

/** One rule of a state's Catch. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
  readonly Assign?: Json;
  readonly Output?: Json;
}

/** A state of the Amazon States Language, all kinds in one, in either query language. */
export interface State {
  readonly Type: 'Task' | 'Parallel' | 'Map' | 'Pass' | 'Wait' | 'Choice' | 'Succeed' | 'Fail';
  readonly QueryLanguage?: QueryLanguage;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Assign?: Json;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Resource?: string;
  readonly Choices?: readonly Json[];
  readonly Default?: string;
  readonly Branches?: readonly StateGraph[];
  readonly ItemProcessor?: StateGraph;
  readonly Iterator?: StateGraph;
  readonly ItemSelector?: Json;
  readonly Error?: string;
  readonly Cause?: string;
  /** Numbers are expressions where they are strings, in JSONata alone. */
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
  readonly Seconds?: number | string;
  readonly MaxConcurrency?: number | string;
  readonly Timestamp?: string;

  /** JSONPath alone. */
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
  readonly Result?: Json;
  readonly TimeoutSecondsPath?: string;
  readonly HeartbeatSecondsPath?: string;
  readonly SecondsPath?: string;
  readonly TimestampPath?: string;
  readonly ErrorPath?: string;
  readonly CausePath?: string;
  readonly ItemsPath?: string;
  readonly MaxConcurrencyPath?: string;

  /** JSONata alone. */
  readonly Arguments?: Json;
  readonly Output?: Json;
  readonly Items?: Json;
}

/** States and where they begin: a state machine, a branch, an item processor. */
export interface StateGraph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Definition extends StateGraph {
  readonly Comment?: string;
  readonly QueryLanguage?: QueryLanguage;
  readonly TimeoutSeconds?: number;
}
