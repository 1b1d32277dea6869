import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Clock } from '../../../core/clock';
import { StatesError } from '../language/states-error';

/** What an event says beside its number and time. */
export type NewEvent = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp'>;

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_EVENTS = 25_000;

/** The event history of one execution. */
export class History {
  readonly events: HistoryEvent[] = [];
  /** Of the texts in the details of its events. */
  characters = 0;
  private isOver = false;

  constructor(private readonly clock: Clock) {}

  /** Adds an event after another (0 is before the first). Returns its number. After the end nothing is added. */
  add(previousEventId: number, event: NewEvent): number {
    if (this.isOver) return this.events.length;
    if (this.events.length >= MOST_EVENTS - 1)
      throw new StatesError(
        'States.Runtime',
        'The execution reached the maximum number of history events (25000).',
      );
    return this.push(previousEventId, event);
  }

  /** Adds the last event. */
  end(previousEventId: number, event: NewEvent): void {
    this.push(previousEventId, event);
    this.isOver = true;
  }

  /** Goes on after the end, as a redrive does. Returns the number of its event. */
  reopen(event: NewEvent): number {
    this.isOver = false;
    return this.add(0, event);
  }

  private push(previousEventId: number, event: NewEvent): number {
    const id = this.events.length + 1;
    this.events.push({ ...event, id, previousEventId, timestamp: this.clock.now() });
    this.characters += charactersIn(event);
    return id;
  }
}

function charactersIn(event: NewEvent): number {
  let sum = 0;
  for (const details of Object.values(event))
    if (typeof details === 'object' && details)
      for (const text of Object.values(details)) if (typeof text === 'string') sum += text.length;
  return sum;
}

/** A line of history: events that follow each other. Branches and iterations have lines of their own. */
export class Thread {
  constructor(
    readonly history: History,
    public last: number,
  ) {}

  add(event: NewEvent): number {
    this.last = this.history.add(this.last, event);
    return this.last;
  }

  /** A thread that begins where this one stands. */
  fork(): Thread {
    return new Thread(this.history, this.last);
  }
}
