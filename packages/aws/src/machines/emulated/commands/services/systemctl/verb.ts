import type { ExecResult } from 'just-bash';
import type { Guest } from '../../../system/guest';

/** One verb of systemctl. */
export type Verb = (
  guest: Guest,
  names: readonly string[],
  flags: ReadonlySet<string>,
) => Promise<ExecResult> | ExecResult;

export type Verbs = Readonly<Record<string, Verb>>;
