import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import { validationError } from '../errors';
import type { Group, GroupInstance } from '../records/group';

/** How the target groups of a group see its instances, by target group ARN, then by instance id. */
export type HealthView = ReadonlyMap<string, ReadonlyMap<string, TargetHealth>>;

/** Registers instances with target groups and asks how these see them. */
export class TargetGroups {
  constructor(private readonly elb: Api<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>) {}

  async register(arn: string, instanceIds: readonly string[]): Promise<void> {
    if (instanceIds.length === 0) return;
    await this.elb.RegisterTargets({ TargetGroupArn: arn, Targets: instanceIds.map((Id) => ({ Id })) });
  }

  /** Begins the draining. A target group that is gone needs none. */
  async deregister(arn: string, instanceId: string): Promise<void> {
    await unlessGone(async () => {
      await this.elb.DeregisterTargets({ TargetGroupArn: arn, Targets: [{ Id: instanceId }] });
    });
  }

  /** Whether no target group lets requests of this instance end any more. */
  async isDrained(arns: readonly string[], instanceId: string): Promise<boolean> {
    for (const arn of arns) {
      const health = (await this.healthIn(arn)).get(instanceId);
      if (health?.State === 'draining') return false;
    }
    return true;
  }

  async view(group: Group): Promise<HealthView> {
    const view = new Map<string, ReadonlyMap<string, TargetHealth>>();
    for (const arn of group.settings.targetGroupArns) view.set(arn, await this.healthIn(arn));
    return view;
  }

  /** @throws AwsError `ValidationError` when a target group does not exist */
  async check(arns: readonly string[]): Promise<void> {
    for (const arn of arns) {
      try {
        await this.elb.DescribeTargetGroups({ TargetGroupArns: [arn] });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw validationError(
          `Provided Target Groups may not be valid. Please ensure they exist and try again.`,
        );
      }
    }
  }

  private async healthIn(arn: string): Promise<ReadonlyMap<string, TargetHealth>> {
    const found = new Map<string, TargetHealth>();
    await unlessGone(async () => {
      const answer = await this.elb.DescribeTargetHealth({ TargetGroupArn: arn });
      for (const { Target, TargetHealth } of answer.TargetHealthDescriptions ?? [])
        if (Target?.Id && TargetHealth) found.set(Target.Id, TargetHealth);
    });
    return found;
  }
}

/** Whether all target groups send requests to the instance, or none of them can be asked to. */
export function isBalanced(group: Group, instance: GroupInstance, view: HealthView): boolean {
  return group.settings.targetGroupArns.every((arn) => {
    const health = view.get(arn)?.get(instance.instanceId);
    return (
      health?.State === 'healthy' ||
      health?.State === 'unavailable' ||
      (health?.State === 'unused' && health.Reason === 'Target.NotInUse')
    );
  });
}

/** Whether a target group that has been in service calls the instance unhealthy. */
export function isFailing(group: Group, instance: GroupInstance, view: HealthView): boolean {
  return group.settings.targetGroupArns.some(
    (arn) =>
      group.attachments.get(arn) === 'InService' &&
      view.get(arn)?.get(instance.instanceId)?.State === 'unhealthy',
  );
}

async function unlessGone(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AwsError) || !error.code.startsWith('TargetGroupNotFound')) throw error;
  }
}
