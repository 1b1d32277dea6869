import type { LogStream as LogStreamOutput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { LogStore, LogStream } from '../state';
import { badToken, checkName, groupName } from './groups';

/** The operations on log streams. */
export function streamOperations(store: LogStore) {
  return {
    CreateLogStream: (input) => {
      const name = checkName(input.logStreamName, 'logStreamName', /^[^:*]{1,512}$/);
      const group = store.group(input.logGroupName ?? '');
      if (group.streams.has(name))
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
      store.addStream(group, name);
      return {};
    },
    DeleteLogStream: (input) => {
      store.stream(input.logGroupName ?? '', input.logStreamName ?? '');
      store.group(input.logGroupName ?? '').streams.delete(input.logStreamName ?? '');
      return {};
    },
    DescribeLogStreams: (input) => {
      if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined)
        throw new AwsError(
          'InvalidParameterException',
          'Cannot order by LastEventTime with a logStreamNamePrefix.',
        );
      const group = store.group(groupName(input.logGroupName ?? input.logGroupIdentifier));
      const streams = [...group.streams.values()].filter((one) =>
        one.name.startsWith(input.logStreamNamePrefix ?? ''),
      );
      const lastEvent = (stream: LogStream) => stream.events.at(-1)?.timestamp ?? 0;
      if (input.orderBy === 'LastEventTime') streams.sort((a, b) => lastEvent(a) - lastEvent(b));
      else streams.sort((a, b) => (a.name < b.name ? -1 : 1));
      if (input.descending) streams.reverse();
      const page = takePage(streams, { token: input.nextToken, size: input.limit ?? 50, refuse: badToken });
      return { logStreams: page.items.map(describeStream), nextToken: page.next };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch-logs')>;
}

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
