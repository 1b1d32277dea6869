import type { InstanceProfile as ProfileShape } from '@aws-sdk/client-iam';
import type { OperationsOf } from '../../../core/service';
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors';
import type { InstanceProfile } from '../records';
import type { IamState } from '../state';
import { TagSet } from '../tags';
import { checkName, checkPath, uniqueId } from './check-names';
import { takePage } from './paging';
import { describeRole } from './roles';

/** Instance profiles. A profile holds at most one role. */
export function instanceProfileOperations(state: IamState) {
  return {
    CreateInstanceProfile(input) {
      const name = checkName('instanceProfileName', input.InstanceProfileName, 128);
      const path = checkPath(input.Path);
      const profile = state.profiles.add({
        name,
        id: uniqueId('AIPA'),
        arn: state.arn('instance-profile', path, name),
        path,
        created: state.now(),
        tags: new TagSet(input.Tags),
      });
      return { InstanceProfile: describeProfile(state, profile) };
    },

    GetInstanceProfile: (input) => ({
      InstanceProfile: describeProfile(state, state.profiles.get(input.InstanceProfileName)),
    }),

    ListInstanceProfiles(input) {
      const page = takePage(state.profiles.list(input.PathPrefix), input);
      return {
        InstanceProfiles: page.items.map((profile) => describeProfile(state, profile)),
        IsTruncated: page.IsTruncated,
        Marker: page.Marker,
      };
    },

    ListInstanceProfilesForRole(input) {
      const role = state.roles.get(input.RoleName);
      const page = takePage(
        state.profiles.list().filter((profile) => profile.role === role.name),
        input,
      );
      return {
        InstanceProfiles: page.items.map((profile) => describeProfile(state, profile)),
        IsTruncated: page.IsTruncated,
        Marker: page.Marker,
      };
    },

    DeleteInstanceProfile(input) {
      const profile = state.profiles.get(input.InstanceProfileName);
      if (profile.role)
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      state.profiles.delete(profile.name);
      return {};
    },

    AddRoleToInstanceProfile(input) {
      const profile = state.profiles.get(input.InstanceProfileName);
      const role = state.roles.get(input.RoleName);
      if (profile.role) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
      profile.role = role.name;
      return {};
    },

    RemoveRoleFromInstanceProfile(input) {
      const profile = state.profiles.get(input.InstanceProfileName);
      const role = state.roles.get(input.RoleName);
      if (profile.role !== role.name)
        throw noSuchEntity(`Role ${role.name} is not in instance profile ${profile.name}.`);
      profile.role = undefined;
      return {};
    },

    TagInstanceProfile(input) {
      state.profiles.get(input.InstanceProfileName).tags.add(input.Tags ?? []);
      return {};
    },

    UntagInstanceProfile(input) {
      state.profiles.get(input.InstanceProfileName).tags.remove(input.TagKeys ?? []);
      return {};
    },

    ListInstanceProfileTags(input) {
      const page = takePage(state.profiles.get(input.InstanceProfileName).tags.list(), input);
      return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}

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
