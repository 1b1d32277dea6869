import { resourceId } from '../../../core/ids';
import { invalidGroupNotFound, mustContain, vpcIdNotSpecified } from '../errors';
import type { Inventory } from '../inventory';
import type { SecurityGroupRecord } from '../records/security-groups';
import { addRules, allowAll } from './security-group-rules';

/**
 * Adds a group with the rules it is born with: all may go out; members of a VPC's default group may come in.
 */
export function createSecurityGroup(
  ec2: Inventory,
  options: { vpcId: string; name: string; description: string },
): SecurityGroupRecord {
  const GroupId = resourceId('sg');
  const group = ec2.securityGroups.add(GroupId, {
    GroupId,
    GroupName: options.name,
    Description: options.description,
    VpcId: options.vpcId,
    OwnerId: ec2.owner,
    SecurityGroupArn: ec2.arn(`security-group/${GroupId}`),
  });
  addRules(ec2, group, true, [allowAll({ CidrIpv4: '0.0.0.0/0' })]);
  if (options.name === 'default') {
    addRules(ec2, group, false, [allowAll({ ReferencedGroupInfo: { GroupId, UserId: ec2.owner } })]);
  }
  return group;
}

/** The default security group of a VPC. */
export function defaultGroupOf(ec2: Inventory, vpcId: string): SecurityGroupRecord {
  const found = ec2.securityGroups
    .values()
    .find((group) => group.VpcId === vpcId && group.GroupName === 'default');
  if (!found) throw invalidGroupNotFound(`The VPC '${vpcId}' has no default security group`);
  return found;
}

/** A group of the default VPC by its name. */
export function requireByName(ec2: Inventory, name: string): SecurityGroupRecord {
  const vpcId = requireDefaultVpc(ec2);
  const found = ec2.securityGroups
    .values()
    .find((group) => group.GroupName === name && group.VpcId === vpcId);
  if (!found) {
    throw invalidGroupNotFound(`The security group '${name}' does not exist in default VPC '${vpcId}'`);
  }
  return found;
}

/** @throws AwsError VPCIdNotSpecified when there is no default VPC */
export function requireDefaultVpc(ec2: Inventory): string {
  const vpc = ec2.vpcs.values().find((one) => one.IsDefault);
  if (!vpc) throw vpcIdNotSpecified('No default VPC for this user');
  return vpc.VpcId;
}

/** The group that a call names, by id or (in the default VPC) by name. */
export function requireGroup(
  ec2: Inventory,
  input: { GroupId?: string; GroupName?: string },
): SecurityGroupRecord {
  if (input.GroupId) return ec2.securityGroups.require(input.GroupId);
  if (input.GroupName) return requireByName(ec2, input.GroupName);
  throw mustContain('groupName or groupId');
}
