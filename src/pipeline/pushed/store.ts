import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Condition, deleteItem, getItem, type Key, putItem, setAttributes } from '../../table';

/** The files of a pipeline, by their paths in its folder. */
export type PipelineFiles = Readonly<Record<string, string>>;

/** Which version of a pipeline holds, since somebody has pushed one. */
export interface Current {
  /** The name of the version, made of its content. */
  version: string;
  /** What was deployed with the service then: a deployment that brings another takes its place. */
  over: string;
  /** Who has pushed it, and why. */
  by?: string;
  reason?: string;
  /** When; ISO 8601. */
  at: string;
  /** The version that a deployment has brought in its place, and since when that is known; ISO 8601. */
  overtaken?: { by: string; since: string };
}

function keyOfCurrent(pipeline: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: 'CURRENT' };
}

function keyOfVersion(pipeline: string, version: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: `VERSION#${version}` };
}

/** The name of a version: the same files have the same, whoever pushes them. */
export function versionOf(files: PipelineFiles): string {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

function pack(files: PipelineFiles): string {
  return gzipSync(JSON.stringify(files)).toString('base64');
}

/** An item of the table has room for 400 kB. Bytes, compressed. */
export const MOST_BYTES = 350_000;

/** How much of the table a version takes. Bytes. */
export function sizeOf(files: PipelineFiles): number {
  return pack(files).length;
}

/** Keeps a version. One that is there is the same: what it holds is its name. */
export async function keepVersion(pipeline: string, files: PipelineFiles): Promise<string> {
  const version = versionOf(files);
  await putItem({ ...keyOfVersion(pipeline, version), files: pack(files) });
  return version;
}

/** The files of a version; undefined if it was never pushed. */
export async function findVersionFiles(
  pipeline: string,
  version: string,
): Promise<PipelineFiles | undefined> {
  const item = await getItem<{ files: string }>(keyOfVersion(pipeline, version));
  return item && (JSON.parse(gunzipSync(Buffer.from(item.files, 'base64')).toString()) as PipelineFiles);
}

/** Which version of a pipeline holds; undefined where it is that which was deployed with the service. */
export async function findCurrent(pipeline: string): Promise<Current | undefined> {
  return getItem<Current>(keyOfCurrent(pipeline));
}

/**
 * Makes a version that is kept the one that holds.
 *
 * @param before what was found before it
 * @returns false if somebody else has pushed or removed one since
 */
export async function setCurrent(
  pipeline: string,
  current: Current,
  before: Current | undefined,
): Promise<boolean> {
  if (await putItem({ ...keyOfCurrent(pipeline), ...current }, isStill(before))) return true;
  // The answer may have been lost and the call been sent again, or somebody else has pushed the same.
  return (await findCurrent(pipeline))?.version === current.version;
}

/** Notes that a deployment has taken the place of a pushed version. */
export async function markOvertaken(pipeline: string, current: Current, by: string): Promise<void> {
  const overtaken = { by, since: new Date().toISOString() };
  await setAttributes(keyOfCurrent(pipeline), { overtaken }, isStill(current));
}

/**
 * From now on that holds which was deployed with the service, if any was. Versions stay: builds tell of them.
 *
 * @param before what was found before it
 * @returns false if somebody else has pushed one since
 */
export async function forgetPushed(pipeline: string, before: Current): Promise<boolean> {
  if (await deleteItem(keyOfCurrent(pipeline), isStill(before))) return true;
  return (await findCurrent(pipeline)) === undefined;
}

function isStill(before: Current | undefined): Condition {
  if (!before) return { expression: 'attribute_not_exists(#pk)' };
  const values = { ':version': before.version, ':at': before.at };
  return { expression: '#version = :version AND #at = :at', values };
}
