import type { LogGroup as LogGroupOutput } from '@aws-sdk/client-cloudwatch-logs';
import { takePage } from '../../../core/paging';
import { alreadyExists, badToken, invalidParameter } from '../errors';
import type { LogGroup, Op } from '../state';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const CreateLogGroup: Op<'CreateLogGroup'> = (logs, input) => {
  const name = input.logGroupName ?? '';
  if (logs.groups.has(name)) throw alreadyExists('log group');
  const group = logs.addGroup(name, {
    kmsKeyId: input.kmsKeyId,
    logGroupClass: input.logGroupClass ?? 'STANDARD',
  });
  for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
  return {};
};

export const DeleteLogGroup: Op<'DeleteLogGroup'> = (logs, input) => {
  logs.group(input.logGroupName ?? '');
  logs.groups.delete(input.logGroupName ?? '');
  return {};
};

export const DescribeLogGroups: Op<'DescribeLogGroups'> = (logs, input) => {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined)
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  const pattern = input.logGroupNamePattern?.toLowerCase();
  const found = [...logs.groups.values()]
    .filter((group) => group.name.startsWith(input.logGroupNamePrefix ?? ''))
    .filter((group) => pattern === undefined || group.name.toLowerCase().includes(pattern))
    .filter((group) => !input.logGroupIdentifiers || input.logGroupIdentifiers.includes(group.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = takePage(found, {
    token: input.nextToken,
    size: input.limit ?? 50,
    idOf: ({ name }) => name,
    refuse: badToken,
  });
  return { logGroups: page.items.map(describeGroup), nextToken: page.next };
};

export const PutRetentionPolicy: Op<'PutRetentionPolicy'> = (logs, input) => {
  const days = input.retentionInDays ?? 0;
  if (!RETENTIONS.includes(days))
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`,
    );
  logs.group(input.logGroupName ?? '').retentionInDays = days;
  return {};
};

export const DeleteRetentionPolicy: Op<'DeleteRetentionPolicy'> = (logs, input) => {
  logs.group(input.logGroupName ?? '').retentionInDays = undefined;
  return {};
};

function describeGroup(group: LogGroup): LogGroupOutput {
  return {
    logGroupName: group.name,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    creationTime: group.created,
    metricFilterCount: group.metricFilters.size,
    storedBytes: storedBytes(group),
    logGroupClass: group.logGroupClass,
    kmsKeyId: group.kmsKeyId,
    retentionInDays: group.retentionInDays,
  };
}

function storedBytes(group: LogGroup): number {
  let bytes = 0;
  for (const stream of group.streams.values())
    for (const event of stream.events) bytes += event.message.length + 26;
  return bytes;
}
