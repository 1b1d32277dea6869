import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  type Instance,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { ec2 } from '../../aws/ec2';
import { iam } from '../../aws/iam';
import { env } from '../../env';
import { findInstance } from '../../image/instances';
import { logger } from '../../log';

const SETTING = 'Images without an agent can be built with "prepare: none" under base.';

/** Why an SSM agent may not be online, in words: what of role and route lacks, or else the agent itself. */
export async function explainSilence(instanceId: string): Promise<string> {
  const instance = await findInstance(instanceId);
  if (!instance) return 'EC2 does not know the instance any more.';
  const reasons = [await findLackOfRight(instance), await findLackOfRoute(instance)];
  const found = reasons.filter((one) => one !== undefined);
  if (found.length > 0) return `${found.join(' ')} ${SETTING}`;
  return `Its role and its route to SSM are as they should be, so there is no agent on it, or it is not started (systemctl status amazon-ssm-agent), or its security group lets nothing out on port 443. ${SETTING}`;
}

/** What the agent needs first. See https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html */
const ACTIONS = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:OpenControlChannel',
];

async function findLackOfRight({ IamInstanceProfile, InstanceId }: Instance): Promise<string | undefined> {
  if (!IamInstanceProfile) return 'The instance has no instance profile, and so no rights for its agent.';
  const [, partition, , , account] = env('KILN_BASE_ROLE').split(':');
  const instance = `arn:${partition}:ec2:${env('AWS_REGION')}:${account}:instance/${InstanceId}`;
  try {
    const { EvaluationResults = [] } = await iam().send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: env('KILN_BASE_ROLE'),
        ActionNames: ACTIONS,
        ResourceArns: [instance],
      }),
    );
    const denied = EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== 'allowed');
    if (denied.length === 0) return undefined;
    return `The role of base instances may not ${denied.map(({ EvalActionName }) => EvalActionName).join(', ')}.`;
  } catch (error) {
    return noteUnknown('rights', error);
  }
}

/** What is not known does not hide what is. */
function noteUnknown(what: string, error: unknown): undefined {
  logger.warn(`could not look at the ${what} of an instance`, error as Error);
  return undefined;
}

async function findLackOfRoute(instance: Instance): Promise<string | undefined> {
  const { SubnetId = '', VpcId = '', PublicIpAddress } = instance;
  try {
    const [tables, services] = await Promise.all([describeTables(VpcId), describeEndpoints(VpcId)]);
    const isOfSubnet = (table: RouteTable) => table.Associations?.some((one) => one.SubnetId === SubnetId);
    const table =
      tables.find(isOfSubnet) ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main));
    const way = table?.Routes?.find(
      (route) => route.DestinationCidrBlock === '0.0.0.0/0' && route.State !== 'blackhole',
    );
    const hasGateway = way?.GatewayId?.startsWith('igw-') === true;
    if (way && (!hasGateway || PublicIpAddress)) return undefined;
    const lacking = ['ssm', 'ssmmessages'].filter(
      (name) => !services.some((one) => one.endsWith(`.${name}`)),
    );
    if (lacking.length === 0) return undefined;
    const out = hasGateway ? 'a public address' : 'a route out';
    return `Its subnet ${SubnetId} has no route to SSM: the instance has neither ${out} nor VPC endpoints for ${lacking.join(' and ')}.`;
  } catch (error) {
    return noteUnknown('routes', error);
  }
}

async function describeTables(vpc: string): Promise<RouteTable[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const { RouteTables = [] } = await ec2().send(new DescribeRouteTablesCommand({ Filters }));
  return RouteTables;
}

/** The services that a VPC has endpoints for. */
async function describeEndpoints(vpc: string): Promise<string[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const { VpcEndpoints = [] } = await ec2().send(new DescribeVpcEndpointsCommand({ Filters }));
  return VpcEndpoints.flatMap(({ ServiceName, State }) =>
    State?.toLowerCase() === 'available' && ServiceName ? [ServiceName] : [],
  );
}
