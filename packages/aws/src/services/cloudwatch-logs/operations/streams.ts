import type { LogStream as LogStreamOutput } from '@aws-sdk/client-cloudwatch-logs';
import { takePage } from '../../../core/paging';
import { alreadyExists, badToken, invalidParameter } from '../errors';
import type { LogStream, Op } from '../state';
import { groupName } from './read-group';

export const CreateLogStream: Op<'CreateLogStream'> = (logs, input) => {
  const name = input.logStreamName ?? '';
  const group = logs.group(input.logGroupName ?? '');
  if (group.streams.has(name)) throw alreadyExists('log stream');
  logs.addStream(group, name);
  return {};
};

export const DeleteLogStream: Op<'DeleteLogStream'> = (logs, input) => {
  logs.stream(input.logGroupName ?? '', input.logStreamName ?? '');
  logs.group(input.logGroupName ?? '').streams.delete(input.logStreamName ?? '');
  return {};
};

export const DescribeLogStreams: Op<'DescribeLogStreams'> = (logs, input) => {
  if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const group = logs.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
  const streams = [...group.streams.values()].filter((one) =>
    one.name.startsWith(input.logStreamNamePrefix ?? ''),
  );
  const lastEvent = (stream: LogStream) => stream.events.at(-1)?.timestamp ?? 0;
  if (input.orderBy === 'LastEventTime') streams.sort((a, b) => lastEvent(a) - lastEvent(b));
  else streams.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (input.descending) streams.reverse();
  const page = takePage(streams, {
    token: input.nextToken,
    size: input.limit ?? 50,
    idOf: ({ name }) => name,
    refuse: badToken,
    question: [group.name, input.orderBy, input.descending, input.logStreamNamePrefix],
  });
  return { logStreams: page.items.map(describeStream), nextToken: page.next };
};

function describeStream(stream: LogStream): LogStreamOutput {
  return {
    logStreamName: stream.name,
    arn: stream.arn,
    creationTime: stream.created,
    firstEventTimestamp: stream.events[0]?.timestamp,
    lastEventTimestamp: stream.events.at(-1)?.timestamp,
    lastIngestionTime: stream.events.at(-1)?.ingestionTime,
    uploadSequenceToken: '49039859455245242347851853461321',
    storedBytes: 0,
  };
}
