/** Makes the error of a text that is refused, out of the reason: each service has a code and words of its own. */
export type Refuse<Reason = string> = (reason: Reason) => Error;

/** The error of those who give no other. */
export const syntaxError: Refuse = (reason) => new SyntaxError(reason);
