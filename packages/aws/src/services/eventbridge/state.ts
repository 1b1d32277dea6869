import type { Target } from '@aws-sdk/client-eventbridge';
import { parseArn, splitResource } from 'aws-languages/arn';
import type { EventMatcher } from 'aws-languages/event-pattern';
import { RoleSessions } from '../../core/authorization/role-sessions';
import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { notFound } from './errors';

export type Client = typeof import('@aws-sdk/client-eventbridge');

/** One of EventBridge's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, EventBridgeState, Name>;

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly targets: Map<string, Target>;
  readonly tags: Map<string, string>;
  state: 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  description?: string;
  roleArn?: string;
  eventPattern?: string;
  matches?: EventMatcher;
  scheduleExpression?: string;
  /** When its schedule's next time is. */
  next?: Date;
  /** Ends the wait for the schedule's next time. */
  cancel?: Cancel;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly rules: Map<string, Rule>;
  readonly tags: Map<string, string>;
  readonly created: Date;
  description?: string;
  policy?: string;
}

/** A delivery that a target did not take; AWS would retry it for a day and count it as a FailedInvocation. */
export interface FailedInvocation {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly eventId: string;
  readonly error: string;
  /** The target's dead-letter queue, if it has one. */
  readonly deadLetterArn?: string;
}

/** The newest failures that are remembered. */
const MOST_FAILURES = 100;

/** EventBridge of one region: its buses, their rules, and what became of deliveries. */
export class EventBridgeState {
  readonly buses = new Map<string, Bus>();
  /** Ends what runs by itself. */
  readonly ends: Cancel[] = [];
  private readonly failed: FailedInvocation[] = [];
  /** Of the roles of targets. */
  readonly sessions: RoleSessions;

  constructor(
    readonly context: Context,
    iam: Pick<IamPort, 'issue' | 'principalOf' | 'role'>,
  ) {
    this.sessions = new RoleSessions(iam, context.clock, ['events.amazonaws.com']);
    this.addBus('default');
  }

  dispose(): void {
    for (const end of this.ends) end();
    for (const bus of this.buses.values()) for (const rule of bus.rules.values()) rule.cancel?.();
  }

  /** The newest deliveries that targets did not take. */
  failedInvocations(): readonly FailedInvocation[] {
    return this.failed;
  }

  rememberFailure(failure: FailedInvocation): void {
    this.failed.push(failure);
    if (this.failed.length > MOST_FAILURES) this.failed.shift();
  }

  addBus(name: string): Bus {
    const { region, accountId, clock } = this.context;
    const bus: Bus = {
      name,
      arn: `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
      rules: new Map(),
      tags: new Map(),
      created: clock.now(),
    };
    this.buses.set(name, bus);
    return bus;
  }

  /**
   * By name or ARN; none is the default bus.
   * @throws AwsError ResourceNotFoundException
   */
  bus(nameOrArn: string | undefined): Bus {
    const name = busNameOf(nameOrArn);
    const bus = this.buses.get(name);
    if (bus) return bus;
    throw notFound(`Event bus ${name} does not exist.`);
  }

  /** @throws AwsError ResourceNotFoundException */
  rule(name: string | undefined, busNameOrArn: string | undefined): Rule {
    const bus = this.bus(busNameOrArn);
    const rule = bus.rules.get(name ?? '');
    if (rule) return rule;
    throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  }

  ruleArn(name: string, busName: string): string {
    const { region, accountId } = this.context;
    const path = busName === 'default' ? name : `${busName}/${name}`;
    return `arn:aws:events:${region}:${accountId}:rule/${path}`;
  }

  /** The tags of a rule or a bus. @throws AwsError ResourceNotFoundException */
  tagsOf(arn: string | undefined): Map<string, string> {
    for (const bus of this.buses.values()) {
      if (bus.arn === arn) return bus.tags;
      for (const rule of bus.rules.values()) if (rule.arn === arn) return rule.tags;
    }
    const { type, id } = splitResource(parseArn(arn)?.resource ?? '');
    if (type !== 'rule') throw notFound(`Event bus ${id} does not exist.`);
    const slash = id.indexOf('/');
    const busName = slash < 0 ? 'default' : id.slice(0, slash);
    throw notFound(`Rule ${id.slice(slash + 1)} does not exist on EventBus ${busName}.`);
  }
}

/** A bus's name, whether it was given by name or by ARN. */
export function busNameOf(nameOrArn: string | undefined): string {
  const arn = parseArn(nameOrArn);
  return arn?.service === 'events' ? splitResource(arn.resource).id : (nameOrArn ?? 'default');
}
