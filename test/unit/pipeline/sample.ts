import { PipelineDefinition } from '../../../src/pipeline/definition/definition';
import type { Pipeline } from '../../../src/pipeline/pipeline';

/** The least that a pipeline file can say. */
export const LEAST = { base: { image: 'ami-0123456789abcdef0', instanceType: 't3.micro' } };

/** A pipeline named web, with what the test is about in its definition. */
export function samplePipeline(
  definition: Record<string, unknown> = {},
  userDataScript = '#!/bin/bash\n',
): Pipeline {
  return {
    name: 'web',
    definition: PipelineDefinition.parse({ ...LEAST, ...definition }),
    userDataScript,
  };
}
