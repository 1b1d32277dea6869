/** Something that is wrong with a definition, as ValidateStateMachineDefinition shows it. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  /** Where, as a JSON pointer: `/States/Plan/Next`. */
  readonly location?: string;
}

/** A fault against the schema of the language. */
export function fault(message: string, location?: string): Fault {
  return { code: 'SCHEMA_VALIDATION_FAILED', message, location };
}

/** Notes a fault, most often against the schema. */
export type Say = (message: string, location: string, code?: string) => void;
