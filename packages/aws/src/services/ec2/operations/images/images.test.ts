import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
afterEach(() => born.dispose());

const script = (text: string) => Buffer.from(`#!/bin/bash\n${text}\n`).toString('base64');

function launch(more: object = {}): string {
  const { Instances } = born.operations.RunInstances(
    { ImageId: born.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...more },
    born.call,
  );
  return Instances?.[0]?.InstanceId ?? '';
}

const hasBooted = (id: string) => () =>
  born.context.ledger
    .list()
    .some((one) => one.kind === 'boot' && one.resource === id && one.to !== undefined);

async function bake(more: object = {}): Promise<{ instanceId: string; imageId: string }> {
  const instanceId = launch({ UserData: script('echo baked > /root/proof') });
  await born.until(hasBooted(instanceId));
  const { ImageId } = born.operations.CreateImage(
    { InstanceId: instanceId, Name: 'web-1', ...more },
    born.call,
  );
  return { instanceId, imageId: ImageId ?? '' };
}

function imageOf(id: string, more: object = {}) {
  return born.operations.DescribeImages({ ImageIds: [id], ...more }, born.call).Images?.[0];
}

async function bakeAvailable(more: object = {}): Promise<string> {
  const { imageId } = await bake(more);
  await born.until(() => imageOf(imageId)?.State === 'available');
  return imageId;
}

test('an instance of an image boots what the base instance had on its disk', async () => {
  born = bearEc2();
  const { imageId } = await bake();
  expect(imageOf(imageId)?.State).toBe('pending');
  await born.until(() => imageOf(imageId)?.State === 'available');
  const id = launch({ ImageId: imageId, UserData: script('cat /root/proof') });
  await born.until(hasBooted(id));
  const { Output } = born.operations.GetConsoleOutput({ InstanceId: id, Latest: true }, born.call);
  expect(Buffer.from(Output ?? '', 'base64').toString()).toContain('baked');
});

test('the end of an image is announced, and its snapshot is complete', async () => {
  born = bearEc2();
  const imageId = await bakeAvailable();
  const event = born.events.find((one) => one['detail-type'] === 'EC2 AMI State Change');
  expect(event).toMatchObject({
    source: 'aws.ec2',
    detail: { ImageId: imageId, State: 'available', ErrorMessage: '' },
  });
  const snapshots = born.operations.DescribeSnapshots({ OwnerIds: ['self'] }, born.call).Snapshots;
  expect(snapshots?.map((one) => [one.State, one.VolumeSize])).toEqual([['completed', 8]]);
});

test('an image that AWS fails to make says why, in its state and on the bus', async () => {
  born = bearEc2();
  born.context.faults.add({
    service: 'ec2',
    operation: 'CreateImage',
    kind: 'lateFailure',
    message: 'Internal error in EBS',
    times: 1,
  });
  const { imageId } = await bake();
  await born.until(() => imageOf(imageId)?.State === 'failed');
  expect(imageOf(imageId)?.StateReason?.Message).toBe('Internal error in EBS');
  expect(born.events.at(-1)?.detail).toMatchObject({
    State: 'failed',
    ErrorMessage: 'Internal error in EBS',
  });
});

test('making an image reboots the instance unless it is told not to', async () => {
  born = bearEc2();
  const { instanceId, imageId } = await bake({ NoReboot: true });
  const boots = () =>
    born.context.ledger.list().filter((one) => one.kind === 'boot' && one.resource === instanceId).length;
  expect(boots()).toBe(1);
  await born.until(() => imageOf(imageId)?.State === 'available');
  born.operations.CreateImage({ InstanceId: instanceId, Name: 'web-2' }, born.call);
  expect(boots()).toBe(2);
  expect(born.ec2.instance(instanceId)?.State?.Name).toBe('running');
});

test('an image of a pending instance, and names that are taken or malformed, are refused', async () => {
  born = bearEc2();
  const create = (InstanceId: string, Name: string) =>
    codeOf(() => born.operations.CreateImage({ InstanceId, Name }, born.call));
  expect(await create(launch(), 'web-2')).toBe('IncorrectInstanceState');
  const { instanceId } = await bake();
  expect(await create(instanceId, 'web-1')).toBe('InvalidAMIName.Duplicate');
  expect(await create(instanceId, 'a')).toBe('InvalidAMIName.Malformed');
});

