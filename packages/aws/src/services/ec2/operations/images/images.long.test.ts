import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
afterEach(() => region.stop());

const script = (text: string) => Buffer.from(`#!/bin/bash\n${text}\n`).toString('base64');

async function launch(more: object = {}): Promise<string> {
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  return Instances?.[0]?.InstanceId ?? '';
}

const hasBooted = (id: string) => () =>
  region.context.ledger
    .list()
    .some((one) => one.kind === 'boot' && one.resource === id && one.to !== undefined);

async function bake(more: object = {}): Promise<{ instanceId: string; imageId: string }> {
  const instanceId = await launch({ UserData: script('echo baked > /root/proof') });
  await until(hasBooted(instanceId));
  const { ImageId } = await region.ec2.CreateImage({ InstanceId: instanceId, Name: 'web-1', ...more });
  return { instanceId, imageId: ImageId ?? '' };
}

async function imageOf(id: string, more: object = {}) {
  return (await region.ec2.DescribeImages({ ImageIds: [id], ...more })).Images?.[0];
}

async function bakeAvailable(more: object = {}): Promise<string> {
  const { imageId } = await bake(more);
  await until(async () => (await imageOf(imageId))?.State === 'available');
  return imageId;
}

test('an instance of an image boots what the base instance had on its disk', async () => {
  region = await newEc2Region();
  const { imageId } = await bake();
  expect((await imageOf(imageId))?.State).toBe('pending');
  await until(async () => (await imageOf(imageId))?.State === 'available');
  const id = await launch({ ImageId: imageId, UserData: script('cat /root/proof') });
  await until(hasBooted(id));
  const { Output } = await region.ec2.GetConsoleOutput({ InstanceId: id, Latest: true });
  expect(Buffer.from(Output ?? '', 'base64').toString()).toContain('baked');
});

test('the end of an image is announced, and its snapshot is complete', async () => {
  region = await newEc2Region();
  const imageId = await bakeAvailable();
  const event = region.events.find((one) => one['detail-type'] === 'EC2 AMI State Change');
  expect(event).toMatchObject({
    source: 'aws.ec2',
    detail: { ImageId: imageId, State: 'available', ErrorMessage: '' },
  });
  const snapshots = (await region.ec2.DescribeSnapshots({ OwnerIds: ['self'] })).Snapshots;
  expect(snapshots?.map((one) => [one.State, one.VolumeSize])).toEqual([['completed', 8]]);
});

test('an image that AWS fails to make says why, in its state and on the bus', async () => {
  region = await newEc2Region();
  region.context.faults.add({
    service: 'ec2',
    operation: 'CreateImage',
    kind: 'lateFailure',
    message: 'Internal error in EBS',
    times: 1,
  });
  const { imageId } = await bake();
  await until(async () => (await imageOf(imageId))?.State === 'failed');
  expect((await imageOf(imageId))?.StateReason?.Message).toBe('Internal error in EBS');
  expect(region.events.at(-1)?.detail).toMatchObject({
    State: 'failed',
    ErrorMessage: 'Internal error in EBS',
  });
});

test('of two faults for images each strikes one', async () => {
  region = await newEc2Region();
  const { faults } = region.context;
  faults.add({ service: 'ec2', operation: 'CreateImage', kind: 'lateFailure' });
  faults.add({ service: 'ec2', operation: 'CreateImage', kind: 'never' });
  const { instanceId, imageId } = await bake();
  expect(faults.list()).toMatchObject([{ kind: 'never' }]);
  await until(async () => (await imageOf(imageId))?.State === 'failed');
  await region.ec2.CreateImage({ InstanceId: instanceId, Name: 'second' });
  expect(faults.list()).toEqual([]);
});

test('a description beyond ASCII is refused before anything is made', async () => {
  region = await newEc2Region();
  const { instanceId, imageId } = await bake({ NoReboot: true });
  const Description = 'Größe';
  const refused = { code: 'InvalidParameterValue', message: expect.stringContaining('beyond ASCII') };
  await expect(
    region.ec2.CreateImage({ InstanceId: instanceId, Name: 'web-2', Description }),
  ).rejects.toMatchObject(refused);
  await expect(
    region.ec2.CopyImage({ SourceImageId: imageId, SourceRegion: 'us-east-1', Name: 'web-2', Description }),
  ).rejects.toMatchObject(refused);
  expect((await region.ec2.DescribeImages({ Owners: ['self'] })).Images).toHaveLength(1);
});

