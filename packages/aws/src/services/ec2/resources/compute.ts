import {
  type _InstanceType,
  type BlockDeviceMapping,
  BlockDeviceMapping$,
  type InstanceNetworkInterfaceSpecification,
  InstanceNetworkInterfaceSpecification$,
  type RequestLaunchTemplateData,
  RequestLaunchTemplateData$,
  type TagSpecification,
  TagSpecification$,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { flag, number, oneOf, shape, tags, text } from '../../cloudformation/resources/properties';
import { type ResourceType, resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

const launchTemplate = resource({
  properties: z.strictObject({
    LaunchTemplateData: shape<RequestLaunchTemplateData>(RequestLaunchTemplateData$),
    LaunchTemplateName: text.optional(),
    TagSpecifications: z.array(shape<TagSpecification>(TagSpecification$)).optional(),
    VersionDescription: text.optional(),
  }),
  attributes: ['LaunchTemplateId', 'DefaultVersionNumber', 'LatestVersionNumber'],
  replaceOn: ['LaunchTemplateName', 'TagSpecifications'],
  name: 'LaunchTemplateName',
  async create(properties, context) {
    const own = (properties.TagSpecifications ?? []).flatMap(({ Tags = [] }) => Tags);
    const inherited = context.tags.filter(({ Key }) => !own.some((tag) => tag.Key === Key));
    const { LaunchTemplate } = await context.aws.ec2.CreateLaunchTemplate({
      LaunchTemplateName: properties.LaunchTemplateName ?? context.physicalName({ max: 128 }),
      LaunchTemplateData: properties.LaunchTemplateData,
      VersionDescription: properties.VersionDescription,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [...own, ...inherited] }],
    });
    const id = LaunchTemplate?.LaunchTemplateId ?? '';
    return {
      id,
      attributes: {
        LaunchTemplateId: id,
        DefaultVersionNumber: String(LaunchTemplate?.DefaultVersionNumber),
        LatestVersionNumber: String(LaunchTemplate?.LatestVersionNumber),
      },
    };
  },
  async update(id, next, _previous, { aws }) {
    await aws.ec2.CreateLaunchTemplateVersion({
      LaunchTemplateId: id,
      LaunchTemplateData: next.LaunchTemplateData,
      VersionDescription: next.VersionDescription,
    });
    const { LaunchTemplates = [] } = await aws.ec2.DescribeLaunchTemplates({ LaunchTemplateIds: [id] });
    return {
      attributes: {
        DefaultVersionNumber: String(LaunchTemplates[0]?.DefaultVersionNumber),
        LatestVersionNumber: String(LaunchTemplates[0]?.LatestVersionNumber),
      },
    };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteLaunchTemplate({ LaunchTemplateId: id }),
  retag: retagEc2,
});

const instance = resource({
  properties: z.strictObject({
    AvailabilityZone: text.optional(),
    BlockDeviceMappings: z.array(shape<BlockDeviceMapping>(BlockDeviceMapping$)).optional(),
    DisableApiTermination: flag.optional(),
    EbsOptimized: flag.optional(),
    IamInstanceProfile: text.optional(),
    ImageId: text.optional(),
    InstanceInitiatedShutdownBehavior: oneOf<'stop' | 'terminate'>().optional(),
    InstanceType: oneOf<_InstanceType>().optional(),
    KeyName: text.optional(),
    LaunchTemplate: z
      .strictObject({
        LaunchTemplateId: text.optional(),
        LaunchTemplateName: text.optional(),
        Version: text,
      })
      .optional(),
    Monitoring: flag.optional(),
    NetworkInterfaces: z
      .array(shape<InstanceNetworkInterfaceSpecification>(InstanceNetworkInterfaceSpecification$))
      .optional(),
    PrivateIpAddress: text.optional(),
    SecurityGroupIds: z.array(text).optional(),
    SecurityGroups: z.array(text).optional(),
    SourceDestCheck: flag.optional(),
    SubnetId: text.optional(),
    Tags: tags.optional(),
    Tenancy: oneOf<'default' | 'dedicated' | 'host'>().optional(),
    UserData: text.optional(),
  }),
  attributes: [
    'InstanceId',
    'AvailabilityZone',
    'PrivateDnsName',
    'PrivateIp',
    'PublicDnsName',
    'PublicIp',
    'VpcId',
  ],
  replaceOn: [
    'AvailabilityZone',
    'BlockDeviceMappings',
    'EbsOptimized',
    'ImageId',
    'InstanceType',
    'KeyName',
    'LaunchTemplate',
    'NetworkInterfaces',
    'PrivateIpAddress',
    'SecurityGroups',
    'SubnetId',
    'Tenancy',
    'UserData',
    'IamInstanceProfile',
    'Monitoring',
  ],
  async create(properties, context) {
    const { aws } = context;
    const { AvailabilityZone, IamInstanceProfile, Monitoring, SourceDestCheck, Tags, Tenancy, ...input } =
      properties;
    const { Instances = [] } = await aws.ec2.RunInstances({
      ...input,
      MinCount: 1,
      MaxCount: 1,
      ...((AvailabilityZone !== undefined || Tenancy !== undefined) && {
        Placement: { AvailabilityZone, Tenancy },
      }),
      ...(IamInstanceProfile !== undefined && { IamInstanceProfile: { Name: IamInstanceProfile } }),
      ...(Monitoring !== undefined && { Monitoring: { Enabled: Monitoring } }),
      TagSpecifications: tagSpecifications('instance', context),
    });
    const id = Instances[0]?.InstanceId ?? '';
    context.made(id);
    if (SourceDestCheck !== undefined)
      await aws.ec2.ModifyInstanceAttribute({ InstanceId: id, SourceDestCheck: { Value: SourceDestCheck } });
    const running = await context.until(async () => {
      const { Reservations = [] } = await aws.ec2.DescribeInstances({ InstanceIds: [id] });
      const found = Reservations[0]?.Instances?.[0];
      const state = found?.State?.Name;
      if (state === 'terminated' || state === 'shutting-down')
        throw new Error(
          `Instance ${id} failed to stabilize. Current state: ${state}. Reason: ${found?.StateReason?.Message}`,
        );
      return state === 'running' ? found : undefined;
    });
    await context.signals();
    return {
      id,
      attributes: {
        InstanceId: id,
        AvailabilityZone: running.Placement?.AvailabilityZone,
        PrivateDnsName: running.PrivateDnsName,
        PrivateIp: running.PrivateIpAddress,
        PublicDnsName: running.PublicDnsName ?? '',
        PublicIp: running.PublicIpAddress ?? '',
        VpcId: running.VpcId,
      },
    };
  },
  async update(id, next, previous, { aws }) {
    if (next.DisableApiTermination !== previous.DisableApiTermination)
      await aws.ec2.ModifyInstanceAttribute({
        InstanceId: id,
        DisableApiTermination: { Value: next.DisableApiTermination ?? false },
      });
    if (next.SourceDestCheck !== previous.SourceDestCheck)
      await aws.ec2.ModifyInstanceAttribute({
        InstanceId: id,
        SourceDestCheck: { Value: next.SourceDestCheck ?? true },
      });
    if (next.SecurityGroupIds && next.SecurityGroupIds.join() !== previous.SecurityGroupIds?.join())
      await aws.ec2.ModifyInstanceAttribute({ InstanceId: id, Groups: next.SecurityGroupIds });
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.ec2.TerminateInstances({ InstanceIds: [id] });
    await context.until(async () => {
      const { Reservations = [] } = await context.aws.ec2.DescribeInstances({ InstanceIds: [id] });
      const state = Reservations[0]?.Instances?.[0]?.State?.Name;
      return state === undefined || state === 'terminated' ? true : undefined;
    });
  },
  retag: retagEc2,
});

const keyPair = resource({
  properties: z.strictObject({
    KeyFormat: oneOf<'pem' | 'ppk'>().optional(),
    KeyName: text,
    KeyType: oneOf<'rsa' | 'ed25519'>().optional(),
    PublicKeyMaterial: text.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['KeyFingerprint', 'KeyPairId'],
  name: 'KeyName',
  async create(properties, context) {
    const { aws, region, accountId } = context;
    const { KeyName, PublicKeyMaterial } = properties;
    const TagSpecifications = tagSpecifications('key-pair', context);
    if (PublicKeyMaterial !== undefined) {
      const { KeyFingerprint, KeyPairId } = await aws.ec2.ImportKeyPair({
        KeyName,
        PublicKeyMaterial: Buffer.from(PublicKeyMaterial),
        TagSpecifications,
      });
      return { id: KeyName, attributes: { KeyFingerprint, KeyPairId } };
    }
    const made = await aws.ec2.CreateKeyPair({
      KeyName,
      KeyFormat: properties.KeyFormat,
      KeyType: properties.KeyType,
      TagSpecifications,
    });
    context.made(KeyName);
    // AWS keeps the private half in the Parameter Store, under the pair's id.
    await aws.ssm.PutParameter({
      Name: `/ec2/keypair/${made.KeyPairId}`,
      Type: 'SecureString',
      Value: made.KeyMaterial,
      Description: `Private key of ${KeyName} in ${region} of ${accountId}`,
    });
    return { id: KeyName, attributes: { KeyFingerprint: made.KeyFingerprint, KeyPairId: made.KeyPairId } };
  },
  async delete(id, properties, { aws }) {
    const { KeyPairs = [] } = await aws.ec2.DescribeKeyPairs({ KeyNames: [id] });
    if (properties.PublicKeyMaterial === undefined && KeyPairs[0]?.KeyPairId !== undefined)
      await aws.ssm.DeleteParameter({ Name: `/ec2/keypair/${KeyPairs[0].KeyPairId}` });
    await aws.ec2.DeleteKeyPair({ KeyName: id });
  },
});

const volume = resource({
  properties: z.strictObject({
    AvailabilityZone: text,
    Encrypted: flag.optional(),
    Iops: number.optional(),
    Size: number.optional(),
    SnapshotId: text.optional(),
    Tags: tags.optional(),
    Throughput: number.optional(),
    VolumeType: oneOf<'gp2' | 'gp3' | 'io1' | 'io2' | 'standard' | 'st1' | 'sc1'>().optional(),
  }),
  attributes: ['VolumeId'],
  async create({ Tags, ...input }, context) {
    const { VolumeId: id = '' } = await context.aws.ec2.CreateVolume({
      ...input,
      TagSpecifications: tagSpecifications('volume', context),
    });
    context.made(id);
    await context.until(async () => {
      const { Volumes = [] } = await context.aws.ec2.DescribeVolumes({ VolumeIds: [id] });
      return Volumes[0]?.State === 'available' ? true : undefined;
    });
    return { id, attributes: { VolumeId: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteVolume({ VolumeId: id }),
  retag: retagEc2,
});

/** AWS::EC2, what runs. */
export const ec2ComputeTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::EC2::Instance': instance,
  'AWS::EC2::KeyPair': keyPair,
  'AWS::EC2::Volume': volume,
};
