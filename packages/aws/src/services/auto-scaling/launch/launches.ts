import type { _InstanceType, Instance } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import { type Api, clientOf } from '../../../core/client';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import { isRoot } from '../../../core/principal';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import { unauthorizedTemplate, validationError } from '../errors';
import { activeRefresh, launchConfiguration } from '../records/active-refresh';
import type { Activities, Place } from '../records/activities';
import { type Configuration, kindsOf, weightIn } from '../records/configuration';
import { activeInstances, type Group, type GroupInstance, type WarmPool } from '../records/group';
import { stayingIn } from '../records/warm-pool';
import { LaunchAttempts, type LaunchPurpose } from './launch-attempts';
import { GROUP_TAG, launchRequest, onMarket } from './launch-request';
import type { LaunchTemplates } from './launch-templates';
import { choosePlace } from './placement';
import { asksForPrices, chooseMarket, MARKET_WORDS, type Market, orderPools, type Pool } from './pools';

interface Needs {
  readonly ec2: Pick<Ec2Port, 'instance' | 'subnet'>;
  readonly ec2Api: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly templates: LaunchTemplates;
  readonly activities: Activities;
}

/** What another pool may have where one has none. */
const CAPACITY_CODES: readonly string[] = [
  'InsufficientInstanceCapacity',
  'MaxSpotInstanceCountExceeded',
  'SpotMaxPriceTooLow',
  'Unsupported',
  'VcpuLimitExceeded',
];

/** Launches of instances, as groups want them. */
export class Launches {
  readonly attempts: LaunchAttempts;

  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {
    this.attempts = new LaunchAttempts(context.clock, needs.ec2, needs.ec2Api);
  }

  /**
   * Launches one instance where the group has the fewest. What EC2 refuses becomes a failed activity, and the
   * next try waits longer each time.
   *
   * @param cause why, as the activity says it
   * @param leaving ids of instances in whose place it comes
   * @param warmPool that of the group, where it is to go there and not into the group
   * @returns the new instance, or why there is none
   */
  async launch(
    group: Group,
    configuration: Configuration,
    cause: string,
    leaving: ReadonlySet<string> = activeRefresh(group)?.replace ?? new Set(),
    warmPool?: WarmPool,
  ): Promise<GroupInstance | { failure: string }> {
    const zoneOf = (id: string) => this.needs.ec2.subnet(id)?.AvailabilityZone;
    const place = choosePlace(group, zoneOf, activeRefresh(group)?.replace, warmPool && stayingIn(warmPool));
    try {
      const { faults, region } = this.context;
      const fault = faults.takeLate(region, 'autoscaling', 'RunInstances', 'lateFailure');
      if (fault) throw new AwsError(fault.code ?? 'InternalError', fault.message ?? 'Internal error', 500);
      return await this.run(group, configuration, { cause, place, leaving, warmPool });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.needs.activities.failLaunch(group, cause, error.message, place);
      group.nextLaunchAt = this.context.clock.millis() + backoffSeconds(group.launchFailures) * 1000;
      group.launchFailures += 1;
      return { failure: error.message };
    }
  }

  /**
   * Takes instances into the group that were launched for it though EC2 had refused to.
   *
   * @returns those; outdated are those that come too late, since the group is launched from something else by now
   */
  adopt(group: Group): { readonly fitting: GroupInstance[]; readonly outdated: GroupInstance[] } {
    const fitting: GroupInstance[] = [];
    const outdated: GroupInstance[] = [];
    for (const stray of this.attempts.strays((one) => one === group)) {
      const { purpose, instance, askedAt } = stray;
      const { warmPool, configuration } = purpose;
      this.attempts.forget(stray);
      const refreshedAt = activeRefresh(group)?.startedAt.getTime() ?? askedAt;
      const isOutdated = configuration !== launchConfiguration(group) || askedAt < refreshedAt;
      const pool = warmPool === group.warmPool && !isOutdated ? warmPool : undefined;
      (isOutdated ? outdated : fitting).push(this.takeIn(instance, purpose, pool));
    }
    return { fitting, outdated };
  }

