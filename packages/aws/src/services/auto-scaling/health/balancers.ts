import { AwsError } from '../../../core/aws-error';
import { validationError } from '../errors';
import type { Group, GroupInstance, GroupSettings } from '../records/group';
import type { ClassicLoadBalancers } from './classic-load-balancers';
import type { Seen } from './seen';
import type { TargetGroups } from './target-groups';

/** How what balances a group's load sees its instances: by ARN of a target group or name of a load balancer, then by instance id. */
export type HealthView = ReadonlyMap<string, ReadonlyMap<string, Seen>>;

/** Registers instances with target groups and Classic Load Balancers, and asks how these see them. */
export class Balancers {
  /** What was seen since `lookAnew`: a turn of a group asks for each of its instances, and then for all. */
  private readonly looks = new Map<string, Promise<ReadonlyMap<string, Seen>>>();

  constructor(
    private readonly targetGroups: TargetGroups,
    private readonly classic: ClassicLoadBalancers,
  ) {}

  /** @param id the ARN of a target group, or the name of a Classic Load Balancer */
  async register(id: string, instanceIds: readonly string[]): Promise<void> {
    if (instanceIds.length === 0) return;
    await this.of(id)
      .register(id, instanceIds)
      .finally(() => this.looks.delete(id));
  }

  /** A turn of a group begins: what balances its load is asked again, once until the next turn or until something is changed here. */
  lookAnew({ settings }: Pick<Group, 'settings'>): void {
    for (const id of balancersOf(settings)) this.looks.delete(id);
  }

  /** Begins the draining. What is gone needs none. */
  async deregister(id: string, instanceId: string): Promise<void> {
    await unlessGone(() => this.of(id).deregister(id, instanceId)).finally(() => this.looks.delete(id));
  }

  /** Whether nothing lets requests of this instance end any more. */
  async isDrained(ids: readonly string[], instanceId: string): Promise<boolean> {
    for (const id of ids) if ((await this.healthIn(id)).get(instanceId)?.isDraining) return false;
    return true;
  }

  async view({ settings }: Pick<Group, 'settings'>): Promise<HealthView> {
    const view = new Map<string, ReadonlyMap<string, Seen>>();
    for (const id of balancersOf(settings)) view.set(id, await this.healthIn(id));
    return view;
  }

  /** @throws AwsError `ValidationError` when one does not exist */
  async check(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.of(id).check(id);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const what = isTargetGroupArn(id) ? 'Target Groups' : 'Load Balancers';
        throw validationError(`Provided ${what} may not be valid. Please ensure they exist and try again.`);
      }
    }
  }

  private of(id: string): TargetGroups | ClassicLoadBalancers {
    return isTargetGroupArn(id) ? this.targetGroups : this.classic;
  }

  private healthIn(id: string): Promise<ReadonlyMap<string, Seen>> {
    const look = this.looks.get(id) ?? this.ask(id);
    this.looks.set(id, look);
    return look;
  }

  private async ask(id: string): Promise<ReadonlyMap<string, Seen>> {
    let found: ReadonlyMap<string, Seen> = new Map();
    await unlessGone(async () => {
      found = await this.of(id).healthIn(id);
    });
    return found;
  }
}

/** The ARNs of the target groups and the names of the Classic Load Balancers of a group. */
export function balancersOf({
  targetGroupArns,
  loadBalancerNames,
}: Pick<GroupSettings, 'targetGroupArns' | 'loadBalancerNames'>): string[] {
  return [...targetGroupArns, ...loadBalancerNames];
}

export function isTargetGroupArn(id: string): boolean {
  return id.startsWith('arn:');
}

/** Whether all that balances the group's load sends requests to the instance, or cannot be asked to. */
export function isBalanced({ settings }: Group, { instanceId }: GroupInstance, view: HealthView): boolean {
  return balancersOf(settings).every((id) => view.get(id)?.get(instanceId)?.isBalanced);
}

/** Whether one that has been in service calls the instance unhealthy. */
export function isFailing(group: Group, { instanceId }: GroupInstance, view: HealthView): boolean {
  return balancersOf(group.settings).some(
    (id) => group.attachments.get(id) === 'InService' && view.get(id)?.get(instanceId)?.isFailing,
  );
}

async function unlessGone(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const gone = /^(TargetGroupNotFound|LoadBalancerNotFound|InvalidInstance)/;
    if (!(error instanceof AwsError) || !gone.test(error.code)) throw error;
  }
}
