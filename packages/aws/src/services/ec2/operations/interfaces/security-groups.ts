import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tags';
import {
  addRules,
  allowAll,
  readPermissions,
  removeRules,
  ruleKey,
  showRevoked,
  showRule,
} from '../../network/security-group-rules';
import type { SecurityGroupRecord } from '../../records/security-groups';
import type { Ec2Operations, Ec2State } from '../../state';

const NAME = /^[\w \-.:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** Security groups and their rules. */
export function securityGroupOperations(state: Ec2State) {
  return {
    CreateSecurityGroup(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group'], call);
      const vpcId = input.VpcId ? state.vpcs.require(input.VpcId).VpcId : requireDefaultVpc(state);
      const name = input.GroupName ?? '';
      checkName(state, vpcId, name, input.Description ?? '');
      const group = createSecurityGroup(state, { vpcId, name, description: input.Description ?? '' });
      state.tags.add(group.GroupId, tagsFor('security-group'));
      return {
        GroupId: group.GroupId,
        SecurityGroupArn: group.SecurityGroupArn,
        Tags: state.tags.of(group.GroupId),
      };
    },
    DescribeSecurityGroups(input) {
      const byName = (input.GroupNames ?? []).map((name) => requireByName(state, name).GroupId);
      const ids = [...(input.GroupIds ?? []), ...byName];
      const { items, NextToken } = state.securityGroups.describe(input, ids);
      return { SecurityGroups: items.map((group) => state.showGroup(group)), NextToken };
    },
    DeleteSecurityGroup(input) {
      const group = requireGroup(state, input);
      if (group.GroupName === 'default') {
        throw new AwsError(
          'CannotDelete',
          `the specified group: "${group.GroupId}" name: "default" cannot be deleted by a user`,
        );
      }
      checkUnused(state, group);
      for (const rule of state.rulesOf(group.GroupId)) {
        state.securityGroupRules.delete(rule.SecurityGroupRuleId);
      }
      state.securityGroups.delete(group.GroupId);
      return { Return: true, GroupId: group.GroupId };
    },
    AuthorizeSecurityGroupIngress(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group-rule'], call);
      const group = requireGroup(state, input);
      const rules = addRules(state, group, false, readPermissions(state, group, input));
      for (const rule of rules) state.tags.add(rule.SecurityGroupRuleId, tagsFor('security-group-rule'));
      return { Return: true, SecurityGroupRules: rules.map((rule) => showRule(state, rule)) };
    },
    AuthorizeSecurityGroupEgress(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group-rule'], call);
      const group = state.securityGroups.require(input.GroupId);
      const rules = addRules(state, group, true, readPermissions(state, group, input));
      for (const rule of rules) state.tags.add(rule.SecurityGroupRuleId, tagsFor('security-group-rule'));
      return { Return: true, SecurityGroupRules: rules.map((rule) => showRule(state, rule)) };
    },
    RevokeSecurityGroupIngress(input) {
      const group = requireGroup(state, input);
      const removed = removeRules(state, group, false, input);
      return { Return: true, RevokedSecurityGroupRules: showRevoked(removed) };
    },
    RevokeSecurityGroupEgress(input) {
      const group = state.securityGroups.require(input.GroupId);
      const removed = removeRules(state, group, true, input);
      return { Return: true, RevokedSecurityGroupRules: showRevoked(removed) };
    },
    DescribeSecurityGroupRules(input) {
      const { items, NextToken } = state.securityGroupRules.describe(input, input.SecurityGroupRuleIds);
      return { SecurityGroupRules: items, NextToken };
    },
    UpdateSecurityGroupRuleDescriptionsIngress(input) {
      const group = requireGroup(state, input);
      describeRules(state, group, false, input);
      return { Return: true };
    },
    UpdateSecurityGroupRuleDescriptionsEgress(input) {
      const group = requireGroup(state, input);
      describeRules(state, group, true, input);
      return { Return: true };
    },
  } satisfies Ec2Operations;
}

/**
 * Adds a group with the rules it is born with: all may go out; members of a VPC's default group may come in.
 */
export function createSecurityGroup(
  state: Ec2State,
  options: { vpcId: string; name: string; description: string },
): SecurityGroupRecord {
  const GroupId = resourceId('sg');
  const group = state.securityGroups.add(GroupId, {
    GroupId,
    GroupName: options.name,
    Description: options.description,
    VpcId: options.vpcId,
    OwnerId: state.owner,
    SecurityGroupArn: state.arn(`security-group/${GroupId}`),
  });
  addRules(state, group, true, [allowAll({ CidrIpv4: '0.0.0.0/0' })]);
  if (options.name === 'default') {
    addRules(state, group, false, [allowAll({ ReferencedGroupInfo: { GroupId, UserId: state.owner } })]);
  }
  return group;
}

/** The default security group of a VPC. */
export function defaultGroupOf(state: Ec2State, vpcId: string): SecurityGroupRecord {
  const found = state.securityGroups
    .values()
    .find((group) => group.VpcId === vpcId && group.GroupName === 'default');
  if (!found) throw new AwsError('InvalidGroup.NotFound', `The VPC '${vpcId}' has no default security group`);
  return found;
}

/** A group of the default VPC by its name. */
export function requireByName(state: Ec2State, name: string): SecurityGroupRecord {
  const vpcId = requireDefaultVpc(state);
  const found = state.securityGroups
    .values()
    .find((group) => group.GroupName === name && group.VpcId === vpcId);
  if (!found) {
    throw new AwsError(
      'InvalidGroup.NotFound',
      `The security group '${name}' does not exist in default VPC '${vpcId}'`,
    );
  }
  return found;
}

/** @throws AwsError VPCIdNotSpecified when there is no default VPC */
export function requireDefaultVpc(state: Ec2State): string {
  const vpc = state.vpcs.values().find((one) => one.IsDefault);
  if (!vpc) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  return vpc.VpcId;
}

function requireGroup(state: Ec2State, input: { GroupId?: string; GroupName?: string }): SecurityGroupRecord {
  if (input.GroupId) return state.securityGroups.require(input.GroupId);
  if (input.GroupName) return requireByName(state, input.GroupName);
  throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
}

function checkName(state: Ec2State, vpcId: string, name: string, description: string): void {
  if (name.startsWith('sg-')) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  }
  if (name === 'default') {
    throw new AwsError('InvalidParameterValue', 'Cannot use reserved security group name: default');
  }
  if (!NAME.test(name)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.`,
    );
  }
  if (!NAME.test(description)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.`,
    );
  }
  if (state.securityGroups.values().some((group) => group.VpcId === vpcId && group.GroupName === name)) {
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${name}' already exists for VPC '${vpcId}'`,
    );
  }
}

