import {
  AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Place } from '../../remote/place';
import { counted } from '../../view/text';
import { type Check, good, note } from './check';

/** What target groups say of the servers of groups, which Auto Scaling need not know, and whether it asks them. */
export async function checkHealth(
  names: readonly string[],
  { client }: Pick<Place, 'client'>,
): Promise<readonly Check[]> {
  if (names.length === 0) return [];
  const groups: AutoScalingGroup[] = [];
  const pages = paginateDescribeAutoScalingGroups(
    { client: new AutoScalingClient(client) },
    { AutoScalingGroupNames: [...names] },
  );
  for await (const { AutoScalingGroups = [] } of pages) groups.push(...AutoScalingGroups);
  const balancing = new ElasticLoadBalancingV2Client(client);
  const found = await Promise.all(groups.map((group) => lookAt(group, balancing)));
  const notes = found.flatMap(({ notes: own }) => own);
  const asked = found.reduce((sum, { targets }) => sum + targets, 0);
  const of = counted(
    new Set(groups.flatMap(({ TargetGroupARNs = [] }) => TargetGroupARNs)).size,
    'target group',
  );
  return notes.length > 0
    ? notes
    : [good('health', `${of}, ${counted(asked, 'server')} in them, none unhealthy`)];
}

async function lookAt(group: AutoScalingGroup, client: ElasticLoadBalancingV2Client) {
  const { AutoScalingGroupName: name = '', TargetGroupARNs = [], HealthCheckType = '' } = group;
  const health = await Promise.all(
    TargetGroupARNs.map(async (TargetGroupArn) => {
      const { TargetHealthDescriptions = [] } = await client.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return { of: TargetGroupArn.split('/')[1] ?? TargetGroupArn, targets: TargetHealthDescriptions };
    }),
  );
  const sick = health.flatMap(({ of, targets }) =>
    targets.filter(isSick).map(({ Target, TargetHealth: { State, Reason, Description } = {} }) => {
      const why = [Reason, Description].filter(Boolean).join(': ');
      return `${Target?.Id} is ${State} in the target group ${of}${why ? ` (${why})` : ''}`;
    }),
  );
  const isAsked = TargetGroupARNs.length === 0 || HealthCheckType.split(',').includes('ELB');
  return {
    targets: health.reduce((sum, { targets }) => sum + targets.length, 0),
    notes: [
      ...(sick.length > 0 ? [note(name, sick.join('; '))] : []),
      ...(isAsked
        ? []
        : [
            note(
              name,
              `does not ask its target groups whether servers are healthy (${HealthCheckType}): a refresh does not notice that the site does not work`,
              `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --health-check-type ELB --health-check-grace-period 60`,
            ),
          ]),
    ],
  };
}

/** One that comes or goes is not. */
function isSick({ TargetHealth }: TargetHealthDescription): boolean {
  return /^unhealthy/.test(TargetHealth?.State ?? '') || TargetHealth?.State === 'unavailable';
}
