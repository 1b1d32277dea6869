import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { type BusStore, busNameOf, notValid } from '../state';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_ENTRIES = 10;
const MOST_BYTES = 1_048_576;

/** Puts events of customers on their buses; each entry succeeds or fails for itself. */
export function putEvents(entries: readonly PutEventsRequestEntry[], store: BusStore) {
  if (entries.length === 0 || entries.length > MOST_ENTRIES)
    throw notValid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`}`,
    );
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > MOST_BYTES) throw notValid('Total size of the entries in the request is over the limit.');
  const results = entries.map((entry) => putEvent(entry, store));
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results };
}

function putEvent(entry: PutEventsRequestEntry, store: BusStore): PutEventsResultEntry {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name])
      return refuse(
        'InvalidArgument',
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  if (entry.Source?.startsWith('aws.'))
    return refuse('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = readDetail(entry.Detail ?? '');
  if (!detail) return refuse('MalformedDetail', 'Detail is malformed.');
  // A bus that does not exist takes events like any other, and nobody ever hears of them.
  const busName = busNameOf(entry.EventBusName);
  const id = store.context.bus.announce({
    source: entry.Source ?? '',
    detailType: entry.DetailType ?? '',
    detail,
    resources: entry.Resources,
    time: entry.Time,
    busName,
  });
  return { EventId: id };
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
