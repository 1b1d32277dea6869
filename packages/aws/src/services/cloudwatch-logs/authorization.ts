import { type PolicyDocument, readPolicy } from 'aws-languages/policy/document';
import type { Authorization } from '../../core/authorization/authorization';
import type { LogsState } from './state';

/** There are no resource policies of an account here: EventBridge may write wherever a rule says. */
const OF_SERVICES: PolicyDocument = readPolicy(
  {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    },
  },
  { kind: 'resource' },
);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export const authorization: Authorization<LogsState> = {
  find({ context }, type, { input }) {
    const {
      logGroupName: name,
      logGroupIdentifier: id,
      resourceArn: arn,
      logStreamName: stream = '',
    } = input as Readonly<Record<string, string>>;
    if (arn !== undefined) return type === 'log-group' ? [arn] : [];
    if (type !== 'log-group' && type !== 'log-stream') return [];
    const prefix = `arn:aws:logs:${context.region}:${context.accountId}:log-group:`;
    const group = name ?? id?.replace(prefix, '').replace(/:\*$/, '') ?? '';
    // Groups are checked by the streams in them, none named: policies end in `:*`.
    return [`${prefix}${group}:log-stream:${stream}`];
  },
  resource(logs, arn) {
    const group = [...logs.groups.values()].find(
      (one) => arn === one.arn || arn.startsWith(`${one.arn}:log-stream:`),
    );
    return { ...(group && { tags: group.tags }), policy: OF_SERVICES };
  },
};
