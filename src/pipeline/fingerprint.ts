import { createHash } from 'node:crypto';
import type { Pipeline } from './definition';

/** What a fingerprint is made of, beside the pipeline. */
export interface FingerprintInputs {
  /** The AMI that the base image stands for now. */
  baseImageId: string;
  /** The resolved values of the parameters. */
  parameters: Record<string, string>;
}

/**
 * The fingerprint of an image: the same for two builds that would make the same image, else another. What only
 * says when, where to and how carefully (description, health check, rollout, triggers) is not in it.
 *
 * @returns SHA-256 in hex
 */
export function fingerprint(pipeline: Pipeline, inputs: FingerprintInputs): string {
  const { instanceType, volumeSize, keyName = null } = pipeline.definition.base;
  const parameters = Object.entries(inputs.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  // Lists, not mappings: their order is fixed, so equal inputs are equal text.
  const canonical = JSON.stringify([
    'kiln-image-2',
    inputs.baseImageId,
    instanceType,
    volumeSize,
    keyName,
    pipeline.userDataScript,
    pipeline.prepareScript ?? null,
    parameters,
  ]);
  return createHash('sha256').update(canonical).digest('hex');
}
