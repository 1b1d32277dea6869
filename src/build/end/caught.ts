import * as z from 'zod';

/** What Step Functions says of a failure. The cause is JSON where a Lambda threw it. */
export const CaughtError = z.object({ Error: z.string(), Cause: z.string().optional() });
export type CaughtError = z.infer<typeof CaughtError>;

/** The name and the message of a failure. */
export function readCaught({ Error: name, Cause = '' }: CaughtError): { name: string; message: string } {
  try {
    const cause: unknown = JSON.parse(Cause);
    if (typeof cause === 'object' && cause !== null && 'errorMessage' in cause) {
      return { name, message: String(cause.errorMessage) };
    }
  } catch {
    // Not JSON: the cause is the message itself.
  }
  return { name, message: Cause || 'AWS gives no cause.' };
}