function checkUnused(state: Ec2State, group: SecurityGroupRecord): void {
  const worn = state.interfaces
    .values()
    .some((nic) => nic.Groups.some((one) => one.GroupId === group.GroupId));
  const named = state.securityGroupRules
    .values()
    .some((rule) => rule.ReferencedGroupInfo?.GroupId === group.GroupId && rule.GroupId !== group.GroupId);
  if (worn || named) {
    throw new AwsError('DependencyViolation', `resource ${group.GroupId} has a dependent object`);
  }
}

function describeRules(
  state: Ec2State,
  group: SecurityGroupRecord,
  egress: boolean,
  input: {
    IpPermissions?: Parameters<typeof readPermissions>[2]['IpPermissions'];
    SecurityGroupRuleDescriptions?: { SecurityGroupRuleId?: string; Description?: string }[];
  },
): void {
  for (const one of input.SecurityGroupRuleDescriptions ?? []) {
    state.securityGroupRules.require(one.SecurityGroupRuleId).Description = one.Description;
  }
  if (!input.IpPermissions) return;
  for (const wanted of readPermissions(state, group, { IpPermissions: input.IpPermissions })) {
    const rule = state
      .rulesOf(group.GroupId)
      .find((one) => one.IsEgress === egress && ruleKey(one) === ruleKey(wanted));
    if (!rule) {
      throw new AwsError(
        'InvalidPermission.NotFound',
        'The specified rule does not exist in this security group.',
      );
    }
    rule.Description = wanted.Description;
  }
}