test('making an image reboots the instance unless it is told not to', async () => {
  region = await newEc2Region();
  const { instanceId, imageId } = await bake({ NoReboot: true });
  const boots = () =>
    region.context.ledger.list().filter((one) => one.kind === 'boot' && one.resource === instanceId).length;
  expect(boots()).toBe(1);
  await until(async () => (await imageOf(imageId))?.State === 'available');
  await region.ec2.CreateImage({ InstanceId: instanceId, Name: 'web-2' });
  expect(boots()).toBe(2);
  expect(region.state.instance(instanceId)?.State?.Name).toBe('running');
});

test('an image of a pending instance, and names that are taken or malformed, are refused', async () => {
  region = await newEc2Region();
  const create = (InstanceId: string, Name: string) =>
    codeOf(() => region.ec2.CreateImage({ InstanceId, Name }));
  expect(await create(await launch(), 'web-2')).toBe('IncorrectInstanceState');
  const { instanceId } = await bake();
  expect(await create(instanceId, 'web-1')).toBe('InvalidAMIName.Duplicate');
  expect(await create(instanceId, 'a')).toBe('InvalidAMIName.Malformed');
});

test('images are found by owner, by name with wildcards and by tag', async () => {
  region = await newEc2Region();
  const imageId = await bakeAvailable({
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'site:pipeline', Value: 'web' }] }],
  });
  const find = async (input: object) =>
    (await region.ec2.DescribeImages(input)).Images?.map((image) => image.ImageId);
  expect(await find({ Owners: ['self'] })).toEqual([imageId]);
  expect(await find({ Filters: [{ Name: 'tag:site:pipeline', Values: ['web'] }] })).toEqual([imageId]);
  expect(
    await find({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*-kernel-6.1-x86_64'] },
        { Name: 'creation-date', Values: ['2025-11-10*'] },
      ],
    }),
  ).toEqual([region.amazonImage]);
});

test('deprecated images of others are shown only to those who ask for them', async () => {
  region = await newEc2Region();
  const count = async (IncludeDeprecated: boolean) =>
    (await region.ec2.DescribeImages({ Owners: ['amazon'], IncludeDeprecated })).Images?.length ?? 0;
  expect(await count(true)).toBeGreaterThan(await count(false));
  expect(await count(false)).toBeGreaterThan(0);
});

test('a snapshot cannot go before its image, and an image not twice', async () => {
  region = await newEc2Region();
  const imageId = await bakeAvailable();
  const SnapshotId = (await imageOf(imageId))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  const deleteSnapshot = () => region.ec2.DeleteSnapshot({ SnapshotId });
  const deregister = () => region.ec2.DeregisterImage({ ImageId: imageId });
  expect(await codeOf(deleteSnapshot)).toBe('InvalidSnapshot.InUse');
  await deregister();
  expect(await codeOf(deregister)).toBe('InvalidAMIID.Unavailable');
  expect(await codeOf(() => launch({ ImageId: imageId }))).toBe('InvalidAMIID.Unavailable');
  expect(await imageOf(imageId)).toBeUndefined();
  await deleteSnapshot();
  expect(await codeOf(deleteSnapshot)).toBe('InvalidSnapshot.NotFound');
});

test('deregistering takes the snapshots with it when it is asked to', async () => {
  region = await newEc2Region();
  const imageId = await bakeAvailable();
  const { DeleteSnapshotResults } = await region.ec2.DeregisterImage({
    ImageId: imageId,
    DeleteAssociatedSnapshots: true,
  });
  expect(DeleteSnapshotResults).toMatchObject([{ ReturnCode: 'success' }]);
  expect((await region.ec2.DescribeSnapshots({ OwnerIds: ['self'] })).Snapshots).toEqual([]);
});

test('an image is shared with accounts one by one, and not with what is no account', async () => {
  region = await newEc2Region();
  const ImageId = await bakeAvailable();
  const modify = (LaunchPermission: object) => region.ec2.ModifyImageAttribute({ ImageId, LaunchPermission });
  await modify({ Add: [{ UserId: '111111111111' }, { UserId: '222222222222' }] });
  await modify({ Remove: [{ UserId: '111111111111' }] });
  const { LaunchPermissions } = await region.ec2.DescribeImageAttribute({
    ImageId,
    Attribute: 'launchPermission',
  });
  expect(LaunchPermissions).toEqual([{ UserId: '222222222222' }]);
  expect(await codeOf(() => modify({ Add: [{ UserId: 'me' }] }))).toBe('InvalidAMIAttributeItemValue');
});

