import type { QueryLanguage } from '../language/definition';

/** Something that is wrong with a definition, as ValidateStateMachineDefinition shows it. */
export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** Where, as a JSON pointer: `/States/Plan/Next`. */
  readonly location?: string;
}

/** The code of what is against the schema of the language. */
export const SCHEMA = 'SCHEMA_VALIDATION_FAILED';

/** Notes what is wrong, most often against the schema. */
export type Say = (message: string, location: string, code?: string) => void;

/** What the checks of one definition have in common. */
export interface Check {
  readonly say: Say;
  /** Whether it is one of an Express workflow, which may not wait for others. */
  readonly isExpress: boolean;
  /** Of the whole state machine. */
  readonly queryLanguage: QueryLanguage;
}

/** What is wrong with a member that there is in the other query language only. */
export function sayOtherLanguage(say: Say, language: QueryLanguage, member: string, where: string): void {
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  say(
    `The QueryLanguage is set to '${language}', but field '${member}' is only supported for the '${other}' QueryLanguage`,
    where,
  );
}
