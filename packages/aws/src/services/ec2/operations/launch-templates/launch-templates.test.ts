import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
let id: string;
beforeEach(() => {
  born = bearEc2({ scale: 1 });
  const { LaunchTemplate } = born.operations.CreateLaunchTemplate(
    {
      LaunchTemplateName: 'kiln-fleet-web',
      LaunchTemplateData: { ImageId: born.amazonImage, InstanceType: 't3.micro' },
    },
    born.call,
  );
  id = LaunchTemplate?.LaunchTemplateId ?? '';
});
afterEach(() => born.dispose());

function addVersion(ImageId: string, SourceVersion?: string): number | undefined {
  const { LaunchTemplateVersion } = born.operations.CreateLaunchTemplateVersion(
    { LaunchTemplateId: id, SourceVersion, LaunchTemplateData: { ImageId } },
    born.call,
  );
  return LaunchTemplateVersion?.VersionNumber;
}

const versions = (input: object) =>
  born.operations.DescribeLaunchTemplateVersions({ LaunchTemplateId: id, ...input }, born.call)
    .LaunchTemplateVersions;

const image = (digit: string) => `ami-0${digit.repeat(16)}`;

test('a new version inherits from its source what it does not say itself', () => {
  addVersion(image('1'), '1');
  expect(versions({ Versions: ['$Latest'] })?.[0]).toMatchObject({
    VersionNumber: 2,
    DefaultVersion: false,
    LaunchTemplateData: { ImageId: image('1'), InstanceType: 't3.micro' },
  });
  addVersion(image('2'));
  expect(versions({ Versions: ['3'] })?.[0]?.LaunchTemplateData).toEqual({ ImageId: image('2') });
});

test('the default version moves only when it is told to, and only to one that is there', async () => {
  addVersion(image('1'));
  const modify = (DefaultVersion: string) =>
    born.operations.ModifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion }, born.call).LaunchTemplate;
  expect(versions({ Versions: ['$Default'] })?.[0]?.VersionNumber).toBe(1);
  expect(modify('2')).toMatchObject({ DefaultVersionNumber: 2, LatestVersionNumber: 2 });
  expect(await codeOf(() => modify('7'))).toBe('InvalidLaunchTemplateId.VersionNotFound');
});

test('versions come newest first, page by page and by range', () => {
  for (const digit of ['1', '2', '3', '4']) addVersion(image(digit));
  const numbers = (input: object) => versions(input)?.map((one) => one.VersionNumber);
  expect(numbers({})).toEqual([5, 4, 3, 2, 1]);
  expect(numbers({ MinVersion: '2', MaxVersion: '3' })).toEqual([3, 2]);
  expect(numbers({ MaxResults: 2 })).toEqual([5, 4]);
});

test('the default version is not deleted with others, and an unknown one is named', () => {
  addVersion(image('1'));
  const answer = born.operations.DeleteLaunchTemplateVersions(
    { LaunchTemplateId: id, Versions: ['1', '2', '9'] },
    born.call,
  );
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

test('a deleted version number is not given again', () => {
  addVersion(image('1'));
  born.operations.DeleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: ['2'] }, born.call);
  expect(addVersion(image('2'))).toBe(3);
});

test('a name is taken once, and an unknown one is refused', async () => {
  const create = (LaunchTemplateName: string) =>
    codeOf(() =>
      born.operations.CreateLaunchTemplate(
        { LaunchTemplateName, LaunchTemplateData: { InstanceType: 't3.micro' } },
        born.call,
      ),
    );
  expect(await create('kiln-fleet-web')).toBe('InvalidLaunchTemplateName.AlreadyExistsException');
  expect(await create('a b c')).toBe('InvalidLaunchTemplateName.MalformedException');
  const remove = (LaunchTemplateName: string) =>
    codeOf(() => born.operations.DeleteLaunchTemplate({ LaunchTemplateName }, born.call));
  expect(await remove('nobody')).toBe('InvalidLaunchTemplateName.NotFoundException');
});

