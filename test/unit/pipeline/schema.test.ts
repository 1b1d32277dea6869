import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePipelineFile } from '../../../src/pipeline/json-schema/describe';

const root = join(__dirname, '../../..');

test('docs/pipeline.schema.json is what the schema says now (npm run schema writes it)', () => {
  const written: unknown = JSON.parse(readFileSync(join(root, 'docs/pipeline.schema.json'), 'utf8'));
  expect(written).toEqual(describePipelineFile());
});

test.each(['web', 'api'])('the file of pipeline %s names the schema for editors', (name) => {
  const file = readFileSync(join(root, 'pipelines', name, 'pipeline.yml'), 'utf8');
  expect(file.split('\n')[0]).toBe('# yaml-language-server: $schema=../../docs/pipeline.schema.json');
});

test('editors see durations as one writes them, and unknown keys as errors', () => {
  expect(describePipelineFile()).toMatchObject({
    additionalProperties: false,
    required: ['base'],
    properties: { healthy: { properties: { within: { type: 'string', default: '10m' } } } },
  });
});

test('every key of a pipeline file is in its reference', () => {
  const reference = readFileSync(join(root, 'docs/pipelines.md'), 'utf8');
  const keys = namesIn(describePipelineFile());
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(reference))).toEqual([]);
  expect(keys).toContain('initialCapacity');
});

/** The names of all properties in a JSON Schema, at any depth. */
function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties' ? [...Object.keys(value), ...Object.values(value).flatMap(namesIn)] : namesIn(value),
  );
}
