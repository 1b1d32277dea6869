import type { FilteredLogEvent, OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../../core/aws-error';
import type { Clock } from '../../../core/clock';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { parseFilterPattern } from '../patterns/filter-pattern';
import type { LogEvent, LogStore } from '../state';
import { badToken, groupName } from './groups';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Events a read returns at most. */
const MOST = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH_BYTES = 1_048_576;

/** Writing, reading and searching lines. */
export function eventOperations(store: LogStore, clock: Clock) {
  return {
    PutLogEvents: (input) => {
      const group = store.group(groupName(input.logGroupName));
      const stream = store.stream(group.name, input.logStreamName ?? '');
      const lines = (input.logEvents ?? []).map((event) => ({
        timestamp: event.timestamp ?? 0,
        message: event.message ?? '',
      }));
      checkBatch(lines);
      const now = clock.millis();
      const tooNew = lines.findIndex((line) => line.timestamp > now + 2 * HOUR);
      const retained = now - (group.retentionInDays ?? Number.POSITIVE_INFINITY) * DAY;
      const tooOld = lines.filter((line) => line.timestamp < now - 14 * DAY).length;
      const expired = lines.filter((line) => line.timestamp < retained).length;
      const to = tooNew < 0 ? lines.length : tooNew;
      store.write(group, stream, lines.slice(Math.max(tooOld, expired), to));
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
    },
    GetLogEvents: (input) => {
      const group = store.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
      const stream = store.stream(group.name, input.logStreamName ?? '');
      store.dropExpired(group, stream);
      const events = between(stream.events, input.startTime, input.endTime);
      const limit = input.limit ?? MOST;
      const start = readPosition(input.nextToken, events.length, limit, input.startFromHead ?? false);
      const end = Math.min(start + limit, events.length);
      return {
        events: events.slice(start, end).map(showEvent),
        nextForwardToken: `f/${String(end).padStart(56, '0')}`,
        nextBackwardToken: `b/${String(start).padStart(56, '0')}`,
      };
    },
    FilterLogEvents: (input) => {
      const group = store.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
      if (input.logStreamNames && input.logStreamNamePrefix !== undefined)
        throw new AwsError(
          'InvalidParameterException',
          'Cannot specify both logStreamNames and logStreamNamePrefix.',
        );
      const matches = parseFilterPattern(input.filterPattern ?? '');
      const streams = input.logStreamNames
        ? input.logStreamNames.map((name) => store.stream(group.name, name))
        : [...group.streams.values()].filter((one) => one.name.startsWith(input.logStreamNamePrefix ?? ''));
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
      const page = takePage(found, { token: input.nextToken, size: input.limit ?? MOST, refuse: badToken });
      return { events: page.items, searchedLogStreams: [], nextToken: page.next };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch-logs')>;
}

function checkBatch(lines: readonly { timestamp: number; message: string }[]): void {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line.message) + 26, 0);
  if (bytes > BATCH_BYTES)
    throw new AwsError(
      'InvalidParameterException',
      `Upload too large: ${bytes} bytes exceeds limit of 1048576`,
    );
  if (lines.some((line) => line.message === ''))
    throw new AwsError('InvalidParameterException', 'Log event message must not be empty.');
  if (lines.some((line, i) => i > 0 && line.timestamp < (lines[i - 1]?.timestamp ?? 0)))
    throw new AwsError(
      'InvalidParameterException',
      'Log events in a single PutLogEvents request must be in chronological order.',
    );
  if (lines.length > 1 && (lines.at(-1)?.timestamp ?? 0) - (lines[0]?.timestamp ?? 0) > DAY)
    throw new AwsError(
      'InvalidParameterException',
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
  const at = Number(parsed[2]);
  return parsed[1] === 'f' ? Math.min(at, length) : Math.max(0, at - limit);
}

function showEvent(event: LogEvent): OutputLogEvent {
  return { timestamp: event.timestamp, message: event.message, ingestionTime: event.ingestionTime };
}
