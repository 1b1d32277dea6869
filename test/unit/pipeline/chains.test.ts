import { join } from 'node:path';
import { findChainProblems } from '../../../src/pipeline/chains';
import { loadPipelines } from '../../../src/pipeline/load';
import { makeFolder, removeFolders } from './folders';
import { samplePipeline } from './sample';

afterEach(removeFolders);

const on = (name: string, base?: string, imageOf?: string) => ({
  ...samplePipeline({
    base: { image: base ? `image-of:${base}` : 'ami-0123456789abcdef0', instanceType: 't3.micro' },
    triggers: { ...(imageOf && { imageOf }) },
  }),
  name,
});

test('pipelines may be built on each other, three in a row and several on one', () => {
  const pipelines = [on('base'), on('apps', 'base', 'base'), on('web', 'apps', 'apps'), on('api', 'apps')];
  expect(findChainProblems(pipelines)).toEqual([]);
});

test.each([
  ['itself', [on('web', 'web')], 'web -> web'],
  ['each other', [on('a', 'b'), on('b', undefined, 'a')], 'a -> b -> a'],
  ['three in a circle', [on('a', 'b'), on('b', 'c'), on('c', 'a'), on('d', 'a')], 'a -> b -> c -> a'],
])('a pipeline that is built on %s is refused, with the circle', (_what, pipelines, circle) => {
  expect(findChainProblems(pipelines)).toEqual([`pipelines are built on each other in a circle: ${circle}`]);
});

test('a name that is none of a pipeline is told when all are loaded, with its path', async () => {
  const folder = makeFolder({
    'pipelines/web/pipeline.yml':
      'base: { image: image-of:bsae, instanceType: t3.micro }\ntriggers: { imageOf: bsae }\n',
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
  await expect(loadPipelines(join(folder, 'pipelines'))).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: [
      'pipeline web, base.image: expected the name of a pipeline that is there (web), got bsae',
      'pipeline web, triggers.imageOf: expected the name of a pipeline that is there (web), got bsae',
    ].join('\n'),
  });
});

test('channels that are one parameter are refused', () => {
  const image = { parameter: '/kiln/web/image', channels: { tested: '/kiln/web/image' } };
  expect(() => samplePipeline({ image })).toThrow('expected SSM parameters that differ');
});
