import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let id: string;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
  const { LaunchTemplate } = await region.ec2.CreateLaunchTemplate({
    LaunchTemplateName: 'fleet-web',
    LaunchTemplateData: { ImageId: region.amazonImage, InstanceType: 't3.micro' },
  });
  id = LaunchTemplate?.LaunchTemplateId ?? '';
});
afterEach(() => region.stop());

async function addVersion(ImageId: string, SourceVersion?: string): Promise<number | undefined> {
  const { LaunchTemplateVersion } = await region.ec2.CreateLaunchTemplateVersion({
    LaunchTemplateId: id,
    SourceVersion,
    LaunchTemplateData: { ImageId },
  });
  return LaunchTemplateVersion?.VersionNumber;
}

const versions = async (input: object) =>
  (await region.ec2.DescribeLaunchTemplateVersions({ LaunchTemplateId: id, ...input }))
    .LaunchTemplateVersions;

const image = (digit: string) => `ami-0${digit.repeat(16)}`;

test('a new version inherits from its source what it does not say itself', async () => {
  await addVersion(image('1'), '1');
  expect((await versions({ Versions: ['$Latest'] }))?.[0]).toMatchObject({
    VersionNumber: 2,
    DefaultVersion: false,
    LaunchTemplateData: { ImageId: image('1'), InstanceType: 't3.micro' },
  });
  await addVersion(image('2'));
  expect((await versions({ Versions: ['3'] }))?.[0]?.LaunchTemplateData).toEqual({ ImageId: image('2') });
});

test('the default version moves only when it is told to, and only to one that is there', async () => {
  await addVersion(image('1'));
  const modify = async (DefaultVersion: string) =>
    (await region.ec2.ModifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion })).LaunchTemplate;
  expect((await versions({ Versions: ['$Default'] }))?.[0]?.VersionNumber).toBe(1);
  expect(await modify('2')).toMatchObject({ DefaultVersionNumber: 2, LatestVersionNumber: 2 });
  expect(await codeOf(() => modify('7'))).toBe('InvalidLaunchTemplateId.VersionNotFound');
});

test('versions come newest first, page by page and by range', async () => {
  for (const digit of ['1', '2', '3', '4']) await addVersion(image(digit));
  const numbers = async (input: object) => (await versions(input))?.map((one) => one.VersionNumber);
  expect(await numbers({})).toEqual([5, 4, 3, 2, 1]);
  expect(await numbers({ MinVersion: '2', MaxVersion: '3' })).toEqual([3, 2]);
  expect(await numbers({ MaxResults: 2 })).toEqual([5, 4]);
});

test('the default version is not deleted with others, and an unknown one is named', async () => {
  await addVersion(image('1'));
  const answer = await region.ec2.DeleteLaunchTemplateVersions({
    LaunchTemplateId: id,
    Versions: ['1', '2', '9'],
  });
  expect(answer.SuccessfullyDeletedLaunchTemplateVersions?.map((one) => one.VersionNumber)).toEqual([2]);
  expect(
    answer.UnsuccessfullyDeletedLaunchTemplateVersions?.map((one) => [
      one.VersionNumber,
      one.ResponseError?.Code,
    ]),
  ).toEqual([
    [1, 'unexpectedError'],
    [9, 'launchTemplateVersionDoesNotExist'],
  ]);
});

test('a deleted version number is not given again', async () => {
  await addVersion(image('1'));
  await region.ec2.DeleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: ['2'] });
  expect(await addVersion(image('2'))).toBe(3);
});

test('a name is taken once, and an unknown one is refused', async () => {
  const create = (LaunchTemplateName: string) =>
    codeOf(() =>
      region.ec2.CreateLaunchTemplate({
        LaunchTemplateName,
        LaunchTemplateData: { InstanceType: 't3.micro' },
      }),
    );
  expect(await create('fleet-web')).toBe('InvalidLaunchTemplateName.AlreadyExistsException');
  expect(await create('a b c')).toBe('InvalidLaunchTemplateName.MalformedException');
  const remove = (LaunchTemplateName: string) =>
    codeOf(() => region.ec2.DeleteLaunchTemplate({ LaunchTemplateName }));
  expect(await remove('nobody')).toBe('InvalidLaunchTemplateName.NotFoundException');
});

test('the same client token makes one version', async () => {
  const create = async () =>
    (
      await region.ec2.CreateLaunchTemplateVersion({
        LaunchTemplateId: id,
        ClientToken: 'build-1',
        LaunchTemplateData: { ImageId: image('1') },
      })
    ).LaunchTemplateVersion?.VersionNumber;
  expect(await Promise.all([create(), create()])).toEqual([2, 2]);
});

test('an instance says by its tags which version it was launched from, also when that was the latest', async () => {
  await addVersion(region.amazonImage, '1');
  const { Instances } = await region.ec2.RunInstances({
    LaunchTemplate: { LaunchTemplateId: id, Version: '$Latest' },
    MinCount: 1,
    MaxCount: 1,
  });
  expect(Instances?.[0]?.Tags).toEqual([
    { Key: 'aws:ec2launchtemplate:id', Value: id },
    { Key: 'aws:ec2launchtemplate:version', Value: '2' },
  ]);
  const Filters = [{ Name: 'tag:aws:ec2launchtemplate:id', Values: [id] }];
  expect((await region.ec2.DescribeInstances({ Filters })).Reservations).toHaveLength(1);
});

