import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { parsePattern } from 'aws-languages/event-pattern';
import type { Call } from '../../../core/service';
import { isServiceCall } from '../../../core/service-call';
import { invalidPattern, notValid } from '../errors';
import { busNameOf, type EventBridgeState, type Op } from '../state';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_BYTES = 1_048_576;

/** Fields that an event has in any case. */
const FIELDS = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

/** Puts events of customers on their buses; each entry succeeds or fails for itself. */
export const PutEvents: Op<'PutEvents'> = (events, { Entries = [] }, call) => {
  const bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > MOST_BYTES) throw notValid('Total size of the entries in the request is over the limit.');
  const results = Entries.map((entry) => putEvent(events, entry, call));
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results };
};

export const TestEventPattern: Op<'TestEventPattern'> = (_events, input) => {
  const matches = parsePattern(input.EventPattern ?? '', { refuse: ({ reason }) => invalidPattern(reason) });
  const event = readEvent(input.Event ?? '');
  for (const field of FIELDS)
    if (event[field] === undefined)
      throw notValid(`Parameter Event is not valid. Reason: The field '${field}' is required.`);
  return { Result: matches(event) };
};

function readEvent(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notValid(`Parameter Event is not valid. Reason: ${error.message}`);
  }
}

function putEvent(
  { context }: EventBridgeState,
  entry: PutEventsRequestEntry,
  call: Call,
): PutEventsResultEntry {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name])
      return refuse(
        'InvalidArgument',
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  // A rule of EventBridge's own may send the event of a service on to another bus.
  const isOfRule = isServiceCall(call) || call.sourceArn !== undefined;
  if (entry.Source?.startsWith('aws.') && !isOfRule)
    return refuse('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = readDetail(entry.Detail ?? '');
  if (!detail) return refuse('MalformedDetail', 'Detail is malformed.');
  // A bus that does not exist takes events like any other, and nobody ever hears of them.
  const EventId = context.bus.announce({
    source: entry.Source ?? '',
    detailType: entry.DetailType ?? '',
    detail,
    resources: entry.Resources,
    time: entry.Time,
    busName: busNameOf(entry.EventBusName),
    traceId: entry.TraceHeader ?? call.traceId,
  });
  return { EventId };
}

function readDetail(text: string): object | undefined {
  try {
    const detail = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function refuse(ErrorCode: string, ErrorMessage: string): PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}

/** As AWS counts it: 14 bytes for a time, and the texts. */
function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return (entry.Time ? 14 : 0) + texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
}
