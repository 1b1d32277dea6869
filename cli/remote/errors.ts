/** How the command ends: 0 is success. docs/command.md has the same list. */
export const EXIT = {
  /** A build failed, something is wrong or blocked, or nobody answered. */
  failed: 1,
  /** Wrong arguments, or a request that the API does not take. */
  usage: 2,
  /** Not allowed, no credentials, or not there. */
  notFound: 3,
} as const;
export type ExitCode = 0 | (typeof EXIT)[keyof typeof EXIT];

/** What ends a command: its message says what is wrong and what to do. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command was typed wrongly. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}

/** A problem as the API tells it (RFC 9457), as far as the command reads it. */
export interface Problem {
  readonly error?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

/** The API answered that it does not do what was asked. */
export class ApiError extends CommandError {
  constructor(
    message: string,
    exitCode: ExitCode,
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(message, exitCode);
  }
}

/** Nobody answered, or the answer did not come. */
export class NoAnswer extends CommandError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.failed, options);
  }
}
