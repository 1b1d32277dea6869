import { type RunInstancesCommandInput, RunInstancesRequest$ } from '@aws-sdk/client-ec2';
import { type PropertiesOf, type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { isEqual } from '../../cloudformation/resources/values';
import { retagEc2, tagSpecifications } from './tags';

type Instance = PropertiesOf<'AWS::EC2::Instance'>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-instance.html */
export const instance = resource('AWS::EC2::Instance', {
  handles: [
    'AvailabilityZone',
    'BlockDeviceMappings',
    'DisableApiTermination',
    'EbsOptimized',
    'IamInstanceProfile',
    'ImageId',
    'InstanceInitiatedShutdownBehavior',
    'InstanceType',
    'KeyName',
    'LaunchTemplate',
    'MetadataOptions',
    'Monitoring',
    'NetworkInterfaces',
    'PrivateIpAddress',
    'SecurityGroupIds',
    'SecurityGroups',
    'SourceDestCheck',
    'SubnetId',
    'Tags',
    'Tenancy',
    'UserData',
  ],
  creationPolicies: ['ResourceSignal'],
  // Every network is a VPC, where the groups of an instance can be changed.
  replacesWhen: (property) => property !== 'SecurityGroupIds',
  async create(properties, context) {
    const { aws } = context;
    const { Instances = [] } = await aws.ec2.RunInstances(toInput(properties, context));
    const id = Instances[0]?.InstanceId ?? '';
    context.made(id);
    const { SourceDestCheck } = properties;
    if (SourceDestCheck !== undefined)
      await aws.ec2.ModifyInstanceAttribute({ InstanceId: id, SourceDestCheck: { Value: SourceDestCheck } });
    const running = await awaitRunning(id, context);
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
        State: { Code: String(running.State?.Code), Name: running.State?.Name },
        VpcId: running.VpcId,
      },
    };
  },
  async update(id, next, previous, context) {
    await updateAttributes(id, next, previous, context);
    const { aws } = context;
    if (next.Monitoring !== previous.Monitoring) {
      if (next.Monitoring) await aws.ec2.MonitorInstances({ InstanceIds: [id] });
      else await aws.ec2.UnmonitorInstances({ InstanceIds: [id] });
    }
    if (next.IamInstanceProfile !== previous.IamInstanceProfile)
      await replaceProfile(id, next.IamInstanceProfile, context);
    if (!isEqual(next.MetadataOptions, previous.MetadataOptions))
      await aws.ec2.ModifyInstanceMetadataOptions({ InstanceId: id, ...next.MetadataOptions });
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.ec2.TerminateInstances({ InstanceIds: [id] });
    await context.until(async () => {
      const state = (await describe(id, context))?.State?.Name;
      return state === undefined || state === 'terminated' ? true : undefined;
    });
  },
  retag: retagEc2,
});

/** The properties in the form of RunInstances, which has other names for some. */
function toInput(properties: Instance, context: ResourceContext): RunInstancesCommandInput {
  const {
    AvailabilityZone,
    BlockDeviceMappings,
    IamInstanceProfile,
    Monitoring,
    NetworkInterfaces,
    SourceDestCheck,
    Tags,
    Tenancy,
    ...input
  } = properties;
  const isPlaced = AvailabilityZone !== undefined || Tenancy !== undefined;
  return toShape<RunInstancesCommandInput>(RunInstancesRequest$, {
    ...input,
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: BlockDeviceMappings?.map(({ NoDevice, ...device }) => ({
      ...device,
      ...(NoDevice !== undefined && { NoDevice: '' }),
    })),
    NetworkInterfaces: NetworkInterfaces?.map(({ GroupSet, ...card }) => ({
      ...card,
      Groups: GroupSet,
    })),
    Placement: isPlaced ? { AvailabilityZone, Tenancy } : undefined,
    IamInstanceProfile: IamInstanceProfile === undefined ? undefined : { Name: IamInstanceProfile },
    Monitoring: Monitoring === undefined ? undefined : { Enabled: Monitoring },
    TagSpecifications: tagSpecifications('instance', context),
  });
}

async function describe(id: string, { aws }: ResourceContext) {
  const { Reservations = [] } = await aws.ec2.DescribeInstances({ InstanceIds: [id] });
  return Reservations[0]?.Instances?.[0];
}

function awaitRunning(id: string, context: ResourceContext) {
  return context.until(async () => {
    const found = await describe(id, context);
    const state = found?.State?.Name;
    if (state === 'terminated' || state === 'shutting-down')
      throw new Error(
        `Instance ${id} failed to stabilize. Current state: ${state}. Reason: ${found?.StateReason?.Message}`,
      );
    return state === 'running' ? found : undefined;
  });
}

/** EC2 takes one attribute a call. */
async function updateAttributes(
  InstanceId: string,
  next: Instance,
  previous: Instance,
  { aws }: ResourceContext,
): Promise<void> {
  const set = aws.ec2.ModifyInstanceAttribute;
  if (next.DisableApiTermination !== previous.DisableApiTermination)
    await set({ InstanceId, DisableApiTermination: { Value: next.DisableApiTermination ?? false } });
  if (next.InstanceInitiatedShutdownBehavior !== previous.InstanceInitiatedShutdownBehavior)
    await set({
      InstanceId,
      InstanceInitiatedShutdownBehavior: { Value: next.InstanceInitiatedShutdownBehavior ?? 'stop' },
    });
  if (next.SourceDestCheck !== previous.SourceDestCheck)
    await set({ InstanceId, SourceDestCheck: { Value: next.SourceDestCheck ?? true } });
  if (next.SecurityGroupIds && !isEqual(next.SecurityGroupIds, previous.SecurityGroupIds))
    await set({ InstanceId, Groups: next.SecurityGroupIds });
}

async function replaceProfile(
  InstanceId: string,
  Name: string | undefined,
  { aws }: ResourceContext,
): Promise<void> {
  const { IamInstanceProfileAssociations = [] } = await aws.ec2.DescribeIamInstanceProfileAssociations({
    Filters: [
      { Name: 'instance-id', Values: [InstanceId] },
      { Name: 'state', Values: ['associating', 'associated'] },
    ],
  });
  const AssociationId = IamInstanceProfileAssociations[0]?.AssociationId;
  if (Name === undefined) {
    if (AssociationId !== undefined) await aws.ec2.DisassociateIamInstanceProfile({ AssociationId });
  } else if (AssociationId === undefined)
    await aws.ec2.AssociateIamInstanceProfile({ InstanceId, IamInstanceProfile: { Name } });
  else await aws.ec2.ReplaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile: { Name } });
}
