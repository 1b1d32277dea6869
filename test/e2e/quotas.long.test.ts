import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Aws, startAws } from 'embedded-aws';
import { checkVcpus } from '../../src/build/plan/vcpus';
import { samplePipeline } from '../unit/pipeline/sample';

let aws: Aws;
beforeAll(async () => {
  aws = await startAws({ port: 0, timeScale: 500 });
  Object.assign(process.env, aws.env);
});
afterAll(() => aws.stop());

test('a plan counts what runs in the account, and refuses a build that the quota has no room for', async () => {
  const ec2 = new EC2Client(aws.client);
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter } = await new SSMClient(aws.client).send(new GetParameterCommand({ Name }));
  const run = async (InstanceType: 'm5.24xlarge' | 'm5.16xlarge', count: number) => {
    const input = { ImageId: Parameter?.Value, InstanceType, MinCount: count, MaxCount: count };
    const { Instances = [] } = await ec2.send(new RunInstancesCommand(input));
    return Instances.map(({ InstanceId = '' }) => InstanceId);
  };
  const pipeline = samplePipeline({}, '#!/bin/bash\n');
  await run('m5.24xlarge', 6);
  await expect(checkVcpus(pipeline, [])).resolves.toBeUndefined();
  const rest = await run('m5.16xlarge', 1);
  await expect(checkVcpus(pipeline, [])).rejects.toMatchObject({
    name: 'CapacityUnavailable',
    message: expect.stringMatching(
      /2 vCPUs for its base server .* beside the 640 that are in use: up to 642, but the quota of us-east-1 for Running On-Demand Standard .* is 640/,
    ),
  });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: rest }));
  await expect(checkVcpus(pipeline, [])).resolves.toBeUndefined();
});
