import { type BuildRecord, imageOf } from '../../../src/build/record';
import { GROUP } from './pipelines';

/** The newest build that rolled out and succeeded. */
export function findRelease(records: readonly BuildRecord[]): BuildRecord | undefined {
  return records
    .filter(({ status, rollouts }) => status === 'SUCCEEDED' && rollouts[GROUP])
    .sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''))
    .at(-1);
}

/** The newest build of the pipeline whose image has a parameter that rolled out an image which is there, and which nobody calls bad. */
export function findNewest(records: readonly BuildRecord[]): BuildRecord | undefined {
  return records
    .filter(({ pipeline, status }) => pipeline === 'web' && status === 'SUCCEEDED')
    .filter((record) => {
      const maker = findMaker(records, record);
      return maker && !maker.revoked && !maker.rolledBack && !maker.gone?.[maker.imageId ?? ''];
    })
    .sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''))
    .at(-1);
}

/** The record of the build that made the image which another rolled out. */
export function findMaker(records: readonly BuildRecord[], record: BuildRecord): BuildRecord | undefined {
  return records.find(({ imageId }) => imageId !== undefined && imageId === imageOf(record));
}
