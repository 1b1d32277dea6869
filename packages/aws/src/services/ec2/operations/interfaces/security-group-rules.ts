import { AwsError } from '../../../../core/aws-error';
import { kinds, notFound } from '../../collections/kinds';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidPermissionNotFound } from '../../errors';
import type { Inventory } from '../../inventory';
import { readPermissions, readRule, ruleKey } from '../../network/read-permissions';
import {
  addRules,
  changeRules,
  removeRules,
  showRevoked,
  showRule,
} from '../../network/security-group-rules';
import { requireGroup } from '../../network/security-groups';
import type { SecurityGroupRecord } from '../../records/security-groups';
import type { Op } from '../../state';

export const AuthorizeSecurityGroupIngress: Op<'AuthorizeSecurityGroupIngress'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group-rule'], call);
  const group = requireGroup(ec2, input);
  const rules = addRules(ec2, group, false, readPermissions(ec2, group, input));
  for (const rule of rules) ec2.tags.add(rule.SecurityGroupRuleId, tagsFor('security-group-rule'));
  return { Return: true, SecurityGroupRules: rules.map((rule) => showRule(ec2, rule)) };
};

export const AuthorizeSecurityGroupEgress: Op<'AuthorizeSecurityGroupEgress'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group-rule'], call);
  const group = ec2.securityGroups.require(input.GroupId);
  const rules = addRules(ec2, group, true, readPermissions(ec2, group, input));
  for (const rule of rules) ec2.tags.add(rule.SecurityGroupRuleId, tagsFor('security-group-rule'));
  return { Return: true, SecurityGroupRules: rules.map((rule) => showRule(ec2, rule)) };
};

export const RevokeSecurityGroupIngress: Op<'RevokeSecurityGroupIngress'> = (ec2, input) => {
  const group = requireGroup(ec2, input);
  const removed = removeRules(ec2, group, false, input);
  return { Return: true, RevokedSecurityGroupRules: showRevoked(removed) };
};

export const RevokeSecurityGroupEgress: Op<'RevokeSecurityGroupEgress'> = (ec2, input) => {
  const group = ec2.securityGroups.require(input.GroupId);
  const removed = removeRules(ec2, group, true, input);
  return { Return: true, RevokedSecurityGroupRules: showRevoked(removed) };
};

export const DescribeSecurityGroupRules: Op<'DescribeSecurityGroupRules'> = (ec2, input) => {
  const groups = (input.Filters ?? []).filter(({ Name }) => Name === 'group-id');
  for (const id of groups.flatMap(({ Values = [] }) => Values)) checkGroupId(id);
  const { items, NextToken } = ec2.securityGroupRules.describe(input, input.SecurityGroupRuleIds);
  return { SecurityGroupRules: items, NextToken };
};

export const ModifySecurityGroupRules: Op<'ModifySecurityGroupRules'> = (ec2, input) => {
  const group = ec2.securityGroups.require(input.GroupId);
  const changes = (input.SecurityGroupRules ?? []).map(({ SecurityGroupRuleId, SecurityGroupRule = {} }) => {
    const rule = ec2.securityGroupRules.require(SecurityGroupRuleId);
    if (rule.GroupId !== group.GroupId) throw notFound(kinds.securityGroupRule, rule.SecurityGroupRuleId);
    return { rule, wanted: readRule(ec2, group, SecurityGroupRule) };
  });
  changeRules(ec2, group, changes);
  return { Return: true };
};

export const UpdateSecurityGroupRuleDescriptionsIngress: Op<'UpdateSecurityGroupRuleDescriptionsIngress'> = (
  ec2,
  input,
) => {
  const group = requireGroup(ec2, input);
  describeRules(ec2, group, false, input);
  return { Return: true };
};

export const UpdateSecurityGroupRuleDescriptionsEgress: Op<'UpdateSecurityGroupRuleDescriptionsEgress'> = (
  ec2,
  input,
) => {
  const group = requireGroup(ec2, input);
  describeRules(ec2, group, true, input);
  return { Return: true };
};

/** The filter by group wants what could be the id of one. */
function checkGroupId(id: string): void {
  if (!/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id) && !/[*?]/.test(id))
    throw new AwsError(kinds.securityGroup.malformed, `The security group ID '${id}' is malformed`);
}

function describeRules(
  ec2: Inventory,
  group: SecurityGroupRecord,
  egress: boolean,
  input: {
    IpPermissions?: Parameters<typeof readPermissions>[2]['IpPermissions'];
    SecurityGroupRuleDescriptions?: { SecurityGroupRuleId?: string; Description?: string }[];
  },
): void {
  for (const one of input.SecurityGroupRuleDescriptions ?? []) {
    ec2.securityGroupRules.require(one.SecurityGroupRuleId).Description = one.Description;
  }
  if (!input.IpPermissions) return;
  for (const wanted of readPermissions(ec2, group, { IpPermissions: input.IpPermissions })) {
    const rule = ec2
      .rulesOf(group.GroupId)
      .find((one) => one.IsEgress === egress && ruleKey(one) === ruleKey(wanted));
    if (!rule) {
      throw invalidPermissionNotFound('The specified rule does not exist in this security group.');
    }
    rule.Description = wanted.Description;
  }
}
