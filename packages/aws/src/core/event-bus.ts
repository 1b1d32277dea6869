import { uuid } from './ids';

/** An event as EventBridge delivers it. */
export interface AwsEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What a service says of an event; the bus adds the rest. */
export interface Announcement {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
  readonly busName?: string;
  /** When it happened; now, if it is not said. */
  readonly time?: Date;
  /** The trace of the call that put it on the bus, which deliveries carry on. */
  readonly traceId?: string;
}

type Subscriber = (event: AwsEvent, busName: string, traceId?: string) => void;

/** The event buses of one region: services announce, EventBridge's rules subscribe. */
export class EventBus {
  private readonly subscribers = new Set<Subscriber>();

  constructor(
    private readonly region: string,
    private readonly account: string,
    private readonly now: () => Date,
  ) {}

  /** Gives the event to all subscribers, synchronously. Returns its id. */
  announce(announcement: Announcement): string {
    const event: AwsEvent = {
      version: '0',
      id: uuid(),
      'detail-type': announcement.detailType,
      source: announcement.source,
      account: this.account,
      time: (announcement.time ?? this.now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      region: this.region,
      resources: announcement.resources ?? [],
      detail: announcement.detail,
    };
    for (const subscriber of this.subscribers)
      subscriber(event, announcement.busName ?? 'default', announcement.traceId);
    return event.id;
  }

  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }
}