test('images are found by owner, by name with wildcards and by tag', async () => {
  born = bearEc2();
  const imageId = await bakeAvailable({
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'kiln:pipeline', Value: 'web' }] }],
  });
  const find = (input: object) =>
    born.operations.DescribeImages(input, born.call).Images?.map((image) => image.ImageId);
  expect(find({ Owners: ['self'] })).toEqual([imageId]);
  expect(find({ Filters: [{ Name: 'tag:kiln:pipeline', Values: ['web'] }] })).toEqual([imageId]);
  expect(
    find({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*-kernel-6.1-x86_64'] },
        { Name: 'creation-date', Values: ['2025-11-10*'] },
      ],
    }),
  ).toEqual([born.amazonImage]);
});

test('deprecated images of others are shown only to those who ask for them', () => {
  born = bearEc2();
  const count = (IncludeDeprecated: boolean) =>
    born.operations.DescribeImages({ Owners: ['amazon'], IncludeDeprecated }, born.call).Images?.length ?? 0;
  expect(count(true)).toBeGreaterThan(count(false));
  expect(count(false)).toBeGreaterThan(0);
});

test('a snapshot cannot go before its image, and an image not twice', async () => {
  born = bearEc2();
  const imageId = await bakeAvailable();
  const SnapshotId = imageOf(imageId)?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  const deleteSnapshot = () => born.operations.DeleteSnapshot({ SnapshotId }, born.call);
  const deregister = () => born.operations.DeregisterImage({ ImageId: imageId }, born.call);
  expect(await codeOf(deleteSnapshot)).toBe('InvalidSnapshot.InUse');
  deregister();
  expect(await codeOf(deregister)).toBe('InvalidAMIID.Unavailable');
  expect(await codeOf(() => launch({ ImageId: imageId }))).toBe('InvalidAMIID.Unavailable');
  expect(await codeOf(() => imageOf(imageId))).toBe('InvalidAMIID.NotFound');
  deleteSnapshot();
  expect(await codeOf(deleteSnapshot)).toBe('InvalidSnapshot.NotFound');
});

test('deregistering takes the snapshots with it when it is asked to', async () => {
  born = bearEc2();
  const imageId = await bakeAvailable();
  const { DeleteSnapshotResults } = born.operations.DeregisterImage(
    { ImageId: imageId, DeleteAssociatedSnapshots: true },
    born.call,
  );
  expect(DeleteSnapshotResults).toMatchObject([{ ReturnCode: 'success' }]);
  expect(born.operations.DescribeSnapshots({ OwnerIds: ['self'] }, born.call).Snapshots).toEqual([]);
});

test('an image is shared with accounts one by one, and not with what is no account', async () => {
  born = bearEc2();
  const ImageId = await bakeAvailable();
  const modify = (LaunchPermission: object) =>
    born.operations.ModifyImageAttribute({ ImageId, LaunchPermission }, born.call);
  modify({ Add: [{ UserId: '111111111111' }, { UserId: '222222222222' }] });
  modify({ Remove: [{ UserId: '111111111111' }] });
  const { LaunchPermissions } = born.operations.DescribeImageAttribute(
    { ImageId, Attribute: 'launchPermission' },
    born.call,
  );
  expect(LaunchPermissions).toEqual([{ UserId: '222222222222' }]);
  expect(await codeOf(() => modify({ Add: [{ UserId: 'me' }] }))).toBe('InvalidAMIAttributeItemValue');
});

