import type { RevokedSecurityGroupRule, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../core/ids';
import {
  invalidPermissionDuplicate,
  invalidPermissionNotFound,
  invalidSecurityGroupRuleIdNotFound,
  rulesPerSecurityGroupLimitExceeded,
} from '../errors';
import type { Inventory } from '../inventory';
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from '../records/security-groups';
import { type PermissionInput, type Rule, readPermissions, ruleKey } from './read-permissions';

const MOST_RULES = 60;

/** A rule for all protocols and ports. */
export function allowAll(peer: Pick<Rule, 'CidrIpv4' | 'ReferencedGroupInfo'>): Rule {
  return { IpProtocol: '-1', FromPort: -1, ToPort: -1, ...peer };
}

/** @throws AwsError InvalidPermission.Duplicate, RulesPerSecurityGroupLimitExceeded; then no rule was added */
export function addRules(
  ec2: Inventory,
  group: SecurityGroupRecord,
  egress: boolean,
  rules: readonly Rule[],
): SecurityGroupRuleRecord[] {
  const existing = ec2.rulesOf(group.GroupId).filter((rule) => rule.IsEgress === egress);
  const keys = new Set(existing.map(ruleKey));
  for (const rule of rules) {
    if (keys.has(ruleKey(rule))) {
      throw invalidPermissionDuplicate(`the specified rule "${describeRule(rule)}" already exists`);
    }
  }
  if (existing.length + rules.length > MOST_RULES) {
    throw rulesPerSecurityGroupLimitExceeded(
      'The maximum number of rules per security group has been reached.',
    );
  }
  return rules.map((rule) => {
    const SecurityGroupRuleId = resourceId('sgr');
    return ec2.securityGroupRules.add(SecurityGroupRuleId, {
      ...rule,
      SecurityGroupRuleId,
      SecurityGroupRuleArn: ec2.arn(`security-group-rule/${SecurityGroupRuleId}`),
      GroupId: group.GroupId,
      GroupOwnerId: ec2.owner,
      IsEgress: egress,
    });
  });
}

/**
 * Makes rules others, which keep their ids and their directions.
 *
 * @throws AwsError InvalidPermission.Duplicate; then no rule was changed
 */
export function changeRules(
  ec2: Inventory,
  group: SecurityGroupRecord,
  changes: readonly { readonly rule: SecurityGroupRuleRecord; readonly wanted: Rule }[],
): void {
  const changed = new Map(changes.map(({ rule, wanted }) => [rule, wanted]));
  const keys = new Set<string>();
  for (const rule of ec2.rulesOf(group.GroupId)) {
    const next = changed.get(rule) ?? rule;
    const key = `${rule.IsEgress} ${ruleKey(next)}`;
    if (keys.has(key))
      throw invalidPermissionDuplicate(`the specified rule "${describeRule(next)}" already exists`);
    keys.add(key);
  }
  const none = {
    CidrIpv4: undefined,
    CidrIpv6: undefined,
    PrefixListId: undefined,
    ReferencedGroupInfo: undefined,
    Description: undefined,
  };
  for (const { rule, wanted } of changes) Object.assign(rule, none, wanted);
}

/**
 * @returns the rules that were removed
 * @throws AwsError InvalidPermission.NotFound, InvalidSecurityGroupRuleId.NotFound; then no rule was removed
 */
export function removeRules(
  ec2: Inventory,
  group: SecurityGroupRecord,
  egress: boolean,
  input: PermissionInput & { readonly SecurityGroupRuleIds?: readonly string[] },
): SecurityGroupRuleRecord[] {
  const existing = ec2.rulesOf(group.GroupId).filter((rule) => rule.IsEgress === egress);
  const byId = ec2.securityGroupRules.requireAll(input.SecurityGroupRuleIds ?? []);
  for (const rule of byId) {
    if (!existing.includes(rule)) {
      throw invalidSecurityGroupRuleIdNotFound(
        `The security group rule ID '${rule.SecurityGroupRuleId}' does not exist`,
      );
    }
  }
  const byPermission =
    byId.length > 0
      ? []
      : readPermissions(ec2, group, input).map((wanted) => {
          const found = existing.find((rule) => ruleKey(rule) === ruleKey(wanted));
          if (found) return found;
          throw invalidPermissionNotFound('The specified rule does not exist in this security group.');
        });
  const removed = [...byId, ...byPermission];
  for (const rule of removed) ec2.securityGroupRules.delete(rule.SecurityGroupRuleId);
  return removed;
}

/** A rule as the API shows it. */
export function showRule(ec2: Inventory, rule: SecurityGroupRuleRecord): SecurityGroupRule {
  return { ...rule, ...ec2.securityGroupRules.tagsOf(rule.SecurityGroupRuleId) };
}

/** What a revoke call took away. */
export function showRevoked(rules: readonly SecurityGroupRuleRecord[]): RevokedSecurityGroupRule[] {
  return rules.map(({ ReferencedGroupInfo, ...rule }) => ({
    SecurityGroupRuleId: rule.SecurityGroupRuleId,
    GroupId: rule.GroupId,
    IsEgress: rule.IsEgress,
    IpProtocol: rule.IpProtocol,
    FromPort: rule.FromPort,
    ToPort: rule.ToPort,
    CidrIpv4: rule.CidrIpv4,
    CidrIpv6: rule.CidrIpv6,
    PrefixListId: rule.PrefixListId,
    ReferencedGroupId: ReferencedGroupInfo?.GroupId,
    Description: rule.Description,
  }));
}

function describeRule(rule: Rule | SecurityGroupRuleRecord): string {
  const peer = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId ?? '';
  if (rule.IpProtocol === '-1') return `peer: ${peer}, ALL, ALLOW`;
  return `peer: ${peer}, ${rule.IpProtocol.toUpperCase()}, from port: ${rule.FromPort}, to port: ${rule.ToPort}, ALLOW`;
}
