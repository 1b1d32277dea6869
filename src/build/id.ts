import { createHash } from 'node:crypto';
import { decodeTime, ulid } from 'ulid';
import { InvalidRequest } from '../errors';

/** `PIPELINE_NAME`, and a ULID: what is longer is no key of the table. */
const BUILD_ID = /^(?<pipeline>[a-z][a-z0-9-]{0,29})-[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Makes the id of a new build: the pipeline's name and a ULID, so that ids sort by time. */
export function newBuildId(pipeline: string): string {
  return `${pipeline}-${ulid()}`;
}

/** Whether a text has the form of a build id. */
export function isBuildId(text: string): boolean {
  return BUILD_ID.test(text);
}

/**
 * The pipeline that a build belongs to.
 *
 * @throws InvalidRequest if it is not a build id
 */
export function pipelineOf(build: string): string {
  const pipeline = BUILD_ID.exec(build)?.groups?.pipeline;
  if (!pipeline) {
    throw new InvalidRequest(
      `"${build}" is not the id of a build, expected a pipeline's name and a ULID (web-01J…).`,
    );
  }
  return pipeline;
}

/**
 * When a build was asked for: milliseconds since 1970, as its id says.
 *
 * @throws InvalidRequest if it is not a build id
 */
export function requestedAt(build: string): number {
  return decodeTime(build.slice(pipelineOf(build).length + 1));
}

/** A client token for an idempotent AWS call: the same for the same words, at most 64 characters as EC2 asks. */
export function clientToken(...words: string[]): string {
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 48);
}