test('an image that is encrypted with the key that AWS manages is not shared, with one of the account it is', async () => {
  born = bearEc2();
  const share = (ImageId: string) =>
    born.operations.ModifyImageAttribute(
      { ImageId, LaunchPermission: { Add: [{ UserId: '111111111111' }] } },
      born.call,
    );
  const Ebs = { Encrypted: true };
  const bakeEncrypted = async (Name: string) => {
    const instanceId = launch({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] });
    await born.until(hasBooted(instanceId));
    const { ImageId = '' } = born.operations.CreateImage({ InstanceId: instanceId, Name }, born.call);
    await born.until(() => imageOf(ImageId)?.State === 'available');
    return ImageId;
  };
  expect(born.operations.GetEbsDefaultKmsKeyId({}, born.call).KmsKeyId).toBe('alias/aws/ebs');
  const managed = await bakeEncrypted('managed');
  expect(await codeOf(() => share(managed))).toBe('InvalidParameter');
  born.operations.ModifyEbsDefaultKmsKeyId({ KmsKeyId: 'alias/images' }, born.call);
  const own = await bakeEncrypted('own');
  share(own);
  const shown = born.operations.DescribeImageAttribute(
    { ImageId: own, Attribute: 'launchPermission' },
    born.call,
  );
  expect(shown.LaunchPermissions).toEqual([{ UserId: '111111111111' }]);
});

test('an image of another account cannot be changed', async () => {
  born = bearEc2({ scale: 1 });
  const deregister = () => born.operations.DeregisterImage({ ImageId: born.amazonImage }, born.call);
  expect(await codeOf(deregister)).toBe('AuthFailure');
});

test('a deprecation date is rounded to the minute and must lie ahead', async () => {
  born = bearEc2();
  const ImageId = await bakeAvailable();
  const deprecate = (DeprecateAt: Date) =>
    born.operations.EnableImageDeprecation({ ImageId, DeprecateAt }, born.call);
  expect(await codeOf(() => deprecate(new Date('2020-01-01')))).toBe('InvalidParameterValue');
  const at = new Date(born.context.clock.millis() + 90 * 86_400_000);
  deprecate(at);
  const shown = imageOf(ImageId)?.DeprecationTime ?? '';
  expect(shown).toMatch(/:00\.000Z$/);
  expect(Math.abs(Date.parse(shown) - at.getTime())).toBeLessThanOrEqual(30_000);
});

test('a copy in another region is an image of its own that boots the same disk', async () => {
  born = bearEc2();
  const imageId = await bakeAvailable({
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
  const source = born;
  const other = bearEc2({ region: 'eu-north-1', regionOf: () => source.ec2 });
  try {
    const copy = () =>
      other.operations.CopyImage(
        {
          SourceRegion: 'us-east-1',
          SourceImageId: imageId,
          Name: 'web-1',
          ClientToken: 'token',
          CopyImageTags: true,
        },
        other.call,
      ).ImageId ?? '';
    const copied = copy();
    expect(copy()).toBe(copied);
    const shown = () => other.operations.DescribeImages({ ImageIds: [copied] }, other.call).Images?.[0];
    expect(shown()).toMatchObject({
      State: 'pending',
      SourceImageId: imageId,
      SourceImageRegion: 'us-east-1',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    await other.until(() => shown()?.State === 'available');
    const { Instances } = other.operations.RunInstances(
      {
        ImageId: copied,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        UserData: script('cat /root/proof'),
      },
      other.call,
    );
    const InstanceId = Instances?.[0]?.InstanceId ?? '';
    const read = () => {
      const { Output } = other.operations.GetConsoleOutput({ InstanceId, Latest: true }, other.call);
      return Buffer.from(Output ?? '', 'base64').toString();
    };
    await other.until(() => read().includes('baked'));
    expect(read()).toContain('baked');
  } finally {
    await other.dispose();
  }
});

test('a copy that names a key says that it shall be encrypted', async () => {
  born = bearEc2({ scale: 1 });
  const copy = (more: object) =>
    born.operations.CopyImage(
      {
        Name: 'copy',
        SourceRegion: 'us-east-1',
        SourceImageId: born.amazonImage,
        KmsKeyId: 'alias/own',
        ...more,
      },
      born.call,
    );
  expect(await codeOf(() => copy({}))).toBe('InvalidParameterDependency');
  const { ImageId = '' } = copy({ Encrypted: true });
  expect(imageOf(ImageId)?.BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true } }]);
});
