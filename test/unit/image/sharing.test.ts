import { EC2Client, GetEbsDefaultKmsKeyIdCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { checkSharing } from '../../../src/image/sharing';
import { PipelineDefinition } from '../../../src/pipeline/definition/definition';

const ec2 = mockClient(EC2Client);
process.env.AWS_REGION = 'us-east-1';
beforeEach(() => ec2.reset());

const pipeline = (shareWith: string[]) => ({
  name: 'web',
  definition: PipelineDefinition.parse({
    base: { image: 'ami-01234567', instanceType: 't3.micro' },
    image: { shareWith },
  }),
  userDataScript: '#!/bin/bash\n',
});

test('images that the key of AWS encrypts cannot be shared, which is said before one is made', async () => {
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/aws/ebs' });
  await expect(checkSharing(pipeline(['111122223333']))).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: expect.stringMatching(/image.shareWith.*modify-ebs-default-kms-key-id/),
  });
});

test('images that a key of the account encrypts can be shared', async () => {
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/1' });
  await expect(checkSharing(pipeline(['111122223333']))).resolves.toBeUndefined();
});

test('a pipeline that shares nothing asks for no key', async () => {
  await checkSharing(pipeline([]));
  expect(ec2.calls()).toEqual([]);
});
