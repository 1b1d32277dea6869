import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import { durations } from '../../../core/durations';
import type { AwsEvent } from '../../../core/event-bus';
import { uuid } from '../../../core/ids';
import type { Call } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import { deliver } from '../../deliver';
import type { EventBridgeState, Rule } from '../state';
import { makeInput } from './target-input';

/** Sends every event of the region's buses to the targets of the rules that it matches. Returns how to end it. */
export function deliverEvents(events: EventBridgeState): Cancel {
  return events.context.bus.subscribe((event, busName, traceId) => {
    for (const rule of events.buses.get(busName)?.rules.values() ?? [])
      if (rule.state !== 'DISABLED' && rule.matches?.(event)) sendEvent(events, rule, event, traceId);
  });
}

/** Sends an event to a rule's targets, whether it matches or not. */
export function sendEvent(events: EventBridgeState, rule: Rule, event: AwsEvent, traceId?: string): void {
  events.context.clock.after(durations.eventDelivery.seconds, () => {
    for (const target of rule.targets.values()) void send(events, target, { rule, event, traceId });
  });
}

interface Sending {
  readonly rule: Rule;
  readonly event: AwsEvent;
  readonly traceId?: string;
}

/** A target that does not take the event is remembered; on AWS the delivery is tried again for a day. */
async function send(events: EventBridgeState, target: Target, sending: Sending): Promise<void> {
  const { rule, event, traceId } = sending;
  const { context } = events;
  const targetArn = target.Arn ?? '';
  try {
    await deliver(
      context,
      { ...makeCall(events, target, rule), traceId },
      {
        targetArn,
        payload: makeInput(target, event, rule),
        event: {
          source: event.source,
          detailType: event['detail-type'],
          detail: JSON.stringify(event.detail),
          resources: event.resources,
          time: new Date(event.time),
        },
      },
    );
  } catch (error) {
    if (!(error instanceof AwsError)) console.error(`EventBridge could not deliver to ${targetArn}:`, error);
    events.rememberFailure({
      ruleArn: rule.arn,
      targetArn,
      eventId: event.id,
      error: String(error),
      deadLetterArn: target.DeadLetterConfig?.Arn,
    });
  }
}

/** As the role of the target; without one as EventBridge itself, which the target's own policy must allow. */
function makeCall({ context, sessions }: EventBridgeState, { RoleArn }: Target, rule: Rule): Call {
  if (RoleArn === undefined) return serviceCall(context, 'events', rule.arn);
  const { region, accountId } = context;
  const principal = sessions.principalOf(RoleArn, rule.arn);
  return { region, accountId, requestId: uuid(), principal, sourceArn: rule.arn };
}
