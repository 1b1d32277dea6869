import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientSettings } from '../deploy';

/** A server of a group. */
export interface Server {
  readonly instanceId: string;
  readonly imageId: string;
  /** In service and healthy in every target group of its group. */
  readonly healthy: boolean;
}

/** The servers of an Auto Scaling group, with the image that each runs. */
export async function listServers(settings: ClientSettings, autoScalingGroup: string): Promise<Server[]> {
  const { AutoScalingGroups } = await new AutoScalingClient(settings).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [autoScalingGroup] }),
  );
  const [group] = AutoScalingGroups ?? [];
  const members = group?.Instances ?? [];
  if (members.length === 0) return [];
  const ids = members.map(({ InstanceId = '' }) => InstanceId);
  const { Reservations } = await new EC2Client(settings).send(
    new DescribeInstancesCommand({ InstanceIds: ids }),
  );
  const instances = (Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  const balancing = new ElasticLoadBalancingV2Client(settings);
  const healthy = await Promise.all(
    (group?.TargetGroupARNs ?? []).map(async (TargetGroupArn) => {
      const { TargetHealthDescriptions } = await balancing.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      const good = (TargetHealthDescriptions ?? []).filter(
        (target) => target.TargetHealth?.State === 'healthy',
      );
      return new Set(good.map((target) => target.Target?.Id));
    }),
  );
  return members.map((member) => ({
    instanceId: member.InstanceId ?? '',
    imageId: instances.find((instance) => instance.InstanceId === member.InstanceId)?.ImageId ?? '',
    healthy:
      member.LifecycleState === 'InService' && healthy.every((targets) => targets.has(member.InstanceId)),
  }));
}