test('an alias that leads nowhere makes no version', async () => {
  const create = () =>
    region.ec2.CreateLaunchTemplateVersion({
      LaunchTemplateId: id,
      ResolveAlias: true,
      LaunchTemplateData: { ImageId: 'resolve:ssm:/nobody/image' },
    });
  expect(await codeOf(create)).toBe('InvalidParameterValue');
  expect(await versions({})).toHaveLength(1);
});

test('versions are deleted by number only, and none of a list with another word', async () => {
  await addVersion(image('1'));
  const remove = (Versions: string[]) =>
    region.ec2.DeleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions });
  expect(await codeOf(() => remove(['2', '$Latest']))).toBe('InvalidParameterValue');
  expect(await versions({})).toHaveLength(2);
});

test('a description is not longer than AWS allows', async () => {
  const create = (VersionDescription: string) =>
    region.ec2.CreateLaunchTemplateVersion({
      LaunchTemplateId: id,
      VersionDescription,
      LaunchTemplateData: { ImageId: image('1') },
    });
  expect(await codeOf(() => create('d'.repeat(256)))).toBe('InvalidParameterValue');
  expect((await create('d'.repeat(255))).LaunchTemplateVersion?.VersionNumber).toBe(2);
});

test('a template of what an instance has launches another like it', async () => {
  const like = {
    ImageId: region.amazonImage,
    InstanceType: 't3.small' as const,
    UserData: Buffer.from('#!/bin/bash').toString('base64'),
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }],
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'site', Value: 'web' }] }],
  };
  const { Instances } = await region.ec2.RunInstances({ MinCount: 1, MaxCount: 1, ...like });
  const data = (await region.ec2.GetLaunchTemplateData({ InstanceId: Instances?.[0]?.InstanceId }))
    .LaunchTemplateData;
  expect(data).toMatchObject({
    ImageId: like.ImageId,
    InstanceType: 't3.small',
    UserData: like.UserData,
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 20, VolumeType: 'gp3', Iops: 3000 } }],
    NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, DeleteOnTermination: true }],
    MetadataOptions: { HttpTokens: 'required' },
    TagSpecifications: like.TagSpecifications,
  });
  const { LaunchTemplate } = await region.ec2.CreateLaunchTemplate({
    LaunchTemplateName: 'alike',
    LaunchTemplateData: data as RequestLaunchTemplateData,
  });
  const again = await region.ec2.RunInstances({
    LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId },
    MinCount: 1,
    MaxCount: 1,
  });
  expect(again.Instances?.[0]).toMatchObject({
    InstanceType: 't3.small',
    SubnetId: Instances?.[0]?.SubnetId,
    Tags: expect.arrayContaining([{ Key: 'site', Value: 'web' }]),
  });
  expect(await codeOf(() => region.ec2.GetLaunchTemplateData({ InstanceId: 'i-00000000000000000' }))).toBe(
    'InvalidInstanceID.NotFound',
  );
});

test('templates are listed by name, and without tags they show none', async () => {
  const list = (...LaunchTemplateNames: string[]) =>
    region.ec2.DescribeLaunchTemplates({ LaunchTemplateNames });
  const [shown] = (await list('fleet-web')).LaunchTemplates ?? [];
  expect(shown).toMatchObject({ LaunchTemplateId: id, DefaultVersionNumber: 1, LatestVersionNumber: 1 });
  expect(shown).not.toHaveProperty('Tags');
  await expect(list('fleet-web', 'nobody')).rejects.toMatchObject({
    name: 'InvalidLaunchTemplateName.NotFoundException',
    message: 'At least one of the launch templates specified in the request does not exist.',
  });
});

test('a version may name an image that is none', async () => {
  expect(await addVersion('ami-def456')).toBe(2);
  expect((await versions({ Versions: ['2'] }))?.[0]?.LaunchTemplateData).toEqual({ ImageId: 'ami-def456' });
});

test('without a template the latest and the default versions of all are described, and no numbers', async () => {
  const { ec2 } = region;
  await addVersion(image('1'));
  const { LaunchTemplateVersions } = await ec2.DescribeLaunchTemplateVersions({ Versions: ['$Latest'] });
  expect(LaunchTemplateVersions).toMatchObject([{ LaunchTemplateId: id, VersionNumber: 2 }]);
  const message = expect.stringMatching(
    /^To describe the launch template data for all .* version numbers\.$/,
  );
  const describe = (input: object) => expect(ec2.DescribeLaunchTemplateVersions(input)).rejects;
  await describe({ Versions: ['1'] }).toMatchObject({ name: 'InvalidParameterValue', message });
  await describe({}).toMatchObject({ name: 'MissingParameter', message });
});

test('a template that is modified is named one way, and its version is there', async () => {
  const modify = (input: object) =>
    expect(region.ec2.ModifyLaunchTemplate({ DefaultVersion: '2', ...input })).rejects;
  await modify({ LaunchTemplateId: 'template', LaunchTemplateName: 'fleet-web' }).toMatchObject({
    name: 'InvalidParameterCombination',
    message: 'Either provide launch template ID or launch template name to modify the template.',
  });
  await modify({ LaunchTemplateId: id }).toMatchObject({
    name: 'InvalidLaunchTemplateId.VersionNotFound',
    message: 'The launch template version 2 is not found for the specified launch template.',
  });
});

test('an alias is the image of now to those who ask, and itself to others', async () => {
  const alias = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  await addVersion(alias);
  const shown = async (ResolveAlias: boolean) =>
    (await versions({ Versions: ['2'], ResolveAlias }))?.[0]?.LaunchTemplateData?.ImageId;
  expect(await shown(false)).toBe(alias);
  expect(await shown(true)).toBe(region.amazonImage);
});
