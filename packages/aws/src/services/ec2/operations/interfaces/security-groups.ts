import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  cannotDelete,
  dependencyViolation,
  invalidGroupDuplicate,
  invalidParameterValue,
} from '../../errors';
import type { Inventory } from '../../inventory';
import {
  createSecurityGroup,
  requireByName,
  requireDefaultVpc,
  requireGroup,
} from '../../network/security-groups';
import type { SecurityGroupRecord } from '../../records/security-groups';
import type { Op } from '../../state';

const NAME = /^[\w \-.:/()#,@[\]+=&;{}!$*]{1,255}$/;

export const CreateSecurityGroup: Op<'CreateSecurityGroup'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['security-group'], call);
  const vpcId = input.VpcId ? ec2.vpcs.require(input.VpcId).VpcId : requireDefaultVpc(ec2);
  const name = input.GroupName ?? '';
  checkName(ec2, vpcId, name, input.Description ?? '');
  const group = createSecurityGroup(ec2, { vpcId, name, description: input.Description ?? '' });
  ec2.tags.add(group.GroupId, tagsFor('security-group'));
  return {
    GroupId: group.GroupId,
    SecurityGroupArn: group.SecurityGroupArn,
    ...ec2.securityGroups.tagsOf(group.GroupId),
  };
};

export const DescribeSecurityGroups: Op<'DescribeSecurityGroups'> = (ec2, input) => {
  const byName = (input.GroupNames ?? []).map((name) => requireByName(ec2, name).GroupId);
  const ids = [...(input.GroupIds ?? []), ...byName];
  const { items, NextToken } = ec2.securityGroups.describe(input, ids);
  return { SecurityGroups: items.map((group) => ec2.showGroup(group)), NextToken };
};

export const DeleteSecurityGroup: Op<'DeleteSecurityGroup'> = (ec2, input) => {
  const group = requireGroup(ec2, input);
  if (group.GroupName === 'default') {
    throw cannotDelete(`the specified group: "${group.GroupId}" name: "default" cannot be deleted by a user`);
  }
  checkUnused(ec2, group);
  for (const rule of ec2.rulesOf(group.GroupId)) {
    ec2.securityGroupRules.delete(rule.SecurityGroupRuleId);
  }
  ec2.securityGroups.delete(group.GroupId);
  return { Return: true, GroupId: group.GroupId };
};

function checkName(ec2: Inventory, vpcId: string, name: string, description: string): void {
  if (name.startsWith('sg-')) {
    throw invalidParameterValue(
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  }
  if (name === 'default') {
    throw invalidParameterValue('Cannot use reserved security group name: default');
  }
  if (!NAME.test(name)) {
    throw invalidParameterValue(
      `Value (${name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.`,
    );
  }
  if (!NAME.test(description)) {
    throw invalidParameterValue(
      `Value (${description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.`,
    );
  }
  if (ec2.securityGroups.values().some((group) => group.VpcId === vpcId && group.GroupName === name)) {
    throw invalidGroupDuplicate(`The security group '${name}' already exists for VPC '${vpcId}'`);
  }
}

function checkUnused(ec2: Inventory, group: SecurityGroupRecord): void {
  const worn = ec2.interfaces.values().some((nic) => nic.Groups.some((one) => one.GroupId === group.GroupId));
  const named = ec2.securityGroupRules
    .values()
    .some((rule) => rule.ReferencedGroupInfo?.GroupId === group.GroupId && rule.GroupId !== group.GroupId);
  if (worn || named) {
    throw dependencyViolation(`resource ${group.GroupId} has a dependent object`);
  }
}
