import { resourceId } from '../../../core/ids';
import { zonesOf } from '../catalogue/regions';
import type { Inventory } from '../inventory';
import type { VolumeRecord } from '../records/storage';
import type { VolumePlan } from './block-devices';
import { encryptionKey } from './encryption';

/** Makes a volume with what its snapshot holds. It is `creating`. */
export function createVolume(ec2: Inventory, plan: VolumePlan, zone: string): VolumeRecord {
  const VolumeId = resourceId('vol');
  const snapshot = ec2.snapshots.find(plan.snapshotId);
  return ec2.volumes.add(VolumeId, {
    VolumeId,
    Size: plan.size,
    SnapshotId: plan.snapshotId ?? '',
    AvailabilityZone: zone,
    AvailabilityZoneId: zonesOf(ec2.context.region).find((one) => one.name === zone)?.id,
    State: 'creating',
    CreateTime: ec2.context.clock.now(),
    VolumeType: plan.type,
    Iops: plan.iops,
    Throughput: plan.throughput,
    Encrypted: plan.encrypted,
    ...(plan.encrypted ? { KmsKeyId: encryptionKey(ec2, plan.kmsKeyId) } : {}),
    MultiAttachEnabled: false,
    Attachments: [],
    content: () => snapshot?.content(),
  });
}
