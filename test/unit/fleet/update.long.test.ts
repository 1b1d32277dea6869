import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateLaunchTemplateVersionCommand, EC2Client } from '@aws-sdk/client-ec2';
import { type Aws, startAws } from 'embedded-aws';
import { createStack } from '../../../cli/deploy';
import { describeGroups } from '../../../src/rollout/groups';
import { noteVersion } from '../../../src/rollout/version/parameter';

const GROUP = 'kiln-fleet-web';
const template = readFileSync(join(__dirname, '../../../fleet/template.yml'), 'utf8');
let aws: Aws;

beforeAll(async () => {
  aws = await startAws({ port: 0, leap: true });
  process.env.AWS_ENDPOINT_URL = aws.endpoint;
  process.env.AWS_REGION = aws.client.region;
  process.env.AWS_ACCESS_KEY_ID = aws.client.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = aws.client.credentials.secretAccessKey;
  await createStack(aws.client, 'kiln-fleet', template, (seconds) => aws.clock.sleep(seconds));
  await rollOut();
}, 120_000);
afterAll(async () => {
  await aws?.stop();
  delete process.env.AWS_ENDPOINT_URL;
});

const group = async () => (await describeGroups([GROUP])).get(GROUP);

/** A first image as Kiln brings it: a second version of the launch template, two servers, and MinSize raised to them. */
async function rollOut(): Promise<void> {
  const LaunchTemplateId = (await group())?.LaunchTemplate?.LaunchTemplateId ?? '';
  await new EC2Client(aws.client).send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { EbsOptimized: true },
    }),
  );
  await new AutoScalingClient(aws.client).send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchTemplate: { LaunchTemplateId, Version: '2' },
      MinSize: 2,
      DesiredCapacity: 2,
    }),
  );
  await noteVersion(GROUP, '2');
}

/** Updates the stack through a change set. @returns what that said of the group */
async function update(ChangeSetName: string, parameters: Record<string, string>): Promise<unknown[]> {
  const cloudFormation = new CloudFormationClient(aws.client);
  const StackName = 'kiln-fleet';
  await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      UsePreviousTemplate: true,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  const { Changes = [] } = await cloudFormation.send(
    new DescribeChangeSetCommand({ StackName, ChangeSetName }),
  );
  await cloudFormation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
  let status: string | undefined;
  do {
    await aws.clock.sleep(5);
    status = (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
  } while (status?.endsWith('_IN_PROGRESS'));
  expect(status).toBe('UPDATE_COMPLETE');
  const names = Changes.flatMap(({ ResourceChange }) =>
    ResourceChange?.LogicalResourceId === 'WebAutoScalingGroup'
      ? (ResourceChange.Details ?? []).map(({ Target }) => Target?.Name)
      : [],
  );
  // A property stands there once for each thing that its change comes from.
  return [...new Set(names)];
}

test('an update of the fleet with another size leaves what was rolled out as it is', async () => {
  expect(await update('sizes', { MaxSize: '8' })).toEqual(['MaxSize']);
  expect(await group()).toMatchObject({
    MaxSize: 8,
    MinSize: 2,
    DesiredCapacity: 2,
    LaunchTemplate: { Version: '2' },
  });
}, 60_000);

test('an update of the fleet with another launch template leaves the groups alone', async () => {
  expect(await update('type', { MaxSize: '8', InstanceType: 't3.small' })).toEqual([]);
  expect(await group()).toMatchObject({ LaunchTemplate: { Version: '2' } });
}, 60_000);

test('a size that the update gives takes the place of what Kiln made of it', async () => {
  expect(await update('min', { MaxSize: '8', InstanceType: 't3.small', MinSize: '1' })).toEqual(['MinSize']);
  expect(await group()).toMatchObject({ MinSize: 1, DesiredCapacity: 2, LaunchTemplate: { Version: '2' } });
}, 60_000);
