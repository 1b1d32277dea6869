import type { GetScheduleOutput } from '@aws-sdk/client-scheduler';
import type { Recurrence } from 'aws-languages/schedule';
import { RoleSessions } from '../../core/authorization/role-sessions';
import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { conflict, notFound } from './errors';

export type Client = typeof import('@aws-sdk/client-scheduler');

/** One of Scheduler's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SchedulerState, Name>;

/** What Scheduler looks up in IAM: which services may assume a role; and the sessions of the roles that its runs act as. */
export type Roles = Pick<IamPort, 'issue' | 'principalOf' | 'role'>;

export interface Schedule {
  readonly settings: GetScheduleOutput & {
    readonly Name: string;
    readonly GroupName: string;
    readonly Arn: string;
  };
  readonly recurrence: Recurrence;
}

export interface ScheduleGroup {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  tags: Map<string, string>;
  readonly schedules: Map<string, Schedule>;
}

/** A run that no attempt could deliver, which AWS would send to the dead-letter queue. */
export interface DeadRun {
  readonly scheduleArn: string;
  readonly targetArn: string;
  readonly scheduledTime: Date;
  readonly attempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** The newest dead runs that are remembered. */
const MOST_DEAD = 100;
/** The newest client tokens that are remembered. */
const MOST_TOKENS = 10_000;

/** EventBridge Scheduler of one region: schedules by group and name. The group `default` is always there. */
export class SchedulerState {
  readonly groups = new Map<string, ScheduleGroup>();
  /** What waits for the next time of each schedule, by its ARN. */
  readonly timers = new Map<string, Cancel>();
  /** When each runs next, by its ARN. */
  readonly nextRuns = new Map<string, Date>();
  private readonly tokens = new Map<string, { readonly request: string; readonly answer: unknown }>();
  private readonly dead: DeadRun[] = [];
  /** Of the roles of targets. */
  readonly sessions: RoleSessions;

  constructor(
    readonly context: Context,
    readonly roles: Roles,
  ) {
    this.sessions = new RoleSessions(roles, context.clock, ['scheduler.amazonaws.com']);
    this.addGroup('default');
  }

  /** The newest runs that no attempt could deliver. */
  deadRuns(): readonly DeadRun[] {
    return this.dead;
  }

  rememberDead(run: DeadRun): void {
    this.dead.push(run);
    if (this.dead.length > MOST_DEAD) this.dead.shift();
  }

  groupArn(name: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;
  }

  addGroup(name: string, tags: ReadonlyMap<string, string> = new Map()): ScheduleGroup {
    const { clock } = this.context;
    const group: ScheduleGroup = {
      name,
      arn: this.groupArn(name),
      created: clock.now(),
      tags: new Map(tags),
      schedules: new Map(),
    };
    this.groups.set(name, group);
    return group;
  }

  /** @throws AwsError ResourceNotFoundException */
  group(name = 'default'): ScheduleGroup {
    const found = this.groups.get(name);
    if (!found) throw notFound(`Schedule group ${name} does not exist.`);
    return found;
  }

  /** @throws AwsError ResourceNotFoundException */
  schedule(groupName: string | undefined, name: string | undefined): Schedule {
    const found = this.group(groupName).schedules.get(name ?? '');
    if (!found) throw notFound(`Schedule ${name} does not exist.`);
    return found;
  }

  /**
   * Does a request once for its client token.
   * @throws AwsError ConflictException when the token came with another request
   */
  once<Answer>(operation: string, input: { ClientToken?: string }, run: () => Answer): Answer {
    if (input.ClientToken === undefined) return run();
    const key = `${operation} ${input.ClientToken}`;
    const request = JSON.stringify(input);
    const earlier = this.tokens.get(key);
    if (earlier && earlier.request !== request)
      throw conflict('The client token was used with other parameters.');
    if (earlier) return earlier.answer as Answer;
    const answer = run();
    this.tokens.set(key, { request, answer });
    const [oldest = key] = this.tokens.keys();
    if (this.tokens.size > MOST_TOKENS) this.tokens.delete(oldest);
    return answer;
  }
}