  /** Terminates instances that were launched, though EC2 had refused to, for groups that are no more. */
  async dropStrays(isThere: (group: Group) => boolean): Promise<void> {
    for (const stray of this.attempts.strays((group) => !isThere(group))) {
      try {
        await this.needs.ec2Api.TerminateInstances({ InstanceIds: [stray.instance.InstanceId ?? ''] });
        this.attempts.forget(stray);
      } catch (error) {
        // The next tick tries again.
        if (!(error instanceof AwsError)) throw error;
      }
    }
  }

  /**
   * Asks EC2 whether it would launch from the configuration, as AWS does before it accepts one.
   *
   * @throws AwsError `ValidationError` with EC2's reason
   */
  async check(
    configuration: Configuration,
    group: Pick<Group, 'name' | 'settings' | 'tags' | 'instances'>,
  ): Promise<void> {
    const place = choosePlace(group, (id) => this.needs.ec2.subnet(id)?.AvailabilityZone);
    for (const { template, override } of await this.poolsOf(configuration)) {
      try {
        await this.needs.ec2Api.RunInstances({
          ...launchRequest(group, template, override, place),
          DryRun: true,
        });
      } catch (error) {
        if (!(error instanceof AwsError) || error.status >= 500) throw error;
        if (error.code === 'DryRunOperation') continue;
        throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
      }
    }
  }

  /**
   * Asks EC2 whether the caller may launch from the configuration: who gives a group a launch template must be allowed to run it.
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
   *
   * @throws AwsError `AccessDenied`
   */
  async checkRights(
    configuration: Configuration,
    group: Pick<Group, 'name' | 'settings' | 'tags' | 'instances'>,
    call: Call,
  ): Promise<void> {
    if (isRoot(call.principal)) return;
    const ec2 = clientOf<typeof import('@aws-sdk/client-ec2')>(this.context, 'ec2', () =>
      forwarded(call, 'autoscaling.amazonaws.com'),
    );
    const place = choosePlace(group, (id) => this.needs.ec2.subnet(id)?.AvailabilityZone);
    for (const { template, override } of await this.poolsOf(configuration)) {
      // The group's own tags are Auto Scaling's to give.
      const { TagSpecifications: _tags, ...request } = launchRequest(group, template, override, place);
      try {
        await ec2.RunInstances({ ...request, DryRun: true });
      } catch (error) {
        if (!(error instanceof AwsError && error.code === 'UnauthorizedOperation')) continue;
        throw unauthorizedTemplate(template.launchedFrom.LaunchTemplateId, error.message);
      }
    }
  }

  /** The pools of a configuration, each template looked up once. */
  private async poolsOf(configuration: Configuration): Promise<Pool[]> {
    const looked = new Map<string, Promise<Pool['template']>>();
    const pools = kindsOf(configuration).map(async ({ spec, override }) => {
      const key = JSON.stringify([spec.LaunchTemplateId, spec.LaunchTemplateName, spec.Version]);
      const looking = looked.get(key) ?? this.needs.templates.resolve(spec);
      looked.set(key, looking);
      const template = await looking;
      return { spec, override, template, type: override?.InstanceType ?? template.data.InstanceType };
    });
    return Promise.all(pools);
  }

  /** Tags instances that were not launched here with the group's name, as those that were. */
  async mark(group: Group, instanceIds: readonly string[]): Promise<void> {
    await this.needs.ec2Api.CreateTags({
      Resources: [...instanceIds],
      Tags: [{ Key: GROUP_TAG, Value: group.name }],
    });
  }

