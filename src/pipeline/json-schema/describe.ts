import * as z from 'zod';
import { PipelineDefinition } from '../definition/definition';

/** The JSON Schema of a pipeline file, for editors that complete and check it while one types. */
export function describePipelineFile(): Record<string, unknown> {
  // Draft 7, which the YAML language server knows best.
  const schema = z.toJSONSchema(PipelineDefinition, { io: 'input', target: 'draft-7' });
  const { $schema, ...rest } = schema;
  return { $schema, title: 'A pipeline of Kiln', ...rest };
}
