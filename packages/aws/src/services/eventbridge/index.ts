import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import { durations } from '../../core/durations';
import type { AwsEvent } from '../../core/event-bus';
import type { OperationsOf } from '../../core/service';
import { deliver, type TargetServices } from '../targets/deliver';
import { RuleSchedules } from './delivery/rule-schedules';
import { makeInput } from './delivery/target-input';
import { busOperations } from './operations/buses';
import { putEvents } from './operations/events';
import { ruleOperations } from './operations/rules';
import { targetOperations } from './operations/targets';
import { BusStore, type Rule } from './state';

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

/** EventBridge of one region: buses, rules, and the delivery of events to targets. */
export class EventBridge {
  readonly operations;
  private readonly store: BusStore;
  private readonly failed: FailedInvocation[] = [];
  private readonly unsubscribe: () => void;

  /** @param services where events go; read at every delivery, so they may be getters */
  constructor(
    private readonly context: Context,
    private readonly services: TargetServices,
  ) {
    this.store = new BusStore(context);
    const schedules = new RuleSchedules(context, (rule, event) => this.send(rule, event));
    this.unsubscribe = context.bus.subscribe((event, busName) => this.receive(event, busName));
    this.operations = {
      ...busOperations(this.store),
      ...ruleOperations(this.store, schedules),
      ...targetOperations(this.store),
      PutEvents: (input) => putEvents(input.Entries ?? [], this.store),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-eventbridge')>;
  }

  /** The newest deliveries that targets did not take. */
  failedInvocations(): readonly FailedInvocation[] {
    return this.failed;
  }

  dispose(): void {
    this.unsubscribe();
    for (const bus of this.store.buses.values()) for (const rule of bus.rules.values()) rule.cancel?.();
  }

  private receive(event: AwsEvent, busName: string): void {
    for (const rule of this.store.buses.get(busName)?.rules.values() ?? [])
      if (rule.state !== 'DISABLED' && rule.matches?.(event)) this.send(rule, event);
  }

  private send(rule: Rule, event: AwsEvent): void {
    this.context.clock.after(durations.eventDelivery.seconds, () => {
      for (const target of rule.targets.values()) void this.deliverTo(target, rule, event);
    });
  }

  private async deliverTo(target: Target, rule: Rule, event: AwsEvent): Promise<void> {
    try {
      await deliver(
        {
          targetArn: target.Arn ?? '',
          payload: makeInput(target, event, rule),
          principal: 'events.amazonaws.com',
          sourceArn: rule.arn,
          roleArn: target.RoleArn,
          event: {
            source: event.source,
            detailType: event['detail-type'],
            detail: event.detail,
            resources: event.resources,
          },
        },
        this.services,
        this.context,
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.failed.push({
        ruleArn: rule.arn,
        targetArn: target.Arn ?? '',
        eventId: event.id,
        error: `${error.code}: ${error.message}`,
        deadLetterArn: target.DeadLetterConfig?.Arn,
      });
      if (this.failed.length > MOST_FAILURES) this.failed.shift();
    }
  }
}
