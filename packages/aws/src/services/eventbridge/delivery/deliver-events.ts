import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import { durations } from '../../../core/durations';
import type { AwsEvent } from '../../../core/event-bus';
import { randomFraction, uuid } from '../../../core/ids';
import type { Call } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import { deliver, deliverPatiently } from '../../deliver';
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
    for (const target of rule.targets.values()) send(events, target, { rule, event, traceId });
  });
}

interface Sending {
  readonly rule: Rule;
  readonly event: AwsEvent;
  readonly traceId?: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const RETRIES = 185;
const OLDEST_SECONDS = 86_400;
/** The longest pause between two attempts: with it 185 of them fill a day. */
const LONGEST_PAUSE_SECONDS = 512;

/** A target that is throttled or fails on its side is asked again, as its retry policy says; what it refuses otherwise is remembered at once. */
function send(events: EventBridgeState, target: Target, sending: Sending): void {
  const targetArn = target.Arn ?? '';
  const { MaximumRetryAttempts = RETRIES, MaximumEventAgeInSeconds: oldestSeconds = OLDEST_SECONDS } =
    target.RetryPolicy ?? {};
  deliverPatiently(events.context.clock, () => deliverOnce(events, target, sending), {
    oldestSeconds,
    pauseAfter: (retries) =>
      retries < MaximumRetryAttempts
        ? Math.min(LONGEST_PAUSE_SECONDS, 2 ** retries) * (0.5 + randomFraction() / 2)
        : undefined,
    giveUp: (error) => {
      if (!(error instanceof AwsError))
        console.error(`EventBridge could not deliver to ${targetArn}:`, error);
      events.rememberFailure({
        ruleArn: sending.rule.arn,
        targetArn,
        eventId: sending.event.id,
        error: String(error),
        deadLetterArn: target.DeadLetterConfig?.Arn,
      });
    },
  });
}

async function deliverOnce(events: EventBridgeState, target: Target, sending: Sending): Promise<void> {
  const { rule, event, traceId } = sending;
  await deliver(
    events.context,
    { ...makeCall(events, target, rule), traceId },
    {
      targetArn: target.Arn ?? '',
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
}

/** As the role of the target; without one as EventBridge itself, which the target's own policy must allow. */
function makeCall({ context, sessions }: EventBridgeState, { RoleArn }: Target, rule: Rule): Call {
  if (RoleArn === undefined) return serviceCall(context, 'events', rule.arn);
  const { region, accountId } = context;
  const principal = sessions.principalOf(RoleArn, rule.arn);
  return { region, accountId, requestId: uuid(), principal, sourceArn: rule.arn };
}
