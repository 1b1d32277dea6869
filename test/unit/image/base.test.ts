import { DescribeImagesCommand, EC2Client, GetAllowedImagesSettingsCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { Unmade } from '../../../src/build/plan/unmade';
import { findBaseImage } from '../../../src/image/base/image';
import { PipelineDefinition } from '../../../src/pipeline/definition/definition';

const ec2 = mockClient(EC2Client);
process.env.AWS_REGION = 'us-east-1';

const pipeline = {
  name: 'web',
  definition: PipelineDefinition.parse({ base: { image: 'ami-01234567', instanceType: 't3.micro' } }),
  userDataScript: '#!/bin/bash\n',
};

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
});

test.each([
  [{ State: 'disabled', ManagedBy: 'account' } as const, /in this region\.$/],
  [{ State: 'audit-mode', ManagedBy: 'account' } as const, /in this region\.$/],
  [
    { State: 'enabled', ManagedBy: 'account' } as const,
    /Allowed AMIs, by its settings; aws ec2 get-allowed-images-settings/,
  ],
  [
    { State: 'enabled', ManagedBy: 'declarative-policy' } as const,
    /Allowed AMIs, by a declarative policy of its organization/,
  ],
])('a base image that is not seen is told with what may hide it (%j)', async (settings, words) => {
  ec2.on(GetAllowedImagesSettingsCommand).resolves(settings);
  await expect(findBaseImage(pipeline, new Unmade())).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: expect.stringMatching(words),
  });
});

test('that Kiln may not look at what the account allows does not hide that the image is not seen', async () => {
  const denied = Object.assign(new Error('You are not authorized.'), { name: 'UnauthorizedOperation' });
  ec2.on(GetAllowedImagesSettingsCommand).rejects(denied);
  const unmade = new Unmade();
  await expect(findBaseImage(pipeline, unmade)).rejects.toThrow(/in this region\.$/);
  expect(unmade.words).toEqual([
    'It was not checked whether the account allows images of some providers only: You are not authorized.',
  ]);
});
