import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Api } from '../../../core/client';
import type { Seen } from './seen';

/** Registers instances with target groups and asks how these see them. */
export class TargetGroups {
  constructor(private readonly elb: Api<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>) {}

  async register(arn: string, instanceIds: readonly string[]): Promise<void> {
    await this.elb.RegisterTargets({ TargetGroupArn: arn, Targets: instanceIds.map((Id) => ({ Id })) });
  }

  async deregister(arn: string, instanceId: string): Promise<void> {
    await this.elb.DeregisterTargets({ TargetGroupArn: arn, Targets: [{ Id: instanceId }] });
  }

  /** @throws AwsError when there is no such target group */
  async check(arn: string): Promise<void> {
    await this.elb.DescribeTargetGroups({ TargetGroupArns: [arn] });
  }

  async healthIn(arn: string): Promise<ReadonlyMap<string, Seen>> {
    const { TargetHealthDescriptions = [] } = await this.elb.DescribeTargetHealth({ TargetGroupArn: arn });
    return new Map(
      TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) =>
        Target?.Id && TargetHealth ? [[Target.Id, seen(TargetHealth)]] : [],
      ),
    );
  }
}

function seen({ State, Reason }: TargetHealth): Seen {
  return {
    isHealthy: State === 'healthy',
    isBalanced:
      State === 'healthy' || State === 'unavailable' || (State === 'unused' && Reason === 'Target.NotInUse'),
    isFailing: State === 'unhealthy',
    isDraining: State === 'draining',
  };
}
