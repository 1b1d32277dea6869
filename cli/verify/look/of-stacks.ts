import { ApiGatewayV2Client, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { AutoScalingClient, paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, paginateListStacks } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import {
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, paginateListInstanceProfiles, paginateListRoles } from '@aws-sdk/client-iam';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import type { ClientSettings } from '../../deploy';
import type { Names } from '../names';

/** Names of all of a kind in the account, in words, whoever they belong to. */
type Look = (settings: ClientSettings) => AsyncIterable<readonly (string | undefined)[]>;

/** What the stacks make and take away, by kind. */
const LOOKS: Readonly<Record<string, Look>> = {
  async *stack(settings) {
    for await (const page of paginateListStacks({ client: new CloudFormationClient(settings) }, {}))
      yield (page.StackSummaries ?? [])
        .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
        .map(({ StackName }) => StackName);
  },
  async *'Auto Scaling group'(settings) {
    for await (const page of paginateDescribeAutoScalingGroups(
      { client: new AutoScalingClient(settings) },
      {},
    ))
      yield (page.AutoScalingGroups ?? []).map(({ AutoScalingGroupName }) => AutoScalingGroupName);
  },
  async *'load balancer'(settings) {
    for await (const page of paginateDescribeLoadBalancers(
      { client: new ElasticLoadBalancingV2Client(settings) },
      {},
    ))
      yield (page.LoadBalancers ?? []).map(({ LoadBalancerName }) => LoadBalancerName);
  },
  async *'target group'(settings) {
    for await (const page of paginateDescribeTargetGroups(
      { client: new ElasticLoadBalancingV2Client(settings) },
      {},
    ))
      yield (page.TargetGroups ?? []).map(({ TargetGroupName }) => TargetGroupName);
  },
  async *function(settings) {
    for await (const page of paginateListFunctions({ client: new LambdaClient(settings) }, {}))
      yield (page.Functions ?? []).map(({ FunctionName }) => FunctionName);
  },
  async *'state machine'(settings) {
    for await (const page of paginateListStateMachines({ client: new SFNClient(settings) }, {}))
      yield (page.stateMachines ?? []).map(({ name }) => name);
  },
  async *topic(settings) {
    for await (const page of paginateListTopics({ client: new SNSClient(settings) }, {}))
      yield (page.Topics ?? []).map(({ TopicArn }) => TopicArn?.split(':').pop());
  },
  async *rule(settings) {
    const client = new EventBridgeClient(settings);
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListRulesCommand({ NextToken }));
      yield (page.Rules ?? []).map(({ Name }) => Name);
      NextToken = page.NextToken;
    } while (NextToken);
  },
  async *schedule(settings) {
    for await (const page of paginateListSchedules({ client: new SchedulerClient(settings) }, {}))
      yield (page.Schedules ?? []).map(({ Name }) => Name);
  },
  async *alarm(settings) {
    for await (const page of paginateDescribeAlarms({ client: new CloudWatchClient(settings) }, {}))
      yield (page.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);
  },
  async *'HTTP API'(settings) {
    const client = new ApiGatewayV2Client(settings);
    let NextToken: string | undefined;
    do {
      const page = await client.send(new GetApisCommand({ NextToken }));
      yield (page.Items ?? []).map(({ Name }) => Name);
      NextToken = page.NextToken;
    } while (NextToken);
  },
  async *role(settings) {
    for await (const page of paginateListRoles({ client: new IAMClient(settings) }, {}))
      yield (page.Roles ?? []).map(({ RoleName }) => RoleName);
  },
  async *'instance profile'(settings) {
    for await (const page of paginateListInstanceProfiles({ client: new IAMClient(settings) }, {}))
      yield (page.InstanceProfiles ?? []).map(({ InstanceProfileName }) => InstanceProfileName);
  },
};

/** What there is that is named after a verification, in words. */
export async function findNamed(settings: ClientSettings, { name, api }: Names): Promise<string[]> {
  const isNamed = (one: string | undefined) => one === name || one === api || one?.startsWith(`${name}-`);
  const found = await Promise.all(
    Object.entries(LOOKS).map(async ([kind, look]) => {
      const words: string[] = [];
      for await (const page of look(settings))
        words.push(...page.filter(isNamed).map((one) => `${kind} ${one}`));
      return words;
    }),
  );
  return found.flat();
}
