import { CreateImageCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { CreateImageInput, createImage } from '../../../src/image/create';
import { INPUTS } from '../inputs';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
useTable();

const [, given] = INPUTS.CreateImage ?? [];
const input = CreateImageInput.parse({
  ...given,
  build: { id: BUILD, pipeline: 'web' },
  stage: 'CreateImage',
});

beforeEach(async () => {
  ec2.reset();
  const duplicate = { name: 'InvalidAMIName.Duplicate' };
  ec2.on(CreateImageCommand).rejects(Object.assign(new Error('it is there'), duplicate));
  await openRecord();
});

test('where the answer to a first try was lost, its image is found by its name', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1' }] });
  expect(await createImage(input)).toMatchObject({ id: 'ami-1' });
});

test('where EC2 does not list it yet, the state machine looks again', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await expect(createImage(input)).rejects.toMatchObject({ name: 'TransientFailure' });
});
