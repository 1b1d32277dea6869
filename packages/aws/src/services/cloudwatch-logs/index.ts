import type { Context } from '../../core/context';
import type { OperationsOf } from '../../core/service';
import { eventOperations } from './operations/events';
import { groupOperations } from './operations/groups';
import { streamOperations } from './operations/streams';
import { type LogEvent, type LogGroup, LogStore, type LogStream, type NewLine } from './state';

/** CloudWatch Logs of one region: groups, streams and their lines. */
export class Logs {
  private readonly store: LogStore;
  readonly operations;

  constructor(context: Context) {
    this.store = new LogStore(context);
    this.operations = {
      ...groupOperations(this.store),
      ...streamOperations(this.store),
      ...eventOperations(this.store, context.clock),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch-logs')>;
  }

  /** Writes lines as an AWS service does (Lambda, API Gateway): makes the group and the stream where missing. */
  write(groupName: string, streamName: string, lines: readonly NewLine[]): void {
    const group = this.store.groups.get(groupName) ?? this.store.addGroup(groupName);
    const stream = group.streams.get(streamName) ?? this.store.addStream(group, streamName);
    this.store.write(group, stream, lines);
  }

  /** Calls back with every batch of new lines. Returns how to end it. */
  onLines(listener: (group: LogGroup, stream: LogStream, events: readonly LogEvent[]) => void): () => void {
    return this.store.subscribe(listener);
  }

  /** All lines of a group in the order of their times; empty when there is no such group. */
  lines(groupName: string): readonly LogEvent[] {
    const streams = [...(this.store.groups.get(groupName)?.streams.values() ?? [])];
    return streams.flatMap((stream) => stream.events).sort((a, b) => a.timestamp - b.timestamp);
  }
}
