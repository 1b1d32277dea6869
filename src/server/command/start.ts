import { findRecord } from '../../build/record';

/** When a stage of a build began first, in milliseconds since 1970: the state machine may ask it again. Now, if it has not. */
export async function findStart(build: string, stage: string): Promise<number> {
  const record = await findRecord(build);
  const startedAt = record?.stages[stage]?.startedAt;
  return startedAt ? Date.parse(startedAt) : Date.now();
}
