import { fingerprint } from '../../../src/pipeline/fingerprint';
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
  ['health check', { healthy: { path: '/other' } }],
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

test('the script, the base image and every parameter change the image', () => {
  const pipeline = samplePipeline();
  expect(of({}, '#!/bin/bash\ntrue\n')).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, baseImageId: 'ami-0fedcba9876543210' })).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, parameters: { A: '1', B: '3' } })).not.toBe(of());
  expect(fingerprint(pipeline, { ...inputs, parameters: { A: '1', C: '2' } })).not.toBe(of());
});
