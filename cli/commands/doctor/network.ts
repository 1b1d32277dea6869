import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Place } from '../../remote/place';
import { counted } from '../../view/text';
import { bad, type Check, good, note } from './check';
import type { Stack } from './stack';

const NAME = 'network';

/** Why no base instance can stand in a subnet, and what mends it. */
interface Problem {
  readonly text: string;
  readonly mend: string;
}

/** Whether the subnets of base instances are there, have room and a way out, and their security groups are there. */
export async function checkNetwork(
  { parameters, sources }: Stack,
  { client }: Pick<Place, 'client'>,
): Promise<readonly Check[]> {
  const ec2 = new EC2Client(client);
  const ids = (parameters.Subnets ?? '').split(',').filter(Boolean);
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: ids }] }),
  );
  const vpcs = [...new Set(Subnets.flatMap(({ VpcId }) => VpcId ?? []))];
  const ways = await readWays(ec2, vpcs);
  const problems = ids.map((id) => {
    const subnet = Subnets.find(({ SubnetId }) => SubnetId === id);
    if (subnet) return findProblem(subnet, ways);
    const mend = `write others into the SSM parameter ${sources.Subnets}, and npx serverless deploy`;
    return { text: `the subnet ${id} is gone`, mend };
  });
  const wrong = problems.filter((one) => one !== undefined);
  // A build that one subnet has no room for takes another.
  const say = wrong.length === ids.length ? bad : note;
  const groups = await checkGroups(ec2, parameters, sources);
  const usable = ids.length - wrong.length;
  return [
    ...(usable > 0
      ? [good(NAME, `${counted(usable, 'subnet')} in ${vpcs.join(', ')} with room and a way out`)]
      : []),
    ...wrong.map(({ text, mend }) => say(NAME, text, mend)),
    ...groups,
  ];
}

interface Ways {
  readonly tables: readonly RouteTable[];
  /** By VPC. */
  readonly gateways: ReadonlyMap<string, string>;
}

async function readWays(ec2: EC2Client, vpcs: string[]): Promise<Ways> {
  if (vpcs.length === 0) return { tables: [], gateways: new Map() };
  const [{ RouteTables = [] }, { InternetGateways = [] }] = await Promise.all([
    ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: vpcs }] })),
    ec2.send(new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: vpcs }] })),
  ]);
  const attached = InternetGateways.flatMap(({ InternetGatewayId = '', Attachments = [] }) =>
    Attachments.map(({ VpcId = '' }) => [VpcId, InternetGatewayId] as const),
  );
  return { tables: RouteTables, gateways: new Map(attached) };
}

function findProblem(subnet: Subnet, { tables, gateways }: Ways): Problem | undefined {
  const { SubnetId = '', VpcId = '', AvailableIpAddressCount = 1 } = subnet;
  if (AvailableIpAddressCount === 0)
    return { text: `the subnet ${SubnetId} has no free address`, mend: 'end what is not needed there' };
  const of = tables.filter((table) => table.VpcId === VpcId);
  const table =
    of.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === SubnetId)) ??
    of.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));
  const way = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  if (way && way.State !== 'blackhole') return undefined;
  const { RouteTableId = '' } = table ?? {};
  const verb = way ? 'replace-route' : 'create-route';
  return {
    text: `the subnet ${SubnetId} has no way out: in its route table ${RouteTableId} 0.0.0.0/0 leads ${way ? 'to what is gone' : 'nowhere'}`,
    mend: `aws ec2 ${verb} --route-table-id ${RouteTableId} --destination-cidr-block 0.0.0.0/0 --gateway-id ${gateways.get(VpcId) ?? 'igw-…'}`,
  };
}

async function checkGroups(
  ec2: EC2Client,
  parameters: Stack['parameters'],
  sources: Stack['sources'],
): Promise<Check[]> {
  const names = ['BaseSecurityGroup', 'ProbeSecurityGroup'];
  const Values = names.flatMap((name) => parameters[name] ?? []);
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-id', Values }] }),
  );
  return names
    .filter((name) => !SecurityGroups.some(({ GroupId }) => GroupId === parameters[name]))
    .map((name) =>
      bad(
        NAME,
        `the security group ${parameters[name]} (${name}) is gone`,
        `write another into the SSM parameter ${sources[name]}, and npx serverless deploy`,
      ),
    );
}
