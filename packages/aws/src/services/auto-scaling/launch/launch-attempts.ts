import type { Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import type { Clock } from '../../../core/clock';
import { uuid } from '../../../core/ids';
import type { Ec2Port } from '../../../core/ports';
import type { Place } from '../records/activities';
import type { Configuration, LaunchedFrom } from '../records/configuration';
import type { Group, WarmPool } from '../records/group';

/** What an instance is launched for. */
export interface LaunchPurpose {
  readonly group: Group;
  readonly configuration: Configuration;
  readonly launchedFrom: LaunchedFrom;
  /** Why, as the activity says it. */
  readonly cause: string;
  readonly place: Place;
  /** Where it is to go, if it is not the group. */
  readonly warmPool: WarmPool | undefined;
}

interface Attempt {
  readonly token: string;
  /** JSON of the request, without the token. */
  readonly request: string;
  readonly purpose: LaunchPurpose;
  /** AWS time, milliseconds. */
  readonly askedAt: number;
  isUnderWay: boolean;
  instanceId?: string;
}

/** An instance that EC2 launched though it had refused to. */
export interface Stray extends Pick<Attempt, 'token' | 'purpose' | 'askedAt'> {
  readonly instance: Instance;
}

/** The newest that are remembered; a group has one for each request that fails. */
const MOST_ATTEMPTS = 1000;

/**
 * Launches of which nobody can say yet whether they had an effect. Each has a client token: a request that failed is made again with the
 * same one, and an instance that comes with it belongs to the group, whatever EC2 answered.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export class LaunchAttempts {
  /** By token, oldest first. */
  private readonly attempts = new Map<string, Attempt>();

  constructor(
    private readonly clock: Clock,
    private readonly ec2: Pick<Ec2Port, 'instance'>,
    private readonly ec2Api: Pick<Api<typeof import('@aws-sdk/client-ec2')>, 'RunInstances'>,
  ) {}

  /**
   * Has EC2 launch an instance.
   *
   * @throws AwsError what EC2 refused, if no instance came of it
   */
  async run(request: RunInstancesCommandInput, purpose: LaunchPurpose): Promise<Instance> {
    const attempt = this.begin(JSON.stringify(request), purpose);
    try {
      const { Instances } = await this.ec2Api.RunInstances({ ...request, ClientToken: attempt.token });
      const launched = Instances?.[0];
      if (!launched?.InstanceId) throw new AwsError('InternalError', 'Internal error on launch', 500);
      this.attempts.delete(attempt.token);
      return launched;
    } catch (error) {
      attempt.isUnderWay = false;
      const stray = this.strayOf(attempt);
      if (!stray) throw error;
      this.forget(stray);
      return stray.instance;
    }
  }

  /**
   * Looks at an instance that came to be or changed.
   *
   * @returns the group that it was launched for, if EC2 had refused that
   */
  notice(instanceId: string): Group | undefined {
    if (this.attempts.size === 0) return undefined;
    const attempt = this.attempts.get(this.ec2.instance(instanceId)?.ClientToken ?? '');
    if (!attempt) return undefined;
    attempt.instanceId = instanceId;
    return attempt.isUnderWay ? undefined : attempt.purpose.group;
  }

  /** The instances that came of refused requests of such groups, until they are forgotten here. */
  strays(isMeant: (group: Group) => boolean): Stray[] {
    return [...this.attempts.values()].flatMap((attempt) => {
      const isLeft = !attempt.isUnderWay && isMeant(attempt.purpose.group);
      return (isLeft && this.strayOf(attempt)) || [];
    });
  }

  /** Somebody has taken care of it. */
  forget({ token }: Stray): void {
    this.attempts.delete(token);
  }

  private begin(request: string, purpose: LaunchPurpose): Attempt {
    const failed = [...this.attempts.values()].find(
      (one) => !one.isUnderWay && one.request === request && one.purpose.group === purpose.group,
    );
    // As EC2 CreateFleet has them, by which groups launch.
    const token = failed?.token ?? `fleet-${uuid()}-0`;
    this.attempts.delete(token);
    const attempt = { token, request, purpose, askedAt: this.clock.millis(), isUnderWay: true };
    this.attempts.set(token, attempt);
    for (const old of this.attempts.values()) {
      if (this.attempts.size <= MOST_ATTEMPTS) break;
      if (!old.isUnderWay) this.attempts.delete(old.token);
    }
    return attempt;
  }

  private strayOf({ token, purpose, askedAt, instanceId }: Attempt): Stray | undefined {
    const instance = instanceId === undefined ? undefined : this.ec2.instance(instanceId);
    return instance && { token, purpose, askedAt, instance };
  }
}
