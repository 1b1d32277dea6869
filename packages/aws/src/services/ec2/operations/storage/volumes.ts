import type { VolumeModification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { durations } from '../../../../core/durations';
import { resourceId } from '../../../../core/ids';
import { zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tags';
import type { VolumeRecord } from '../../records/storage';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Ec2Operations, Ec2State } from '../../state';
import { performanceOf, planVolume, type VolumePlan } from '../../storage/block-devices';
import { encryptionKey } from './encryption';

const modificationFilters: FilterTable<VolumeModification> = {
  'modification-state': (one) => one.ModificationState,
  'original-iops': (one) => one.OriginalIops,
  'original-size': (one) => one.OriginalSize,
  'original-volume-type': (one) => one.OriginalVolumeType,
  'start-time': (one) => one.StartTime,
  'target-iops': (one) => one.TargetIops,
  'target-size': (one) => one.TargetSize,
  'target-volume-type': (one) => one.TargetVolumeType,
  'volume-id': (one) => one.VolumeId,
};

/** EBS volumes. */
export function volumeOperations(state: Ec2State) {
  return {
    CreateVolume(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['volume'], call);
      if (!input.AvailabilityZone && !input.AvailabilityZoneId) {
        throw new AwsError('MissingParameter', 'The request must contain the parameter availabilityZone');
      }
      const zone = zonesOf(state.context.region).find(
        (one) => one.name === input.AvailabilityZone || one.id === input.AvailabilityZoneId,
      );
      if (!zone) {
        throw new AwsError(
          'InvalidZone.NotFound',
          `The zone '${input.AvailabilityZone ?? input.AvailabilityZoneId ?? ''}' does not exist.`,
        );
      }
      const { Size: VolumeSize, SnapshotId, VolumeType, Iops, Throughput, Encrypted, KmsKeyId } = input;
      const plan = planVolume(
        state,
        '',
        { VolumeSize, SnapshotId, VolumeType, Iops, Throughput, Encrypted, KmsKeyId },
        false,
      );
      const { VolumeId } = state.tokens.once('CreateVolume', input, () => {
        const made = createVolume(state, plan, zone.name);
        state.tags.add(made.VolumeId, tagsFor('volume'));
        state.context.clock.after(durations.volumeAvailable.seconds, () => {
          if (made.State === 'creating') made.State = 'available';
        });
        return made;
      });
      const volume = state.volumes.require(VolumeId);
      return { ...showVolume(volume), Tags: state.tags.of(VolumeId) };
    },
    DescribeVolumes(input) {
      refuseIdsWithPages('volumeSet', input.VolumeIds, input.MaxResults);
      const { items, NextToken } = state.volumes.describe(input, input.VolumeIds, { min: 1, max: 1000 });
      return { Volumes: items.map(showVolume), NextToken };
    },
    DeleteVolume(input) {
      const volume = state.volumes.require(input.VolumeId);
      const [attachment] = volume.Attachments;
      if (attachment) {
        throw new AwsError(
          'VolumeInUse',
          `Volume ${volume.VolumeId} is currently attached to ${attachment.InstanceId}`,
        );
      }
      state.volumes.delete(volume.VolumeId);
      return {};
    },
    AttachVolume(input) {
      const volume = state.volumes.require(input.VolumeId);
      const instance = state.instances.require(input.InstanceId);
      const device = input.Device ?? '';
      if (volume.State !== 'available') {
        throw new AwsError(
          volume.State === 'in-use' ? 'VolumeInUse' : 'IncorrectState',
          `${volume.VolumeId} is ${volume.State === 'in-use' ? 'already attached to an instance' : "not 'available'."}`,
        );
      }
      if (instance.state !== 'running' && instance.state !== 'stopped') {
        throw new AwsError('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
      }
      if (instance.zone !== volume.AvailabilityZone) {
        throw new AwsError(
          'InvalidVolume.ZoneMismatch',
          `The volume '${volume.VolumeId}' is not in the same availability zone as instance '${instance.id}'`,
        );
      }
      if (instance.volumes.has(device)) {
        throw new AwsError(
          'InvalidParameterValue',
          `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
        );
      }
      const attachTime = state.context.clock.now();
      const attachment = {
        InstanceId: instance.id,
        VolumeId: volume.VolumeId,
        Device: device,
        State: 'attached' as const,
        AttachTime: attachTime,
        DeleteOnTermination: false,
      };
      volume.State = 'in-use';
      volume.Attachments = [attachment];
      instance.volumes.set(device, { volumeId: volume.VolumeId, deleteOnTermination: false, attachTime });
      return { ...attachment, State: 'attaching' as const };
    },
    DetachVolume(input) {
      const volume = state.volumes.require(input.VolumeId);
      const [attachment] = volume.Attachments;
      if (!attachment || (input.InstanceId && input.InstanceId !== attachment.InstanceId)) {
        throw new AwsError('IncorrectState', `Volume '${volume.VolumeId}' is in the 'available' state.`);
      }
      const instance = state.instances.require(attachment.InstanceId);
      const device = attachment.Device ?? '';
      if (device === instance.rootDeviceName && instance.state !== 'stopped') {
        throw new AwsError(
          'OperationNotPermitted',
          `Unable to detach root volume '${volume.VolumeId}' from instance '${instance.id}'`,
        );
      }
      instance.volumes.delete(device);
      volume.Attachments = [];
      volume.State = 'available';
      return { ...attachment, State: 'detaching' as const };
    },
    ModifyVolume(input) {
      const volume = state.volumes.require(input.VolumeId);
      const size = input.Size ?? volume.Size;
      if (size < volume.Size) {
        throw new AwsError('InvalidParameterValue', `New size cannot be smaller than existing size`);
      }
      // A volume that stays of its type keeps the performance that it has.
      const isSameType = (input.VolumeType ?? volume.VolumeType) === volume.VolumeType;
      const kept = isSameType
        ? performanceOf({ type: volume.VolumeType, iops: volume.Iops, throughput: volume.Throughput })
        : {};
      const plan = planVolume(
        state,
        '',
        {
          VolumeSize: size,
          VolumeType: input.VolumeType ?? volume.VolumeType,
          Iops: input.Iops ?? kept.Iops,
          Throughput: input.Throughput ?? kept.Throughput,
        },
        false,
      );
      const now = state.context.clock.now();
      const modification: VolumeModification = {
        VolumeId: volume.VolumeId,
        ModificationState: 'completed',
        Progress: 100,
        StartTime: now,
        EndTime: now,
        OriginalSize: volume.Size,
        OriginalVolumeType: volume.VolumeType,
        OriginalIops: volume.Iops,
        OriginalThroughput: volume.Throughput,
        TargetSize: plan.size,
        TargetVolumeType: plan.type,
        TargetIops: plan.iops,
        TargetThroughput: plan.throughput,
      };
      volume.Size = plan.size;
      volume.VolumeType = plan.type;
      volume.Iops = plan.iops;
      volume.Throughput = plan.throughput;
      volume.modification = modification;
      return { VolumeModification: modification };
    },
    DescribeVolumesModifications(input) {
      const ids = input.VolumeIds ?? [];
      refuseIdsWithPages('volumeSet', ids, input.MaxResults);
      const volumes = ids.length > 0 ? state.volumes.requireAll(ids) : state.volumes.values();
      const unmodified = volumes.find((volume) => !volume.modification);
      if (ids.length > 0 && unmodified) {
        throw new AwsError(
          'InvalidVolumeModification.NotFound',
          `Modification for volume '${unmodified.VolumeId}' does not exist.`,
        );
      }
      const matches = compileFilters(input.Filters, modificationFilters);
      const found = volumes.flatMap((volume) => volume.modification ?? []).filter(matches);
      const page = paginate(found, (one) => one.VolumeId ?? '', input, { min: 1, max: 500 }, [
        ids,
        input.Filters,
      ]);
      return { VolumesModifications: page.items, NextToken: page.NextToken };
    },
  } satisfies Ec2Operations;
}

/** Makes a volume with what its snapshot holds. It is `creating`. */
export function createVolume(state: Ec2State, plan: VolumePlan, zone: string): VolumeRecord {
  const VolumeId = resourceId('vol');
  const snapshot = state.snapshots.find(plan.snapshotId);
  return state.volumes.add(VolumeId, {
    VolumeId,
    Size: plan.size,
    SnapshotId: plan.snapshotId ?? '',
    AvailabilityZone: zone,
    AvailabilityZoneId: zonesOf(state.context.region).find((one) => one.name === zone)?.id,
    State: 'creating',
    CreateTime: state.context.clock.now(),
    VolumeType: plan.type,
    Iops: plan.iops,
    Throughput: plan.throughput,
    Encrypted: plan.encrypted,
    ...(plan.encrypted ? { KmsKeyId: encryptionKey(state, plan.kmsKeyId) } : {}),
    MultiAttachEnabled: false,
    Attachments: [],
    content: () => snapshot?.content(),
  });
}

function showVolume<T extends VolumeRecord>(volume: T): Omit<T, 'content' | 'modification'> {
  const { content: _content, modification: _modification, ...shown } = volume;
  return shown;
}
