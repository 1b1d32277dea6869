import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { releaseGroups } from '../../../src/rollout/lease';
import { publishTemplate } from '../../../src/rollout/template';
import { BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
useTable();

beforeEach(async () => {
  ec2.reset();
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 5 } });
  ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['4'] }).resolves({
    LaunchTemplateVersions: [
      {
        VersionNumber: 4,
        LaunchTemplateData: {
          ImageId: 'ami-0',
          InstanceType: 't3.micro',
          UserData: 'IyEvYmluL3No',
          SecurityGroupIds: ['sg-1'],
          MetadataOptions: { State: 'applied', HttpTokens: 'required' },
        },
      },
    ],
  });
  await openRecord();
});

const publish = (userData?: 'drop' | 'keep') =>
  publishTemplate({
    build: { id: BUILD, pipeline: 'web' },
    stage: 'PublishTemplate',
    target: makeTarget({ userData }),
    imageId: 'ami-1',
  });

test('of two builds that want one group, the second waits until the first is over', async () => {
  await publish();
  const other = { id: 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', pipeline: 'api' };
  const second = () =>
    publishTemplate({ build: other, stage: 'PublishTemplate', target: makeTarget(), imageId: 'ami-2' });
  await expect(second()).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining(BUILD),
  });
  expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toHaveLength(1);
  await publish();
  await releaseGroups(['fleet'], BUILD);
  await expect(second()).rejects.not.toMatchObject({ name: 'TargetBusy' });
});

const made = () => ec2.commandCalls(CreateLaunchTemplateVersionCommand)[0]?.args[0].input;

test.each([undefined, 'keep'] as const)(
  'a version inherits what it does not change (%s)',
  async (userData) => {
    await publish(userData);
    expect(made()).toMatchObject({ SourceVersion: '4', LaunchTemplateData: { ImageId: 'ami-1' } });
  },
);

test('a version without the user data of its source is written whole, since it would be inherited', async () => {
  await publish('drop');
  expect(made()).not.toHaveProperty('SourceVersion');
  expect(made()?.LaunchTemplateData).toEqual({
    ImageId: 'ami-1',
    InstanceType: 't3.micro',
    SecurityGroupIds: ['sg-1'],
    MetadataOptions: { HttpTokens: 'required' },
  });
});
