import type { LogGroup as LogGroupOutput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { LogGroup, LogStore } from '../state';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The operations on log groups, their retention and their tags. */
export function groupOperations(store: LogStore) {
  return {
    CreateLogGroup: (input) => {
      const name = checkName(input.logGroupName, 'logGroupName', /^[.\-_/#A-Za-z0-9]{1,512}$/);
      if (store.groups.has(name))
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      const group = store.addGroup(name, {
        kmsKeyId: input.kmsKeyId,
        logGroupClass: input.logGroupClass ?? 'STANDARD',
      });
      for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
      return {};
    },
    DeleteLogGroup: (input) => {
      store.group(input.logGroupName ?? '');
      store.groups.delete(input.logGroupName ?? '');
      return {};
    },
    DescribeLogGroups: (input) => {
      if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined)
        throw new AwsError(
          'InvalidParameterException',
          'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
        );
      const pattern = input.logGroupNamePattern?.toLowerCase();
      const found = [...store.groups.values()]
        .filter((group) => group.name.startsWith(input.logGroupNamePrefix ?? ''))
        .filter((group) => pattern === undefined || group.name.toLowerCase().includes(pattern))
        .filter((group) => !input.logGroupIdentifiers || input.logGroupIdentifiers.includes(group.name))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = takePage(found, { token: input.nextToken, size: input.limit ?? 50, refuse: badToken });
      return { logGroups: page.items.map(describeGroup), nextToken: page.next };
    },
    PutRetentionPolicy: (input) => {
      const days = input.retentionInDays ?? 0;
      if (!RETENTIONS.includes(days))
        throw new AwsError(
          'InvalidParameterException',
          `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`,
        );
      store.group(input.logGroupName ?? '').retentionInDays = days;
      return {};
    },
    DeleteRetentionPolicy: (input) => {
      store.group(input.logGroupName ?? '').retentionInDays = undefined;
      return {};
    },
    TagResource: (input) => {
      const group = groupOfArn(store, input.resourceArn);
      for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
      return {};
    },
    UntagResource: (input) => {
      const group = groupOfArn(store, input.resourceArn);
      for (const key of input.tagKeys ?? []) group.tags.delete(key);
      return {};
    },
    ListTagsForResource: (input) => ({
      tags: Object.fromEntries(groupOfArn(store, input.resourceArn).tags),
    }),
    TagLogGroup: (input) => {
      const group = store.group(input.logGroupName ?? '');
      for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
      return {};
    },
    UntagLogGroup: (input) => {
      const group = store.group(input.logGroupName ?? '');
      for (const key of input.tags ?? []) group.tags.delete(key);
      return {};
    },
    ListTagsLogGroup: (input) => ({ tags: Object.fromEntries(store.group(input.logGroupName ?? '').tags) }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch-logs')>;
}

function describeGroup(group: LogGroup): LogGroupOutput {
  return {
    logGroupName: group.name,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    creationTime: group.created,
    metricFilterCount: 0,
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

/** The group named by a name or an ARN, with or without `:*`. */
export function groupName(nameOrArn: string | undefined): string {
  return (nameOrArn ?? '').replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, '');
}

function groupOfArn(store: LogStore, arn: string | undefined): LogGroup {
  return store.group(groupName(arn));
}

/** Throws InvalidParameterException when the name does not match. */
export function checkName(value: string | undefined, member: string, pattern: RegExp): string {
  if (value !== undefined && pattern.test(value)) return value;
  throw new AwsError(
    'InvalidParameterException',
    `1 validation error detected: Value '${value ?? ''}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
}
