import type { Snapshot } from '@aws-sdk/client-ec2';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidParameterDependency, invalidSnapshotInUse } from '../../errors';
import type { Inventory } from '../../inventory';
import type { SnapshotRecord } from '../../records/storage';
import { checkUser, refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';
import {
  completeLater,
  copySnapshot,
  createSnapshot,
  requireCopySource,
  requireOwnSnapshot,
  volumeArn,
} from '../../storage/snapshots';

export const CreateSnapshot: Op<'CreateSnapshot'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['snapshot'], call);
  const volume = ec2.volumes.require(input.VolumeId);
  const snapshot = createSnapshot(ec2, volume, input.Description ?? '');
  const content = volume.content();
  snapshot.content = () => content;
  ec2.tags.add(snapshot.SnapshotId, tagsFor('snapshot'));
  completeLater(ec2, snapshot, 'createSnapshot', volumeArn(ec2, volume));
  return { ...showSnapshot(snapshot), ...ec2.snapshots.tagsOf(snapshot.SnapshotId) };
};

export const CopySnapshot: Op<'CopySnapshot'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['snapshot'], call);
  const source = requireCopySource(ec2, input.SourceRegion ?? '', input.SourceSnapshotId);
  if (input.KmsKeyId && !input.Encrypted && !source.Encrypted) {
    throw invalidParameterDependency('The parameter KmsKeyId requires the parameter Encrypted to be set.');
  }
  const snapshot = copySnapshot(ec2, source, {
    encrypted: input.Encrypted ?? false,
    kmsKeyId: input.KmsKeyId,
    description: input.Description ?? '',
  });
  ec2.tags.add(snapshot.SnapshotId, tagsFor('snapshot'));
  const sourceArn = `arn:aws:ec2::${input.SourceRegion}:snapshot/${source.SnapshotId}`;
  completeLater(ec2, snapshot, 'copySnapshot', sourceArn);
  return { SnapshotId: snapshot.SnapshotId, ...ec2.snapshots.tagsOf(snapshot.SnapshotId) };
};

export const DescribeSnapshots: Op<'DescribeSnapshots'> = (ec2, input) => {
  refuseIdsWithPages('snapshotSet', input.SnapshotIds, input.MaxResults);
  const owners = input.OwnerIds ?? [];
  const restorable = input.RestorableByUserIds ?? [];
  for (const owner of owners) checkUser(owner, ['self', 'amazon', 'aws-marketplace']);
  for (const user of restorable) checkUser(user, ['self', 'all']);
  const visible = (snapshot: SnapshotRecord) =>
    (owners.length === 0 || owners.some((owner) => isOwner(ec2, snapshot, owner))) &&
    (restorable.length === 0 ||
      restorable.some((user) =>
        user === 'all' ? isPublic(snapshot) : user === 'self' || user === ec2.owner,
      ));
  const { items } = ec2.snapshots.describe({ Filters: input.Filters }, input.SnapshotIds);
  const shown = items.filter(visible);
  const page = paginate(shown, input, {
    of: 'DescribeSnapshots',
    idOf: (one) => one.SnapshotId,
    min: 5,
    max: 1000,
    question: [input.Filters, input.SnapshotIds, owners, restorable],
  });
  return { Snapshots: page.items.map(showSnapshot), NextToken: page.NextToken };
};

export const DeleteSnapshot: Op<'DeleteSnapshot'> = (ec2, input) => {
  const snapshot = requireOwnSnapshot(ec2, input.SnapshotId);
  const image = ec2.images
    .values()
    .find(
      (one) =>
        !one.deregistered &&
        one.BlockDeviceMappings.some((mapping) => mapping.Ebs?.SnapshotId === snapshot.SnapshotId),
    );
  if (image) {
    throw invalidSnapshotInUse(`The snapshot ${snapshot.SnapshotId} is currently in use by ${image.ImageId}`);
  }
  ec2.snapshots.delete(snapshot.SnapshotId);
  return {};
};

function isOwner(ec2: Inventory, snapshot: SnapshotRecord, owner: string): boolean {
  if (owner === 'self') return snapshot.OwnerId === ec2.owner;
  return snapshot.OwnerId === owner || snapshot.OwnerAlias === owner;
}

function isPublic(snapshot: SnapshotRecord): boolean {
  return snapshot.permissions.some((one) => one.Group === 'all');
}

function showSnapshot(snapshot: SnapshotRecord): Snapshot {
  const { content: _content, permissions: _permissions, ...shown } = snapshot;
  return shown;
}
