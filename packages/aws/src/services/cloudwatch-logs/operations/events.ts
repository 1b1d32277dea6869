import type { FilteredLogEvent, OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { takePage } from '../../../core/paging';
import { badToken, invalidParameter } from '../errors';
import { parseFilterPattern } from '../patterns/filter-pattern';
import type { LogEvent, Op } from '../state';
import { groupName } from './read-group';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Events a read returns at most. */
const MOST = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH_BYTES = 1_048_576;

export const PutLogEvents: Op<'PutLogEvents'> = (logs, input) => {
  const group = logs.group(groupName(input.logGroupName));
  const stream = logs.stream(group.name, input.logStreamName ?? '');
  const lines = (input.logEvents ?? []).map((event) => ({
    timestamp: event.timestamp ?? 0,
    message: event.message ?? '',
  }));
  checkBatch(lines);
  const now = logs.context.clock.millis();
  const tooNew = lines.findIndex((line) => line.timestamp > now + 2 * HOUR);
  const retained = now - (group.retentionInDays ?? Number.POSITIVE_INFINITY) * DAY;
  const tooOld = lines.filter((line) => line.timestamp < now - 14 * DAY).length;
  const expired = lines.filter((line) => line.timestamp < retained).length;
  const to = tooNew < 0 ? lines.length : tooNew;
  logs.append(group, stream, lines.slice(Math.max(tooOld, expired), to));
  return {
    nextSequenceToken: '49039859455245242347851853461321',
    rejectedLogEventsInfo:
      tooNew < 0 && tooOld === 0 && expired === 0
        ? undefined
        : {
            tooNewLogEventStartIndex: tooNew < 0 ? undefined : tooNew,
            tooOldLogEventEndIndex: tooOld || undefined,
            expiredLogEventEndIndex: expired || undefined,
          },
  };
};

export const GetLogEvents: Op<'GetLogEvents'> = (logs, input) => {
  const group = logs.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
  const stream = logs.stream(group.name, input.logStreamName ?? '');
  logs.dropExpired(group, stream);
  const events = between(stream.events, input.startTime, input.endTime);
  const limit = input.limit ?? MOST;
  const start = readPosition(input.nextToken, events.length, limit, input.startFromHead ?? false);
  const end = Math.min(start + limit, events.length);
  return {
    events: events.slice(start, end).map(showEvent),
    nextForwardToken: `f/${String(end).padStart(56, '0')}`,
    nextBackwardToken: `b/${String(start).padStart(56, '0')}`,
  };
};

export const FilterLogEvents: Op<'FilterLogEvents'> = (logs, input) => {
  const group = logs.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
  if (input.logStreamNames && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Cannot specify both logStreamNames and logStreamNamePrefix.');
  const matches = parseFilterPattern(input.filterPattern ?? '');
  const streams = input.logStreamNames
    ? input.logStreamNames.map((name) => logs.stream(group.name, name))
    : [...group.streams.values()].filter((one) => one.name.startsWith(input.logStreamNamePrefix ?? ''));
  for (const stream of streams) logs.dropExpired(group, stream);
  const found = streams
    .flatMap((stream) =>
      between(stream.events, input.startTime, input.endTime)
        .filter((event) => matches(event.message))
        .map(
          (event): FilteredLogEvent => ({
            ...showEvent(event),
            logStreamName: stream.name,
            eventId: event.id,
          }),
        ),
    )
    .sort((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0));
  const page = takePage(found, {
    token: input.nextToken,
    size: input.limit ?? MOST,
    idOf: ({ eventId = '' }) => eventId,
    refuse: badToken,
    question: [group.name, input.filterPattern, input.logStreamNames, input.logStreamNamePrefix],
  });
  return { events: page.items, searchedLogStreams: [], nextToken: page.next };
};

function checkBatch(lines: readonly { timestamp: number; message: string }[]): void {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line.message) + 26, 0);
  if (bytes > BATCH_BYTES)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of 1048576`);
  if (lines.some((line) => line.message === ''))
    throw invalidParameter('Log event message must not be empty.');
  if (lines.some((line, i) => i > 0 && line.timestamp < (lines[i - 1]?.timestamp ?? 0)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  if (lines.length > 1 && (lines.at(-1)?.timestamp ?? 0) - (lines[0]?.timestamp ?? 0) > DAY)
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
}

function between(events: readonly LogEvent[], from?: number, to?: number): readonly LogEvent[] {
  if (from === undefined && to === undefined) return events;
  return events.filter(
    ({ timestamp }) => timestamp >= (from ?? 0) && timestamp < (to ?? Number.POSITIVE_INFINITY),
  );
}

function readPosition(token: string | undefined, length: number, limit: number, fromHead: boolean): number {
  if (token === undefined) return fromHead ? 0 : Math.max(0, length - limit);
  const parsed = /^([fb])\/(\d+)$/.exec(token);
  if (!parsed) throw badToken();
  const at = Math.min(Number(parsed[2]), length);
  return parsed[1] === 'f' ? at : Math.max(0, at - limit);
}

function showEvent(event: LogEvent): OutputLogEvent {
  return { timestamp: event.timestamp, message: event.message, ingestionTime: event.ingestionTime };
}
