import type { LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../core/context';
import { randomBytes } from '../../core/ids';
import type { Operation, OperationsOf } from '../../core/service';
import { notFound } from './errors';
import type { MetricFilter } from './filters';

export type Client = typeof import('@aws-sdk/client-cloudwatch-logs');

/** One of CloudWatch Logs' operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, LogsState, Name>;

/** One line of a log, times in milliseconds since the epoch (AWS time). */
export interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  /** In the order of their timestamps. */
  events: LogEvent[];
  /** Of the messages of its events, and of some that have expired. */
  characters: number;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly streams: Map<string, LogStream>;
  readonly tags: Map<string, string>;
  /** By name. */
  readonly metricFilters: Map<string, MetricFilter>;
  readonly kmsKeyId?: string;
  readonly logGroupClass: LogGroupClass;
  retentionInDays?: number;
}

/** A line to be written. */
export interface NewLine {
  readonly timestamp: number;
  readonly message: string;
}

type Subscriber = (group: LogGroup, stream: LogStream, events: readonly LogEvent[]) => void;

/** The newest events kept of a stream, and the characters of their messages: a laptop's memory has an end. */
const KEPT_EVENTS = 50_000;
const KEPT_CHARACTERS = 32_000_000;

/** CloudWatch Logs of one region: groups, their streams and lines. */
export class LogsState {
  readonly groups = new Map<string, LogGroup>();
  private readonly subscribers = new Set<Subscriber>();
  private sequence = 0;

  constructor(readonly context: Context) {}

  /** @throws AwsError ResourceNotFoundException */
  group(name: string): LogGroup {
    const group = this.groups.get(name);
    if (group) return group;
    throw notFound('log group');
  }

  /** @throws AwsError ResourceNotFoundException */
  stream(groupName: string, streamName: string): LogStream {
    const stream = this.group(groupName).streams.get(streamName);
    if (stream) return stream;
    throw notFound('log stream');
  }

  addGroup(
    name: string,
    settings: Pick<LogGroup, 'kmsKeyId'> & Partial<Pick<LogGroup, 'logGroupClass'>> = {},
  ) {
    const { region, accountId, clock } = this.context;
    const group: LogGroup = {
      name,
      arn: `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
      created: clock.millis(),
      streams: new Map(),
      tags: new Map(),
      metricFilters: new Map(),
      kmsKeyId: settings.kmsKeyId,
      logGroupClass: settings.logGroupClass ?? 'STANDARD',
    };
    this.groups.set(name, group);
    return group;
  }

  addStream(group: LogGroup, name: string): LogStream {
    const stream: LogStream = {
      name,
      arn: `${group.arn}:log-stream:${name}`,
      created: this.context.clock.millis(),
      events: [],
      characters: 0,
    };
    group.streams.set(name, stream);
    return stream;
  }

  hasGroup(groupName: string): boolean {
    return this.groups.has(groupName);
  }

  /** Writes lines as an AWS service does (Lambda, API Gateway): makes the group and the stream where missing. */
  write(groupName: string, streamName: string, lines: readonly NewLine[]): void {
    const group = this.groups.get(groupName) ?? this.addGroup(groupName);
    const stream = group.streams.get(streamName) ?? this.addStream(group, streamName);
    this.append(group, stream, lines);
  }

  /** All lines of a group in the order of their times; empty when there is no such group. */
  lines(groupName: string): readonly LogEvent[] {
    const streams = [...(this.groups.get(groupName)?.streams.values() ?? [])];
    return streams.flatMap((stream) => stream.events).sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Adds lines to a stream, in the order of their times, and tells the subscribers. */
  append(group: LogGroup, stream: LogStream, lines: readonly NewLine[]): void {
    if (lines.length === 0) return;
    this.dropExpired(group, stream);
    const ingestionTime = this.context.clock.millis();
    const events = lines.map((line) => ({ ...line, id: this.nextId(line.timestamp), ingestionTime }));
    const last = stream.events.at(-1);
    const inOrder = !last || (events[0]?.timestamp ?? 0) >= last.timestamp;
    stream.events.push(...events);
    if (!inOrder) stream.events.sort((a, b) => a.timestamp - b.timestamp);
    stream.characters += charactersOf(events);
    keepNewest(stream);
    for (const subscriber of this.subscribers) subscriber(group, stream, events);
  }

  /** Forgets what the group's retention no longer covers. */
  dropExpired(group: LogGroup, stream: LogStream): void {
    if (group.retentionInDays === undefined) return;
    const oldest = this.context.clock.millis() - group.retentionInDays * 86_400_000;
    if ((stream.events[0]?.timestamp ?? oldest) < oldest)
      stream.events = stream.events.filter((event) => event.timestamp >= oldest);
  }

  /** Calls back with every batch of new lines. Returns how to end it. */
  onLines(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  private nextId(timestamp: number): string {
    this.sequence += 1;
    const order = (BigInt(timestamp) * 1_000_000n + BigInt(this.sequence)).toString();
    return `${order.padStart(26, '0')}${randomBytes(7).readUIntBE(0, 6).toString().padStart(30, '0')}`;
  }
}

/** Forgets the oldest events of a stream that has more than are kept, though never the newest. */
function keepNewest(stream: LogStream): void {
  if (stream.events.length > KEPT_EVENTS) stream.events = stream.events.slice(-KEPT_EVENTS);
  if (stream.characters <= KEPT_CHARACTERS) return;
  let kept = 0;
  let from = stream.events.length;
  // A tenth less, so that this is not done at each line.
  while (from > 0 && (kept === 0 || kept < KEPT_CHARACTERS * 0.9)) {
    from -= 1;
    kept += stream.events[from]?.message.length ?? 0;
  }
  stream.events = stream.events.slice(from);
  stream.characters = charactersOf(stream.events);
}

function charactersOf(events: readonly LogEvent[]): number {
  return events.reduce((sum, { message }) => sum + message.length, 0);
}
