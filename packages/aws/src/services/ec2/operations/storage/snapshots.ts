import type { Snapshot } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { durations } from '../../../../core/durations';
import { resourceId } from '../../../../core/ids';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tags';
import type { Content, SnapshotRecord, VolumeRecord } from '../../records/storage';
import { checkUser, refuseIdsWithPages } from '../../requests/parameters';
import { type Ec2Operations, type Ec2State, requireRegion } from '../../state';
import { encryptionKey } from './encryption';

/** EBS snapshots. */
export function snapshotOperations(state: Ec2State) {
  return {
    CreateSnapshot(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['snapshot'], call);
      const volume = state.volumes.require(input.VolumeId);
      const snapshot = createSnapshot(state, volume, input.Description ?? '');
      const content = volume.content();
      snapshot.content = () => content;
      state.tags.add(snapshot.SnapshotId, tagsFor('snapshot'));
      completeLater(state, snapshot, 'createSnapshot', volumeArn(state, volume));
      return { ...showSnapshot(snapshot), Tags: state.tags.of(snapshot.SnapshotId) };
    },
    CopySnapshot(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['snapshot'], call);
      const source = requireCopySource(state, input.SourceRegion ?? '', input.SourceSnapshotId);
      if (input.KmsKeyId && !input.Encrypted && !source.Encrypted) {
        throw new AwsError(
          'InvalidParameterDependency',
          'The parameter KmsKeyId requires the parameter Encrypted to be set.',
        );
      }
      const snapshot = copySnapshot(state, source, {
        encrypted: input.Encrypted ?? false,
        kmsKeyId: input.KmsKeyId,
        description: input.Description ?? '',
      });
      state.tags.add(snapshot.SnapshotId, tagsFor('snapshot'));
      const sourceArn = `arn:aws:ec2::${input.SourceRegion}:snapshot/${source.SnapshotId}`;
      completeLater(state, snapshot, 'copySnapshot', sourceArn);
      return { SnapshotId: snapshot.SnapshotId, Tags: state.tags.of(snapshot.SnapshotId) };
    },
    DescribeSnapshots(input) {
      refuseIdsWithPages('snapshotSet', input.SnapshotIds, input.MaxResults);
      const owners = input.OwnerIds ?? [];
      const restorable = input.RestorableByUserIds ?? [];
      for (const owner of owners) checkUser(owner, ['self', 'amazon', 'aws-marketplace']);
      for (const user of restorable) checkUser(user, ['self', 'all']);
      const visible = (snapshot: SnapshotRecord) =>
        (owners.length === 0 || owners.some((owner) => isOwner(state, snapshot, owner))) &&
        (restorable.length === 0 ||
          restorable.some((user) =>
            user === 'all' ? isPublic(snapshot) : user === 'self' || user === state.owner,
          ));
      const { items } = state.snapshots.describe({ Filters: input.Filters }, input.SnapshotIds);
      const shown = items.filter(visible);
      const request = [input.Filters, input.SnapshotIds, owners, restorable];
      const page = paginate(shown, (one) => one.SnapshotId, input, { min: 5, max: 1000 }, request);
      return { Snapshots: page.items.map(showSnapshot), NextToken: page.NextToken };
    },
    DeleteSnapshot(input) {
      const snapshot = requireOwnSnapshot(state, input.SnapshotId);
      const image = state.images
        .values()
        .find(
          (one) =>
            !one.deregistered &&
            one.BlockDeviceMappings.some((mapping) => mapping.Ebs?.SnapshotId === snapshot.SnapshotId),
        );
      if (image) {
        throw new AwsError(
          'InvalidSnapshot.InUse',
          `The snapshot ${snapshot.SnapshotId} is currently in use by ${image.ImageId}`,
        );
      }
      state.snapshots.delete(snapshot.SnapshotId);
      return {};
    },
  } satisfies Ec2Operations;
}

/**
 * Lets a pending snapshot be complete when AWS's time for it is over, and says so on the event bus.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
 */
function completeLater(
  state: Ec2State,
  snapshot: SnapshotRecord,
  event: 'createSnapshot' | 'copySnapshot',
  source: string,
): void {
  const { region, ledger, clock, bus } = state.context;
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

function volumeArn(state: Ec2State, volume: VolumeRecord): string {
  return `arn:aws:ec2::${state.context.region}:volume/${volume.VolumeId}`;
}

/** @throws AwsError also when the snapshot is not complete */
function requireCopySource(state: Ec2State, region: string, id: string | undefined): SnapshotRecord {
  const snapshot = requireRegion(state, region).snapshots.require(id);
  if (snapshot.State === 'completed') return snapshot;
  throw new AwsError(
    'IncorrectState',
    `Snapshot '${snapshot.SnapshotId}' is not 'completed'; it is ${snapshot.State}.`,
  );
}

/**
 * A snapshot of this account.
 * @throws AwsError InvalidSnapshot.NotFound, and AuthFailure for the snapshot of another
 */
export function requireOwnSnapshot(state: Ec2State, id: string | undefined): SnapshotRecord {
  const snapshot = state.snapshots.require(id);
  if (snapshot.OwnerId !== state.owner) {
    throw new AwsError('AuthFailure', `Not authorized for snapshot:${snapshot.SnapshotId}`, 403);
  }
  return snapshot;
}

/** Makes a snapshot of a volume that is `pending`; its content is the caller's to give. */
export function createSnapshot(state: Ec2State, volume: VolumeRecord, description: string): SnapshotRecord {
  return addSnapshot(state, {
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
  state: Ec2State,
  source: SnapshotRecord,
  of: { encrypted: boolean; kmsKeyId: string | undefined; description: string },
): SnapshotRecord {
  const encrypted = of.encrypted || source.Encrypted || state.ebs.encryptByDefault;
  return addSnapshot(state, {
    // As AWS shows it: no volume has this id.
    volumeId: 'vol-ffffffff',
    size: source.VolumeSize,
    encrypted,
    kmsKeyId: encrypted ? encryptionKey(state, of.kmsKeyId) : undefined,
    description: of.description,
    content: source.content(),
  });
}

/** Adds a snapshot that is `pending`. */
function addSnapshot(
  state: Ec2State,
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
  return state.snapshots.add(SnapshotId, {
    SnapshotId,
    VolumeId: of.volumeId,
    VolumeSize: of.size,
    OwnerId: state.owner,
    Description: of.description,
    Encrypted: of.encrypted,
    ...(of.kmsKeyId ? { KmsKeyId: of.kmsKeyId } : {}),
    State: 'pending',
    Progress: '0%',
    StartTime: state.context.clock.now(),
    StorageTier: 'standard',
    permissions: [],
    content: () => of.content,
  });
}

export function completeSnapshot(snapshot: SnapshotRecord): void {
  snapshot.State = 'completed';
  snapshot.Progress = '100%';
}

function isOwner(state: Ec2State, snapshot: SnapshotRecord, owner: string): boolean {
  if (owner === 'self') return snapshot.OwnerId === state.owner;
  return snapshot.OwnerId === owner || snapshot.OwnerAlias === owner;
}

function isPublic(snapshot: SnapshotRecord): boolean {
  return snapshot.permissions.some((one) => one.Group === 'all');
}

function showSnapshot(snapshot: SnapshotRecord): Snapshot {
  const { content: _content, permissions: _permissions, ...shown } = snapshot;
  return shown;
}
