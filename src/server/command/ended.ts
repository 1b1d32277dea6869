import * as z from 'zod';

/** How a command ended. */
export const Ended = z.object({
  /** `Success`, `Failed`, `ExecutionTimedOut`, `Undeliverable` …: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
  status: z.string(),
  /** The exit status of its last line; -1 where it did not run. */
  exit: z.number(),
  /** Milliseconds since 1970. */
  endedAt: z.number(),
});
export type Ended = z.infer<typeof Ended>;

/** The same, with the id of the command, as the state machine hands it on. */
export const EndedCommand = Ended.extend({ id: z.string() });
export type EndedCommand = z.infer<typeof EndedCommand>;
