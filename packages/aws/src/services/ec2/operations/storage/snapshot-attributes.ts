import type { CreateVolumePermission, ModifySnapshotAttributeCommandInput } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../../core/aws-error';
import { invalidParameterCombination, invalidParameterValue, operationNotPermitted } from '../../errors';
import type { SnapshotRecord } from '../../records/storage';
import { isAccountId, readSharing } from '../../requests/sharing';
import type { Op } from '../../state';
import { checkShareable } from '../../storage/encryption';
import { requireOwnSnapshot } from '../../storage/snapshots';

export const ModifySnapshotAttribute: Op<'ModifySnapshotAttribute'> = (ec2, input) => {
  const snapshot = requireOwnSnapshot(ec2, input.SnapshotId);
  const { add, remove } = readVolumePermissions(input);
  if (add.length === 0 && remove.length === 0) {
    throw invalidParameterCombination('No attributes specified.');
  }
  if (ec2.publicAccess.snapshots !== 'unblocked' && add.some(({ Group }) => Group === 'all'))
    throw operationNotPermitted(
      'You can’t publicly share this snapshot because block public access for snapshots is enabled for this account. To publicly share the snapshot, you must call the DisableSnapshotBlockPublicAccess API.',
    );
  checkShareable(ec2, [snapshot], add);
  changePermissions(snapshot, add, remove);
  return {};
};

export const DescribeSnapshotAttribute: Op<'DescribeSnapshotAttribute'> = (ec2, input) => {
  const snapshot = requireOwnSnapshot(ec2, input.SnapshotId);
  const { SnapshotId } = snapshot;
  switch (input.Attribute) {
    case 'createVolumePermission':
      return { SnapshotId, CreateVolumePermissions: [...snapshot.permissions] };
    case 'productCodes':
      return { SnapshotId, ProductCodes: [] };
    default:
      throw unknownAttribute(input.Attribute);
  }
};

export const ResetSnapshotAttribute: Op<'ResetSnapshotAttribute'> = (ec2, input) => {
  const snapshot = requireOwnSnapshot(ec2, input.SnapshotId);
  if (input.Attribute !== 'createVolumePermission') throw unknownAttribute(input.Attribute);
  snapshot.permissions.length = 0;
  return {};
};

function readVolumePermissions(input: ModifySnapshotAttributeCommandInput) {
  if (input.Attribute !== undefined && input.Attribute !== 'createVolumePermission') {
    throw unknownAttribute(input.Attribute);
  }
  const listed: CreateVolumePermission[] = [
    ...(input.UserIds ?? []).map((UserId) => ({ UserId })),
    ...(input.GroupNames ?? []).map((Group) => ({ Group: Group as 'all' })),
  ];
  const { Add = [], Remove = [] } = input.CreateVolumePermission ?? {};
  for (const { UserId, Group } of [...Add, ...Remove, ...listed]) {
    if (UserId !== undefined && !isAccountId(UserId)) throw invalid(UserId, 'userId');
    if (Group !== undefined && Group !== 'all') throw invalid(Group, 'group');
  }
  return readSharing({
    changes: input.CreateVolumePermission,
    listed,
    operation: input.OperationType,
  });
}

function changePermissions(
  snapshot: SnapshotRecord,
  add: readonly CreateVolumePermission[],
  remove: readonly CreateVolumePermission[],
): void {
  const { permissions } = snapshot;
  const isHeld = (held: readonly CreateVolumePermission[], one: CreateVolumePermission) =>
    held.some(({ UserId, Group }) => UserId === one.UserId && Group === one.Group);
  const kept = permissions.filter((one) => !isHeld(remove, one));
  for (const one of add) if (!isHeld(kept, one)) kept.push({ ...one });
  permissions.splice(0, permissions.length, ...kept);
}

function unknownAttribute(name: string | undefined): AwsError {
  return invalid(name ?? '', 'attribute');
}

function invalid(value: string, parameter: string): AwsError {
  return invalidParameterValue(`Value (${value}) for parameter ${parameter} is invalid.`);
}
