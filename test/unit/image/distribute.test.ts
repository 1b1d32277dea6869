import { DescribeImagesCommand, EC2Client, EnableImageDeprecationCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { PublishImageInput, publishImage } from '../../../src/image/distribute';
import { INPUTS } from '../inputs';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
useTable();

const [, given] = INPUTS.PublishImage ?? [];
const input = PublishImageInput.parse({
  ...given,
  build: { id: BUILD, pipeline: 'web' },
  stage: 'PublishImage',
});

beforeEach(async () => {
  ec2.reset();
  const denied = { name: 'UnauthorizedOperation' };
  ec2.on(EnableImageDeprecationCommand).rejects(Object.assign(new Error('you may not'), denied));
  await openRecord();
});

test('an image that somebody has deregistered is told as gone, and not as one that Kiln may do nothing with', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await expect(publishImage(input)).rejects.toMatchObject({
    name: 'ImageFailed',
    message: expect.stringContaining('ami-1 is gone: somebody has deregistered it'),
  });
});

test('what else AWS refuses is told as it says it', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'available' }] });
  await expect(publishImage(input)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});