test('an image that is encrypted with the key that AWS manages is not shared, with one of the account it is', async () => {
  region = await newEc2Region();
  const share = (ImageId: string) =>
    region.ec2.ModifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ UserId: '111111111111' }] } });
  const Ebs = { Encrypted: true };
  const bakeEncrypted = async (Name: string) => {
    const instanceId = await launch({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] });
    await until(hasBooted(instanceId));
    const { ImageId = '' } = await region.ec2.CreateImage({ InstanceId: instanceId, Name });
    await until(async () => (await imageOf(ImageId))?.State === 'available');
    return ImageId;
  };
  expect((await region.ec2.GetEbsDefaultKmsKeyId({})).KmsKeyId).toBe('alias/aws/ebs');
  const managed = await bakeEncrypted('managed');
  expect(await codeOf(() => share(managed))).toBe('InvalidParameter');
  await region.ec2.ModifyEbsDefaultKmsKeyId({ KmsKeyId: 'alias/images' });
  const own = await bakeEncrypted('own');
  await share(own);
  const shown = await region.ec2.DescribeImageAttribute({ ImageId: own, Attribute: 'launchPermission' });
  expect(shown.LaunchPermissions).toEqual([{ UserId: '111111111111' }]);
});

test('an image of another account cannot be changed', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const deregister = () => region.ec2.DeregisterImage({ ImageId: region.amazonImage });
  expect(await codeOf(deregister)).toBe('AuthFailure');
});

test('a deprecation date is rounded to the minute and must lie ahead', async () => {
  region = await newEc2Region();
  const ImageId = await bakeAvailable();
  const deprecate = (DeprecateAt: Date) => region.ec2.EnableImageDeprecation({ ImageId, DeprecateAt });
  expect(await codeOf(() => deprecate(new Date('2020-01-01')))).toBe('InvalidParameterValue');
  const at = new Date(region.context.clock.millis() + 90 * 86_400_000);
  await deprecate(at);
  const shown = (await imageOf(ImageId))?.DeprecationTime ?? '';
  expect(shown).toMatch(/:00\.000Z$/);
  expect(Math.abs(Date.parse(shown) - at.getTime())).toBeLessThanOrEqual(30_000);
});

test('a copy in another region is an image of its own that boots the same disk', async () => {
  region = await newEc2Region();
  const imageId = await bakeAvailable({
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
  const { ec2, context } = region.at('eu-north-1');
  const copy = async () => {
    const { ImageId = '' } = await ec2.CopyImage({
      SourceRegion: 'us-east-1',
      SourceImageId: imageId,
      Name: 'web-1',
      ClientToken: 'token',
      CopyImageTags: true,
    });
    return ImageId;
  };
  const copied = await copy();
  expect(await copy()).toBe(copied);
  const shown = async () => (await ec2.DescribeImages({ ImageIds: [copied] })).Images?.[0];
  expect(await shown()).toMatchObject({
    State: 'pending',
    SourceImageId: imageId,
    SourceImageRegion: 'us-east-1',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  expect(context.region).toBe('eu-north-1');
  await until(async () => (await shown())?.State === 'available');
  const { Instances } = await ec2.RunInstances({
    ImageId: copied,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    UserData: script('cat /root/proof'),
  });
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  const read = async () => {
    const { Output } = await ec2.GetConsoleOutput({ InstanceId, Latest: true });
    return Buffer.from(Output ?? '', 'base64').toString();
  };
  await until(async () => (await read()).includes('baked'));
  expect(await read()).toContain('baked');
});

test('a copy that names a key says that it shall be encrypted', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const copy = (more: object) =>
    region.ec2.CopyImage({
      Name: 'copy',
      SourceRegion: 'us-east-1',
      SourceImageId: region.amazonImage,
      KmsKeyId: 'alias/own',
      ...more,
    });
  expect(await codeOf(() => copy({}))).toBe('InvalidParameterDependency');
  const { ImageId = '' } = await copy({ Encrypted: true });
  expect((await imageOf(ImageId))?.BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true } }]);
});
