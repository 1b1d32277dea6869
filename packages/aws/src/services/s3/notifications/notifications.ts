import type {
  Event as EventName,
  NotificationConfiguration,
  NotificationConfigurationFilter,
} from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import type { Call } from '../../../core/service';
import { ownerOf } from '../access/owner';
import type { Bucket } from '../bucket';
import { invalidArgument } from '../errors';
import type { S3State } from '../state';
import { findRefusal, send } from './destinations';

/** Something that happened to an object. */
export interface ObjectEvent {
  /** As records name it: `ObjectCreated:Put`. */
  readonly name: string;
  readonly time: Date;
  readonly object: {
    readonly key: string;
    readonly size?: number;
    readonly etag?: string;
    readonly 'version-id'?: string;
    readonly sequencer?: string;
  };
}

interface Target {
  readonly arn: string;
  readonly id: string;
  readonly events: readonly EventName[];
  readonly filter?: NotificationConfigurationFilter;
}

/**
 * Checks a notification configuration, and gives each of its parts an id. Topics get a test message.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 *
 * @param skipDestinations whether destinations are taken as they are
 * @throws AwsError `InvalidArgument` for a destination that S3 cannot send to
 */
export async function checkNotifications(
  s3: S3State,
  bucket: Bucket,
  configuration: NotificationConfiguration,
  { call, skipDestinations = false }: { readonly call: Call; readonly skipDestinations?: boolean },
): Promise<NotificationConfiguration> {
  const named = <Part extends { Id?: string }>(parts: Part[] | undefined) =>
    parts?.map((part) => ({ ...part, Id: part.Id || uuid() }));
  const checked: NotificationConfiguration = {
    ...configuration,
    LambdaFunctionConfigurations: named(configuration.LambdaFunctionConfigurations),
    TopicConfigurations: named(configuration.TopicConfigurations),
    QueueConfigurations: named(configuration.QueueConfigurations),
  };
  const region = s3.context.at(bucket.region);
  const from = { bucketArn: arnOf(bucket), testMessage: makeTestMessage(s3, bucket, call) };
  for (const { arn, events } of targetsOf(checked)) {
    const unknown = events.find((event) => !/^s3:[A-Z]\w+(:(\w+|\*))?$/.test(event));
    if (unknown !== undefined)
      throw invalidArgument('The event is not supported for notifications', 'Event', unknown);
    const refusal = skipDestinations ? undefined : await findRefusal(region, arn, from);
    if (refusal !== undefined)
      throw new AwsError(
        'InvalidArgument',
        'Unable to validate the following destination configurations',
        400,
        { ArgumentName1: `${arn}, null`, ArgumentValue1: refusal },
      );
  }
  return checked;
}

/** What topics get when they are named. */
function makeTestMessage({ context }: S3State, bucket: Bucket, call: Call): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: context.clock.now().toISOString(),
    Bucket: bucket.name,
    RequestId: call.requestId,
    HostId: call.requestId,
  });
}

/** Tells all that want to know what happened to an object. @param name as records have it: `ObjectCreated:Put` */
export function notify(
  { context }: S3State,
  bucket: Bucket,
  name: string,
  object: ObjectEvent['object'],
  call: Call,
): void {
  const event = { name, object, time: context.clock.now() };
  for (const { arn, id, events, filter } of targetsOf(bucket.settings.notification)) {
    if (!events.some((one) => covers(one, name)) || !passes(filter, object.key)) continue;
    const message = JSON.stringify({ Records: [makeRecord(bucket, event, id, call)] });
    send(context.at(bucket.region), arnOf(bucket), arn, message);
  }
}

function arnOf({ name }: Bucket): string {
  return `arn:aws:s3:::${name}`;
}

function targetsOf(configuration: NotificationConfiguration): Target[] {
  const { LambdaFunctionConfigurations, TopicConfigurations, QueueConfigurations } = configuration;
  const target = (
    arn: string | undefined,
    part: { Id?: string; Events?: EventName[]; Filter?: NotificationConfigurationFilter },
  ): Target => ({ arn: arn ?? '', id: part.Id ?? '', events: part.Events ?? [], filter: part.Filter });
  return [
    ...(LambdaFunctionConfigurations ?? []).map((part) => target(part.LambdaFunctionArn, part)),
    ...(TopicConfigurations ?? []).map((part) => target(part.TopicArn, part)),
    ...(QueueConfigurations ?? []).map((part) => target(part.QueueArn, part)),
  ];
}

/** `s3:ObjectCreated:*` covers `ObjectCreated:Put`. */
function covers(wanted: string, name: string): boolean {
  const bare = wanted.replace(/^s3:/, '');
  return bare.endsWith('*') ? name.startsWith(bare.slice(0, -1)) : bare === name;
}

function passes(filter: NotificationConfigurationFilter | undefined, key: string): boolean {
  return (filter?.Key?.FilterRules ?? []).every(({ Name, Value = '' }) =>
    Name?.toLowerCase() === 'suffix' ? key.endsWith(Value) : key.startsWith(Value),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function makeRecord(bucket: Bucket, event: ObjectEvent, configurationId: string, call: Call) {
  const { object } = event;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: event.time.toISOString(),
    eventName: event.name,
    userIdentity: { principalId: `AWS:${call.principal.userId}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': call.requestId, 'x-amz-id-2': call.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: ownerOf(call.accountId).ID },
        arn: arnOf(bucket),
      },
      object: {
        // As in a form: a space is a plus.
        key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        size: object.size,
        eTag: object.etag,
        versionId: object['version-id'],
        sequencer: object.sequencer,
      },
    },
  };
}
