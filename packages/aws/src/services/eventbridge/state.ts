import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/aws-error';
import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import type { EventMatcher } from './pattern';

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

/** The event buses of one region and their rules. */
export class BusStore {
  readonly buses = new Map<string, Bus>();

  constructor(readonly context: Context) {
    this.addBus('default');
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
    throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
  }

  /** @throws AwsError ResourceNotFoundException */
  rule(name: string | undefined, busNameOrArn: string | undefined): Rule {
    const bus = this.bus(busNameOrArn);
    const rule = bus.rules.get(name ?? '');
    if (rule) return rule;
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
  }

  ruleArn(name: string, busName: string): string {
    const { region, accountId } = this.context;
    const path = busName === 'default' ? name : `${busName}/${name}`;
    return `arn:aws:events:${region}:${accountId}:rule/${path}`;
  }

  /** The tags of a rule or a bus. */
  tagsOf(arn: string | undefined): Map<string, string> {
    for (const bus of this.buses.values()) {
      if (bus.arn === arn) return bus.tags;
      for (const rule of bus.rules.values()) if (rule.arn === arn) return rule.tags;
    }
    throw new AwsError('ResourceNotFoundException', `Resource ${arn} does not exist.`);
  }
}

/** A bus's name, whether it was given by name or by ARN. */
export function busNameOf(nameOrArn: string | undefined): string {
  return (nameOrArn ?? 'default').replace(/^arn:aws[\w-]*:events:[^:]*:\d*:event-bus\//, '');
}

/** The error of a parameter that EventBridge does not accept. */
export function notValid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
