import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeDifference,
  fingerprint,
  hideSecretIngredients,
  ingredientsOf,
} from '../../../src/pipeline/fingerprint';
import { LEAST, samplePipeline } from './sample';

const inputs = { baseImageId: 'ami-0123456789abcdef0', parameters: { A: '1', B: '2' } };
const of = (definition: Record<string, unknown> = {}, script?: string) =>
  fingerprint(samplePipeline(definition, script), inputs);

test('a fingerprint is a SHA-256 in hex, and the same every time', () => {
  expect(of()).toMatch(/^[0-9a-f]{64}$/);
  expect(of()).toBe(of());
});

test('the order of the parameters does not matter', () => {
  const reversed = { ...inputs, parameters: { B: '2', A: '1' } };
  expect(fingerprint(samplePipeline(), reversed)).toBe(of());
});

test.each([
  ['description', { description: 'other' }],
  ['time for the health check', { healthy: { within: '20m' } }],
  ['rollout', { rollout: [{ autoScalingGroup: 'g' }] }],
  ['triggers', { triggers: { schedule: { cron: '0 3 * * ? *' } } }],
  ['retention', { image: { keep: 1 } }],
])('the %s does not change the image', (_what, definition) => {
  expect(of(definition)).toBe(of());
});

test.each([
  ['instance type', { instanceType: 't3.small' }],
  ['volume', { volumeSize: 9 }],
  ['key pair', { keyName: 'me' }],
])('the %s changes the image', (_what, base) => {
  expect(of({ base: { ...LEAST.base, ...base } })).not.toBe(of());
});

test.each([
  ['health criteria', { healthy: { path: '/other' } }],
  ['checks', { image: { skipChecks: { failedUnits: 'why' } } }],
])('the %s change the image: they say what a good one is', (_what, definition) => {
  expect(of(definition)).not.toBe(of());
});

test('a test, the instance profile and what a parameter names change the image', () => {
  const pipeline = samplePipeline();
  const tested = { ...pipeline, tests: [{ name: '1.sh', script: 'true' }] };
  expect(fingerprint(tested, inputs)).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, instanceProfile: 'other' })).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, contents: { A: '"1"' } })).not.toBe(
    fingerprint(pipeline, { ...inputs, contents: { A: '"2"' } }),
  );
});

test('what is otherwise is told in words, and scripts by their names only', () => {
  const pipeline = samplePipeline();
  const before = ingredientsOf(pipeline, inputs);
  const after = ingredientsOf(
    { ...pipeline, userDataScript: '#!/bin/bash\ntrue\n' },
    { ...inputs, baseImageId: 'ami-2', parameters: { A: '1', C: '3' } },
  );
  expect(describeDifference(before, after).sort()).toEqual([
    'base image ami-0123456789abcdef0 -> ami-2',
    'parameter B is gone',
    'parameter C is new',
    'user data changed',
  ]);
});

test('what was given in the clear before a parameter became secret is told of no more', () => {
  const secret = samplePipeline({ parameters: { A: { secret: true } } });
  const before = { 'parameter A': 'hunter2', 'parameter B': '2' };
  expect(hideSecretIngredients(secret, before)).toEqual({ 'parameter A': '(not kept)', 'parameter B': '2' });
});

test('the script, the base image and every parameter change the image', () => {
  const pipeline = samplePipeline();
  expect(of({}, '#!/bin/bash\ntrue\n')).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, baseImageId: 'ami-0fedcba9876543210' })).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, parameters: { A: '1', B: '3' } })).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, parameters: { A: '1', C: '2' } })).not.toBe(of());
});

test('whoever changes the scripts that make an image gives their way another number', () => {
  const folder = join(__dirname, '../../../src/server/scripts');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  const { 'way of Kiln': way } = ingredientsOf(samplePipeline(), inputs);
  // Images that were made another way are baked anew: raise the number in fingerprint.ts, and write the new hash here.
  expect([way, hash.digest('hex').slice(0, 16)]).toEqual(['kiln-image-3', '843bbab4d7270950']);
});
