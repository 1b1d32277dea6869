import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeImageUsageReportsCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Aws, startAws } from 'embedded-aws';
import { createRecord, updateRecord } from '../../src/build/record';
import { describeDiscarded } from '../../src/image/discard';
import { retireImages } from '../../src/image/retire';
import { buildTags } from '../../src/tags';
import { until } from './until';

let aws: Aws;
let ec2: EC2Client;

beforeAll(async () => {
  aws = await startAws({ port: 0, timeScale: 2000 });
  Object.assign(process.env, {
    ...aws.env,
    KILN_TABLE: 'kiln',
    KILN_SERVICE: 'kiln-prod@us-east-1',
    LAMBDA_TASK_ROOT: process.cwd(),
  });
  ec2 = new EC2Client(aws.client);
  await new DynamoDBClient(aws.client).send(
    new CreateTableCommand({
      TableName: 'kiln',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
});
afterAll(() => aws.stop());

/** A build that succeeded, with an image of its own that is there. */
async function makeBuild(at: number): Promise<string> {
  const id = `web-01KAS2N4Q7T9V0W1X2Y3Z4A5B${at}`;
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  const { ImageId = '' } = await ec2.send(
    new RegisterImageCommand({
      Name: `kiln-${id}`,
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
      TagSpecifications: [{ ResourceType: 'image', Tags: buildTags(id) }],
    }),
  );
  await createRecord({ id, status: 'SUCCEEDED', trigger: { kind: 'manual' }, parameters: {} });
  await updateRecord(id, { imageId: ImageId });
  return ImageId;
}

async function listImages(): Promise<string[]> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return Images.map(({ ImageId = '' }) => ImageId).sort();
}

test('EC2 says who refers to an image, and what nobody refers to any more is retired', async () => {
  const [byTemplate = '', byParameter = '', shared = '', free = ''] = [
    ...[await makeBuild(1), await makeBuild(2), await makeBuild(3), await makeBuild(4)],
  ];
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'people',
      LaunchTemplateData: { ImageId: byTemplate },
    }),
  );
  const { LaunchTemplateId } = LaunchTemplate ?? {};
  // EC2 looks at ten versions only, if it is not told otherwise.
  for (let version = 2; version <= 12; version++)
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        LaunchTemplateData: { InstanceType: 't3.micro' },
      }),
    );
  const ssm = new SSMClient(aws.client);
  await ssm.send(new PutParameterCommand({ Name: '/people/image', Type: 'String', Value: byParameter }));
  await ec2.send(
    new ModifyImageAttributeCommand({
      ImageId: shared,
      LaunchPermission: { Add: [{ UserId: '123456789012' }] },
    }),
  );

  const told = describeDiscarded(await retireImages('web', 0));
  expect(await listImages()).toEqual([byTemplate, byParameter, shared].sort());
  expect(told.sort()).toEqual(
    [
      `image ${byTemplate} stays: version 1 of launch template ${LaunchTemplateId} names it`,
      `image ${byParameter} stays: SSM parameter arn:aws:ssm:us-east-1:000000000000:parameter/people/image refers to it`,
      `image ${shared} stays: it is shared, and EC2 still makes its report of who uses it`,
    ].sort(),
  );
  expect(free).toMatch(/^ami-/);

  await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  await ssm.send(new DeleteParameterCommand({ Name: '/people/image' }));
  await until('the report is there', async () => {
    const { ImageUsageReports } = await ec2.send(
      new DescribeImageUsageReportsCommand({ ImageIds: [shared] }),
    );
    return ImageUsageReports?.[0]?.State === 'available' || undefined;
  });
  expect(describeDiscarded(await retireImages('web', 0))).toEqual([]);
  expect(await listImages()).toEqual([]);
});
