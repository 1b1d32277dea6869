import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateImageCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  waitUntilImageAvailable,
  waitUntilInstanceRunning,
  waitUntilInstanceStatusOk,
  waitUntilInstanceStopped,
  waitUntilInstanceTerminated,
  waitUntilSnapshotCompleted,
} from '@aws-sdk/client-ec2';
import type { Aws } from '../../src';
import { newAws } from '../../src/testing';
import { until } from '../../src/testing/until';

let embedded: Aws;
let ec2: EC2Client;
const USER_DATA = `#!/bin/bash
set -e
dnf install -y httpd
echo 'baked' > /var/www/html/index.html
systemctl enable --now httpd
`;

beforeAll(async () => {
  // It waits in real time, as clients do that know nothing of this clock.
  embedded = await newAws({ timeScale: 600 });
  ec2 = new EC2Client(embedded.client);
});
afterAll(async () => {
  ec2.destroy();
  await embedded.stop();
});

/** The SDK's waiters, asking as often as the fast clock deserves. */
const waiting = () => ({ client: ec2, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.1 });

/** A GET through the front door as a proxy, as `curl -x` sends it. */
function browse(host: string): Promise<{ status?: number; body: string }> {
  const { hostname, port } = new URL(embedded.endpoint);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path: `http://${host}/`, headers: { host }, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    }).once('error', reject);
  });
}

test('Packer\'s amazon-ebs with communicator "none" makes an image and leaves nothing else', async () => {
  const { Regions } = await ec2.send(new DescribeRegionsCommand({}));
  expect(Regions?.map(({ RegionName }) => RegionName)).toContain('us-east-1');
  const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  const { Vpcs: [vpc] = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc?.VpcId ?? ''] }] }),
  );
  expect(Subnets.map((one) => one.AvailabilityZone).sort()).toEqual(
    AvailabilityZones?.map((one) => one.ZoneName).sort(),
  );
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*-x86_64'] },
        { Name: 'root-device-type', Values: ['ebs'] },
        { Name: 'virtualization-type', Values: ['hvm'] },
      ],
    }),
  );
  const [source] = Images.sort((a, b) => ((a.CreationDate ?? '') < (b.CreationDate ?? '') ? 1 : -1));

  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: 'packer_65a1',
      Description: 'Temporary group for Packer',
      VpcId: vpc?.VpcId,
    }),
  );
  await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
  const { Instances: [instance] = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: source?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds: [GroupId],
      SubnetId: Subnets[0]?.SubnetId,
      UserData: Buffer.from(USER_DATA).toString('base64'),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'Packer Builder' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'Packer Builder' }] },
      ],
    }),
  );
  const InstanceId = instance?.InstanceId ?? '';
  await waitUntilInstanceRunning(waiting(), { InstanceIds: [InstanceId] });
  await waitUntilInstanceStatusOk(waiting(), { InstanceIds: [InstanceId] });
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }] }),
  );
  expect(Volumes).toMatchObject([{ State: 'in-use', Tags: [{ Key: 'Name', Value: 'Packer Builder' }] }]);

  // A security group that is closed drops packets; opened, the machine's own bytes come.
  await until(async () => {
    const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId }));
    return /cloud-init.*finished/.test(Buffer.from(Output, 'base64').toString());
  });
  const host = instance?.PublicIpAddress ?? '';
  expect((await browse(host)).status).toBe(504);
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpProtocol: 'tcp',
      FromPort: 80,
      ToPort: 80,
      CidrIp: '0.0.0.0/0',
    }),
  );
  expect(await browse(host)).toEqual({ status: 200, body: 'baked\n' });

  await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  await waitUntilInstanceStopped(waiting(), { InstanceIds: [InstanceId] });
  const { ImageId = '' } = await ec2.send(new CreateImageCommand({ InstanceId, Name: 'packer web 1' }));
  await waitUntilImageAvailable(waiting(), { ImageIds: [ImageId] });
  const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  await waitUntilSnapshotCompleted(waiting(), { SnapshotIds: [SnapshotId] });
  await ec2.send(
    new CreateTagsCommand({ Resources: [ImageId, SnapshotId], Tags: [{ Key: 'site', Value: '1' }] }),
  );
  const { Tags = [] } = await ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['site'] }] }),
  );
  expect(Tags.map((tag) => tag.ResourceId).sort()).toEqual([ImageId, SnapshotId].sort());

  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  await waitUntilInstanceTerminated(waiting(), { InstanceIds: [InstanceId] });
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []).toEqual([]);
  await expect(ec2.send(new DeleteSnapshotCommand({ SnapshotId }))).rejects.toMatchObject({
    name: 'InvalidSnapshot.InUse',
  });
  await ec2.send(new DeregisterImageCommand({ ImageId }));
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  expect((await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots ?? []).toEqual([]);
});

test('An owner of images that is neither an account nor an alias is malformed', async () => {
  await expect(ec2.send(new DescribeImagesCommand({ Owners: ['zip'] }))).rejects.toMatchObject({
    name: 'InvalidUserID.Malformed',
    message: 'Invalid user id: "zip"',
  });
});

test('A launch without an instance type is refused, because the default type cannot boot the image', async () => {
  const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  await expect(
    ec2.send(new RunInstancesCommand({ ImageId: image?.ImageId, MinCount: 1, MaxCount: 1 })),
  ).rejects.toMatchObject({
    name: 'InvalidParameterCombination',
    message: expect.stringContaining('m1.small'),
  });
});
