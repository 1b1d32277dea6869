import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type Filter,
  type IpPermission,
  type LaunchTemplateVersion,
  type SecurityGroup,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { encloses, parseCidr } from 'aws-languages/cidr';
import { ec2 } from '../../aws/ec2';
import { env } from '../../env';

/** One end of the way from the probe to a server: its security groups, and the subnets that it may stand in. */
interface End {
  groups: SecurityGroup[];
  subnets: Subnet[];
}

/**
 * What keeps the probe from asking the servers of a group for the site: another VPC, or a rule that a security group lacks.
 * A server's groups must let the probe in, and the probe's must let it out.
 * See https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 *
 * @param version the version of the group's launch template: its security groups are those of the servers
 * @param ports where the servers answer
 * @returns what to change, with the very rule; undefined when nothing is in the way
 */
export async function findObstacle(
  group: AutoScalingGroup,
  version: LaunchTemplateVersion,
  ports: readonly number[],
): Promise<string | undefined> {
  const [servers, probe] = await Promise.all([describeServers(group, version), describeProbe()]);
  const [place, home] = [servers.groups[0]?.VpcId, probe.groups[0]?.VpcId];
  if (!place)
    return 'has servers whose security groups are unknown: the launch template names none that exists.';
  if (place !== home)
    return `has servers in ${place}, where Kiln's probe, which is in ${home}, cannot ask them for the site.`;
  for (const port of ports) {
    const obstacle = findMissingRule(servers, probe, port);
    if (obstacle) return obstacle;
  }
  return undefined;
}

function findMissingRule(servers: End, probe: End, port: number): string | undefined {
  const [to, from] = [servers.groups[0]?.GroupId, probe.groups[0]?.GroupId];
  const rule = `--protocol tcp --port ${port}`;
  if (!admits(servers.groups, 'IpPermissions', probe, port)) {
    return `has servers that do not let Kiln's probe in on port ${port}: none of their security groups (${idsOf(servers)}) admits ${from}. Add the rule: aws ec2 authorize-security-group-ingress --group-id ${to} ${rule} --source-group ${from}.`;
  }
  if (!admits(probe.groups, 'IpPermissionsEgress', servers, port)) {
    return `has servers that the security group of Kiln's probe (${from}) does not let it out to on port ${port}. Add the rule: aws ec2 authorize-security-group-egress --group-id ${from} --ip-permissions IpProtocol=tcp,FromPort=${port},ToPort=${port},UserIdGroupPairs=[{GroupId=${to}}].`;
  }
  return undefined;
}

function idsOf({ groups }: End): string {
  return groups.map(({ GroupId }) => GroupId).join(', ');
}

/** Whether the rules of any of the groups let TCP pass between the port and the whole other end. */
function admits(
  groups: SecurityGroup[],
  direction: 'IpPermissions' | 'IpPermissionsEgress',
  other: End,
  port: number,
): boolean {
  return groups.some((group) =>
    group[direction]?.some((rule) => isForPort(rule, port) && isForEnd(rule, other)),
  );
}

function isForPort({ IpProtocol, FromPort = 0, ToPort = 65_535 }: IpPermission, port: number): boolean {
  if (IpProtocol === '-1') return true;
  return IpProtocol === 'tcp' && FromPort <= port && port <= ToPort;
}

function isForEnd({ UserIdGroupPairs = [], IpRanges = [] }: IpPermission, { groups, subnets }: End): boolean {
  if (UserIdGroupPairs.some(({ GroupId }) => groups.some((group) => group.GroupId === GroupId))) return true;
  const blocks = IpRanges.flatMap(({ CidrIp }) => parseCidr(CidrIp) ?? []);
  const isEnclosed = ({ CidrBlock }: Subnet) => {
    const inner = parseCidr(CidrBlock);
    return inner !== undefined && blocks.some((block) => encloses(block, inner));
  };
  return subnets.length > 0 && subnets.every(isEnclosed);
}

async function describeProbe(): Promise<End> {
  const [groups, subnets] = await Promise.all([
    describeSecurityGroups([{ Name: 'group-id', Values: [env('KILN_PROBE_SECURITY_GROUP')] }]),
    describeSubnets(env('KILN_SUBNETS').split(',')),
  ]);
  return { groups, subnets };
}

async function describeServers(group: AutoScalingGroup, version: LaunchTemplateVersion): Promise<End> {
  const subnets = await describeSubnets(group.VPCZoneIdentifier?.split(',').filter(Boolean) ?? []);
  return {
    subnets,
    groups: await describeSecurityGroups(groupsOf(version, subnets[0]?.VpcId ?? '')),
  };
}

/** EC2 gives a server that names no security group the default one of its VPC. */
function groupsOf({ LaunchTemplateData = {} }: LaunchTemplateVersion, vpc: string): Filter[] {
  const { SecurityGroupIds = [], SecurityGroups = [], NetworkInterfaces = [] } = LaunchTemplateData;
  const first = NetworkInterfaces.find(({ DeviceIndex = 0 }) => DeviceIndex === 0);
  const ids = [...SecurityGroupIds, ...(first?.Groups ?? [])];
  if (ids.length > 0) return [{ Name: 'group-id', Values: ids }];
  const names = SecurityGroups.length > 0 ? SecurityGroups : ['default'];
  return [
    { Name: 'group-name', Values: names },
    { Name: 'vpc-id', Values: [vpc] },
  ];
}

/** By filters, because an unknown id would fail the call. */
async function describeSecurityGroups(Filters: Filter[]): Promise<SecurityGroup[]> {
  const { SecurityGroups = [] } = await ec2().send(new DescribeSecurityGroupsCommand({ Filters }));
  return SecurityGroups;
}

async function describeSubnets(ids: string[]): Promise<Subnet[]> {
  if (ids.length === 0) return [];
  const Filters = [{ Name: 'subnet-id', Values: ids }];
  const { Subnets = [] } = await ec2().send(new DescribeSubnetsCommand({ Filters }));
  return Subnets;
}
