import type { Call, OperationsOf } from './service';

/**
 * The operations that a service has, as other services call them in-process: the SDK's input and the call in, and
 * what this service really gives out.
 */
export type TypedOperations<Client, Operations> = {
  readonly [Name in keyof Operations & keyof OperationsOf<Client>]: (
    input: InputOf<OperationsOf<Client>[Name]>,
    call: Call,
  ) => Operations[Name] extends (...args: never[]) => infer Answer ? Answer : never;
};

type InputOf<Operation> =
  NonNullable<Operation> extends (input: infer Input, call: Call) => unknown ? Input : never;
