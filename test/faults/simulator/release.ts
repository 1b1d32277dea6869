import type { BuildRecord } from '../../../src/build/record';
import { GROUP } from './pipelines';

/** The newest build that rolled out and succeeded. */
export function findRelease(records: readonly BuildRecord[]): BuildRecord | undefined {
  return records
    .filter(({ status, rollouts }) => status === 'SUCCEEDED' && rollouts[GROUP])
    .sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''))
    .at(-1);
}

/** The newest good build of the pipeline whose image has a parameter. */
export function findNewest(records: readonly BuildRecord[]): BuildRecord | undefined {
  return records
    .filter(({ pipeline, status }) => pipeline === 'web' && status === 'SUCCEEDED')
    .sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''))
    .at(-1);
}
