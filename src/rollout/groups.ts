import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type Instance,
  paginateDescribeAutoScalingGroups,
  paginateDescribeWarmPool,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../aws/auto-scaling';
import { isAwsError } from '../aws/error';

/** As many groups as one DescribeAutoScalingGroups answers at most. */
const GROUPS_A_CALL = 100;

/** Reads Auto Scaling groups by their names, whatever their number, in as few calls as AWS allows. */
export async function describeGroups(names: string[]): Promise<Map<string, AutoScalingGroup>> {
  const groups = new Map<string, AutoScalingGroup>();
  for (let at = 0; at < names.length; at += GROUPS_A_CALL) {
    const AutoScalingGroupNames = names.slice(at, at + GROUPS_A_CALL);
    const { AutoScalingGroups = [] } = await autoScaling().send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames, MaxRecords: GROUPS_A_CALL }),
    );
    for (const group of AutoScalingGroups) groups.set(group.AutoScalingGroupName ?? '', withoutPool(group));
  }
  return groups;
}

/** Reads all Auto Scaling groups of the account in this region. */
export async function describeAllGroups(): Promise<AutoScalingGroup[]> {
  const groups: AutoScalingGroup[] = [];
  const pages = paginateDescribeAutoScalingGroups({ client: autoScaling(), pageSize: GROUPS_A_CALL }, {});
  for await (const { AutoScalingGroups = [] } of pages) groups.push(...AutoScalingGroups.map(withoutPool));
  return groups;
}

/**
 * The servers in the warm pool of a group, but those that leave it. They serve nobody, and come into service when the group scales out: none
 * may run what the group does not.
 */
export async function describeWarmPool({
  AutoScalingGroupName,
  WarmPoolConfiguration,
}: Pick<AutoScalingGroup, 'AutoScalingGroupName' | 'WarmPoolConfiguration'>): Promise<Instance[]> {
  if (!WarmPoolConfiguration || WarmPoolConfiguration.Status) return [];
  const found: Instance[] = [];
  try {
    const pages = paginateDescribeWarmPool({ client: autoScaling() }, { AutoScalingGroupName });
    for await (const { Instances = [] } of pages) found.push(...Instances);
  } catch (error) {
    // The group has just gone, which Auto Scaling says so.
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  return found.filter(({ LifecycleState = '' }) => !LifecycleState.startsWith('Warmed:Terminat'));
}

/** What waits in the warm pool is no server of the group, whichever list it should stand in. */
function withoutPool(group: AutoScalingGroup): AutoScalingGroup {
  const { Instances } = group;
  const isOwn = ({ LifecycleState }: Instance) => !LifecycleState?.startsWith('Warmed:');
  return Instances ? { ...group, Instances: Instances.filter(isOwn) } : group;
}
