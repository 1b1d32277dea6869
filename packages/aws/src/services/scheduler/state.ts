import type { GetScheduleOutput } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { Recurrence } from './schedule-expression';

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

/** The schedules of one region, by group and name. The group `default` is always there. */
export class ScheduleStore {
  readonly groups = new Map<string, ScheduleGroup>();
  private readonly tokens = new Map<string, { readonly request: string; readonly answer: unknown }>();

  constructor(readonly context: Context) {
    this.addGroup('default');
  }

  addGroup(name: string, tags: ReadonlyMap<string, string> = new Map()): ScheduleGroup {
    const { region, accountId, clock } = this.context;
    const group: ScheduleGroup = {
      name,
      arn: `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`,
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
      throw new AwsError('ConflictException', 'The client token was used with other parameters.', 409);
    if (earlier) return earlier.answer as Answer;
    const answer = run();
    this.tokens.set(key, { request, answer });
    return answer;
  }
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}
