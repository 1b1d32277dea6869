import type { InstanceProfile as ProfileShape } from '@aws-sdk/client-iam';
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors';
import type { InstanceProfile } from '../records';
import type { IamState, Op } from '../state';
import { TagSet } from '../tags';
import { uniqueId } from '../unique-id';
import { pageByName, pageInOrder } from './paging';
import { describeRole } from './role';

export const CreateInstanceProfile: Op<'CreateInstanceProfile'> = (iam, input) => {
  const name = input.InstanceProfileName ?? '';
  const { Path: path = '/' } = input;
  const profile = iam.profiles.add({
    name,
    id: uniqueId('AIPA'),
    arn: iam.arn('instance-profile', path, name),
    path,
    created: iam.now(),
    tags: new TagSet(input.Tags),
  });
  return { InstanceProfile: describeProfile(iam, profile) };
};

export const GetInstanceProfile: Op<'GetInstanceProfile'> = (iam, input) => ({
  InstanceProfile: describeProfile(iam, iam.profiles.get(input.InstanceProfileName)),
});

export const ListInstanceProfiles: Op<'ListInstanceProfiles'> = (iam, input) => {
  const page = pageByName(iam.profiles.list(input.PathPrefix), input, ({ name }) => name);
  return {
    InstanceProfiles: page.items.map((profile) => describeProfile(iam, profile)),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

export const ListInstanceProfilesForRole: Op<'ListInstanceProfilesForRole'> = (iam, input) => {
  const role = iam.roles.get(input.RoleName);
  const page = pageByName(
    iam.profiles.list().filter((profile) => profile.role === role.name),
    input,
    ({ name }) => name,
  );
  return {
    InstanceProfiles: page.items.map((profile) => describeProfile(iam, profile)),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

export const DeleteInstanceProfile: Op<'DeleteInstanceProfile'> = (iam, input) => {
  const profile = iam.profiles.get(input.InstanceProfileName);
  if (profile.role)
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  iam.profiles.delete(profile.name);
  return {};
};

export const AddRoleToInstanceProfile: Op<'AddRoleToInstanceProfile'> = (iam, input) => {
  const profile = iam.profiles.get(input.InstanceProfileName);
  const role = iam.roles.get(input.RoleName);
  if (profile.role) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
  profile.role = role.name;
  return {};
};

export const RemoveRoleFromInstanceProfile: Op<'RemoveRoleFromInstanceProfile'> = (iam, input) => {
  const profile = iam.profiles.get(input.InstanceProfileName);
  const role = iam.roles.get(input.RoleName);
  if (profile.role !== role.name)
    throw noSuchEntity(`Role ${role.name} is not in instance profile ${profile.name}.`);
  profile.role = undefined;
  return {};
};

export const TagInstanceProfile: Op<'TagInstanceProfile'> = (iam, input) => {
  iam.profiles.get(input.InstanceProfileName).tags.add(input.Tags ?? []);
  return {};
};

export const UntagInstanceProfile: Op<'UntagInstanceProfile'> = (iam, input) => {
  iam.profiles.get(input.InstanceProfileName).tags.remove(input.TagKeys ?? []);
  return {};
};

export const ListInstanceProfileTags: Op<'ListInstanceProfileTags'> = (iam, input) => {
  const page = pageInOrder(
    iam.profiles.get(input.InstanceProfileName).tags.list(),
    input,
    ({ Key = '' }) => Key,
  );
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

function describeProfile(state: IamState, profile: InstanceProfile): ProfileShape {
  const role = profile.role === undefined ? undefined : state.roles.find(profile.role);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: profile.created,
    Roles: role ? [describeRole(role)] : [],
    Tags: profile.tags.list(),
  };
}
