import { parsePolicy } from 'aws-languages/policy/document';
import type { Access, Asked, Authorization } from '../../core/authorization/authorization';
import { busNameOf, type EventBridgeState } from './state';

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
export const authorization: Authorization<EventBridgeState> = {
  accesses: (events, asked) => (asked.operation === 'PutEvents' ? putEvents(events, asked) : undefined),
  find(events, type, { operation, input }) {
    const { Name: name, Rule: rule, EventBusName: bus, ResourceARN: arn } = input as Record<string, string>;
    if (arn !== undefined) return undefined;
    const isRule = /(Rules?|Targets|TargetsByRule)$/.test(operation) && (name ?? rule) !== undefined;
    if (isRule) return type.startsWith('rule-') ? [events.ruleArn(name ?? rule ?? '', busNameOf(bus))] : [];
    return type === 'event-bus' ? [busArn(events, name ?? bus)] : [];
  },
  context(_events, { action }, { input }) {
    if (action !== 'events:PutTargets') return {};
    const targets = (input.Targets ?? []) as readonly { readonly Arn?: string }[];
    return { 'events:TargetArn': targets.flatMap(({ Arn = [] }) => Arn) };
  },
  resource(events, arn) {
    for (const bus of events.buses.values()) {
      if (bus.arn === arn)
        return {
          tags: bus.tags,
          ...(bus.policy !== undefined && { policy: parsePolicy(bus.policy, { kind: 'resource' }) }),
        };
      for (const rule of bus.rules.values()) if (rule.arn === arn) return { tags: rule.tags };
    }
    return undefined;
  },
};

/** All entries for a bus are one request to it, whose keys have the values of each. */
function putEvents(events: EventBridgeState, { input }: Asked): Access[] {
  const entries = (input.Entries ?? []) as readonly Entry[];
  const buses = [...new Set(entries.map(({ EventBusName }) => busArn(events, EventBusName)))];
  return buses.map((resource) => {
    const own = entries.filter(({ EventBusName }) => busArn(events, EventBusName) === resource);
    return {
      action: 'events:PutEvents',
      resource,
      type: 'event-bus',
      context: {
        'events:source': [...new Set(own.flatMap(({ Source = [] }) => Source))],
        'events:detail-type': [...new Set(own.flatMap(({ DetailType = [] }) => DetailType))],
        'events:eventBusInvocation': 'false',
      },
    };
  });
}

function busArn({ context }: EventBridgeState, nameOrArn: string | undefined): string {
  if (nameOrArn?.startsWith('arn:')) return nameOrArn;
  return `arn:aws:events:${context.region}:${context.accountId}:event-bus/${busNameOf(nameOrArn)}`;
}
