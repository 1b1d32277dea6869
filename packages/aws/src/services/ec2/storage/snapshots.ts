import { durations } from '../../../core/durations';
import { resourceId } from '../../../core/ids';
import { authFailure, incorrectState } from '../errors';
import { type Inventory, requireRegion } from '../inventory';
import type { Content, SnapshotRecord, VolumeRecord } from '../records/storage';
import { encryptionKey } from './encryption';

/**
 * Lets a pending snapshot be complete when AWS's time for it is over, and says so on the event bus.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
 */
export function completeLater(
  ec2: Inventory,
  snapshot: SnapshotRecord,
  event: 'createSnapshot' | 'copySnapshot',
  source: string,
): void {
  const { region, ledger, clock, bus } = ec2.context;
  const arn = `arn:aws:ec2::${region}:snapshot/${snapshot.SnapshotId}`;
  const done = ledger.begin('snapshot', snapshot.SnapshotId, region);
  clock.after(durations.snapshotCompleted.seconds, () => {
    done();
    completeSnapshot(snapshot);
    bus.announce({
      source: 'aws.ec2',
      detailType: 'EBS Snapshot Notification',
      resources: [arn],
      detail: {
        event,
        result: 'succeeded',
        cause: '',
        snapshot_id: arn,
        source,
        startTime: snapshot.StartTime.toISOString(),
        endTime: clock.now().toISOString(),
      },
    });
  });
}

/** As events name it, without the account. */
export function volumeArn(ec2: Inventory, volume: VolumeRecord): string {
  return `arn:aws:ec2::${ec2.context.region}:volume/${volume.VolumeId}`;
}

/** @throws AwsError also when the snapshot is not complete */
export function requireCopySource(ec2: Inventory, region: string, id: string | undefined): SnapshotRecord {
  const snapshot = requireRegion(ec2, region).snapshots.require(id);
  if (snapshot.State === 'completed') return snapshot;
  throw incorrectState(`Snapshot '${snapshot.SnapshotId}' is not 'completed'; it is ${snapshot.State}.`);
}

/**
 * A snapshot of this account.
 * @throws AwsError InvalidSnapshot.NotFound, and AuthFailure for the snapshot of another
 */
export function requireOwnSnapshot(ec2: Inventory, id: string | undefined): SnapshotRecord {
  const snapshot = ec2.snapshots.require(id);
  if (snapshot.OwnerId !== ec2.owner) {
    throw authFailure(`Not authorized for snapshot:${snapshot.SnapshotId}`);
  }
  return snapshot;
}

/** Makes a snapshot of a volume that is `pending`; its content is the caller's to give. */
export function createSnapshot(ec2: Inventory, volume: VolumeRecord, description: string): SnapshotRecord {
  return addSnapshot(ec2, {
    volumeId: volume.VolumeId,
    size: volume.Size,
    encrypted: volume.Encrypted,
    kmsKeyId: volume.KmsKeyId,
    description,
    content: undefined,
  });
}

/** Copies a snapshot, maybe of another region. What is encrypted stays so; a copy may be encrypted, or with another key. */
export function copySnapshot(
  ec2: Inventory,
  source: SnapshotRecord,
  of: { encrypted: boolean; kmsKeyId: string | undefined; description: string },
): SnapshotRecord {
  const encrypted = of.encrypted || source.Encrypted || ec2.ebs.encryptByDefault;
  return addSnapshot(ec2, {
    // As AWS shows it: no volume has this id.
    volumeId: 'vol-ffffffff',
    size: source.VolumeSize,
    encrypted,
    kmsKeyId: encrypted ? encryptionKey(ec2, of.kmsKeyId) : undefined,
    description: of.description,
    content: source.content(),
  });
}

/** Adds a snapshot that is `pending`. */
function addSnapshot(
  ec2: Inventory,
  of: {
    volumeId: string;
    size: number;
    encrypted: boolean;
    kmsKeyId?: string;
    description: string;
    content: Content;
  },
): SnapshotRecord {
  const SnapshotId = resourceId('snap');
  return ec2.snapshots.add(SnapshotId, {
    SnapshotId,
    VolumeId: of.volumeId,
    VolumeSize: of.size,
    OwnerId: ec2.owner,
    Description: of.description,
    Encrypted: of.encrypted,
    ...(of.kmsKeyId ? { KmsKeyId: of.kmsKeyId } : {}),
    State: 'pending',
    Progress: '0%',
    StartTime: ec2.context.clock.now(),
    StorageTier: 'standard',
    permissions: [],
    content: () => of.content,
  });
}

/** What is pending is complete. */
export function completeSnapshot(snapshot: SnapshotRecord): void {
  snapshot.State = 'completed';
  snapshot.Progress = '100%';
}