  /** Takes the group's name from an instance that leaves and stays. */
  async unmark(instanceId: string): Promise<void> {
    try {
      await this.needs.ec2Api.DeleteTags({ Resources: [instanceId], Tags: [{ Key: GROUP_TAG }] });
    } catch (error) {
      // The instance is gone, and its tags with it.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  private async run(
    group: Group,
    configuration: Configuration,
    {
      cause,
      place,
      leaving,
      warmPool,
    }: { cause: string; place: Place; leaving: ReadonlySet<string>; warmPool: WarmPool | undefined },
  ): Promise<GroupInstance> {
    const { market, pools } = await this.choose(group, configuration, leaving);
    const about = { group, configuration, cause, place, warmPool };
    const { purpose, launched } = await this.runFirst({ market, pools }, about);
    return this.takeIn(launched, purpose, warmPool);
  }

  /** Takes an instance that was launched into its group, or into the warm pool of that. */
  private takeIn(
    launched: Instance,
    { group, configuration, launchedFrom, cause, place }: LaunchPurpose,
    warmPool: WarmPool | undefined,
  ): GroupInstance {
    const instance: GroupInstance = {
      instanceId: launched.InstanceId ?? '',
      zone: launched.Placement?.AvailabilityZone ?? place.zone,
      subnetId: launched.SubnetId ?? place.subnetId,
      instanceType: launched.InstanceType,
      isSpot: launched.InstanceLifecycle === 'spot',
      weight: weightIn(configuration, launched.InstanceType),
      launchedFrom,
      launchedAt: this.context.clock.millis(),
      lifecycle: warmPool ? 'Warmed:Pending' : 'Pending',
      health: 'Healthy',
      isProtected: group.settings.newInstancesProtected,
      balanced: false,
      completedHooks: new Set(),
    };
    instance.activity = this.needs.activities.begin(group, {
      description: `Launching a new EC2 instance${warmPool ? ' into warm pool' : ''}: ${instance.instanceId}`,
      cause,
      status: 'PreInService',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.activity.Progress = 30;
    (warmPool ?? group).instances.set(instance.instanceId, instance);
    return instance;
  }

  /** Where the next instance of a group is launched: on which market, and from which pools in turn. */
  private async choose(
    group: Group,
    configuration: Configuration,
    leaving: ReadonlySet<string>,
  ): Promise<{ market: Market | undefined; pools: readonly Pool[] }> {
    const pools = await this.poolsOf(configuration);
    const policy = configuration.mixedInstancesPolicy;
    if (!policy) return { market: undefined, pools };
    const staying = activeInstances(group).filter(({ instanceId }) => !leaving.has(instanceId));
    const { InstancesDistribution: distribution } = policy;
    const market = chooseMarket(distribution, staying);
    const prices = asksForPrices(market, distribution) && pools.length > 1 ? await this.pricesOf(pools) : [];
    const priceOf = (type: string | undefined) => new Map(prices).get(type ?? '') ?? 0;
    return { market, pools: orderPools(pools, market, distribution, staying, priceOf) };
  }

  private async pricesOf(pools: readonly Pool[]): Promise<[type: string, price: number][]> {
    const names = [...new Set(pools.flatMap(({ type }) => type ?? []))];
    const { InstanceTypes = [] } = await this.needs.ec2Api.DescribeInstanceTypes({
      InstanceTypes: names as _InstanceType[],
    });
    return InstanceTypes.map(({ InstanceType = '', VCpuInfo, MemoryInfo }) => [
      InstanceType,
      4 * (VCpuInfo?.DefaultVCpus ?? 0) + (MemoryInfo?.SizeInMiB ?? 0) / 1024,
    ]);
  }

  /** @throws AwsError where no pool has capacity, as AWS words it of the market */
  private async runFirst(
    { market, pools }: { market: Market | undefined; pools: readonly Pool[] },
    about: Omit<LaunchPurpose, 'launchedFrom'>,
  ): Promise<{ purpose: LaunchPurpose; launched: Instance }> {
    const distribution = about.configuration.mixedInstancesPolicy?.InstancesDistribution;
    let last: AwsError | undefined;
    for (const { template, override } of pools) {
      const purpose = { ...about, launchedFrom: template.launchedFrom };
      const request = {
        ...launchRequest(about.group, template, override, about.place),
        ...(market && onMarket(market, distribution)),
      };
      try {
        return { purpose, launched: await this.attempts.run(request, purpose) };
      } catch (error) {
        if (!market || !(error instanceof AwsError)) throw error;
        last = error;
        if (!CAPACITY_CODES.includes(error.code)) break;
      }
    }
    if (!market || !last) throw new Error('a configuration without a pool');
    throw new AwsError(
      last.code,
      `Could not launch ${MARKET_WORDS[market]}. ${last.code} - ${last.message}`,
      last.status,
    );
  }
}

function backoffSeconds(failures: number): number {
  return Math.min(durations.launchRetry.seconds * 2 ** failures, durations.launchRetryAtMost.seconds);
}