test('the same client token makes one version', () => {
  const create = () =>
    born.operations.CreateLaunchTemplateVersion(
      { LaunchTemplateId: id, ClientToken: 'build-1', LaunchTemplateData: { ImageId: image('1') } },
      born.call,
    ).LaunchTemplateVersion?.VersionNumber;
  expect([create(), create()]).toEqual([2, 2]);
});

test('an instance says by its tags which version it was launched from, also when that was the latest', () => {
  addVersion(born.amazonImage, '1');
  const { Instances } = born.operations.RunInstances(
    { LaunchTemplate: { LaunchTemplateId: id, Version: '$Latest' }, MinCount: 1, MaxCount: 1 },
    born.call,
  );
  expect(Instances?.[0]?.Tags).toEqual([
    { Key: 'aws:ec2launchtemplate:id', Value: id },
    { Key: 'aws:ec2launchtemplate:version', Value: '2' },
  ]);
  const Filters = [{ Name: 'tag:aws:ec2launchtemplate:id', Values: [id] }];
  expect(born.operations.DescribeInstances({ Filters }, born.call).Reservations).toHaveLength(1);
});

test('an alias that leads nowhere makes no version', async () => {
  const create = () =>
    born.operations.CreateLaunchTemplateVersion(
      {
        LaunchTemplateId: id,
        ResolveAlias: true,
        LaunchTemplateData: { ImageId: 'resolve:ssm:/nobody/image' },
      },
      born.call,
    );
  expect(await codeOf(create)).toBe('InvalidParameterValue');
  expect(versions({})).toHaveLength(1);
});

test('versions are deleted by number only, and none of a list with another word', async () => {
  addVersion(image('1'));
  const remove = (Versions: string[]) =>
    born.operations.DeleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions }, born.call);
  expect(await codeOf(() => remove(['2', '$Latest']))).toBe('InvalidParameterValue');
  expect(versions({})).toHaveLength(2);
});

test('a description is not longer than AWS allows', async () => {
  const create = (VersionDescription: string) =>
    born.operations.CreateLaunchTemplateVersion(
      { LaunchTemplateId: id, VersionDescription, LaunchTemplateData: { ImageId: image('1') } },
      born.call,
    );
  expect(await codeOf(() => create('d'.repeat(256)))).toBe('InvalidParameterValue');
  expect(create('d'.repeat(255)).LaunchTemplateVersion?.VersionNumber).toBe(2);
});

test('a template of what an instance has launches another like it', async () => {
  const { operations, call } = born;
  const like = {
    ImageId: born.amazonImage,
    InstanceType: 't3.small' as const,
    UserData: Buffer.from('#!/bin/bash').toString('base64'),
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }],
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'site', Value: 'web' }] }],
  };
  const { Instances } = operations.RunInstances({ MinCount: 1, MaxCount: 1, ...like }, call);
  const data = operations.GetLaunchTemplateData(
    { InstanceId: Instances?.[0]?.InstanceId },
    call,
  ).LaunchTemplateData;
  expect(data).toMatchObject({
    ImageId: like.ImageId,
    InstanceType: 't3.small',
    UserData: like.UserData,
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 20, VolumeType: 'gp3', Iops: 3000 } }],
    NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, DeleteOnTermination: true }],
    MetadataOptions: { HttpTokens: 'required' },
    TagSpecifications: like.TagSpecifications,
  });
  const { LaunchTemplate } = operations.CreateLaunchTemplate(
    { LaunchTemplateName: 'alike', LaunchTemplateData: data as RequestLaunchTemplateData },
    call,
  );
  const again = operations.RunInstances(
    { LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId }, MinCount: 1, MaxCount: 1 },
    call,
  );
  expect(again.Instances?.[0]).toMatchObject({
    InstanceType: 't3.small',
    SubnetId: Instances?.[0]?.SubnetId,
    Tags: expect.arrayContaining([{ Key: 'site', Value: 'web' }]),
  });
  expect(
    await codeOf(() => operations.GetLaunchTemplateData({ InstanceId: 'i-00000000000000000' }, call)),
  ).toBe('InvalidInstanceID.NotFound');
});
