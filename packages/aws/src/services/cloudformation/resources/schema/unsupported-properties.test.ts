import { loadResourceTypes } from './resource-schema';
import { findUnknown, findUnsupported } from './unsupported-properties';

const support = {
  handles: ['BucketName', 'LifecycleConfiguration'],
  lacks: [
    'LifecycleConfiguration.Rules.Transitions',
    'LifecycleConfiguration.TransitionDefaultMinimumObjectSize',
  ],
};

test('properties that the handlers do not act on are found, at the top and inside', () => {
  const properties = {
    BucketName: 'b',
    AbacStatus: 'Enabled',
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled' }, { Status: 'Enabled', Transitions: [] }] },
  };
  expect(findUnsupported(support, properties)).toEqual([
    'AbacStatus',
    'LifecycleConfiguration.Rules.Transitions',
  ]);
});

test('what they do act on is not', () => {
  expect(findUnsupported(support, {})).toEqual([]);
  expect(findUnsupported(support, { LifecycleConfiguration: { Rules: [{ Status: 'Disabled' }] } })).toEqual(
    [],
  );
});

test('names that the type does not have are found', async () => {
  const { 'AWS::S3::Bucket': schema } = await loadResourceTypes();
  if (!schema) throw new Error('no schema of buckets');
  expect(findUnknown(support, schema)).toEqual([]);
  const wrong = { handles: ['Name'], lacks: ['LifecycleConfiguration.Rule', 'BucketName.Length'] };
  expect(findUnknown(wrong, schema)).toEqual(['Name', 'LifecycleConfiguration.Rule', 'BucketName.Length']);
});
