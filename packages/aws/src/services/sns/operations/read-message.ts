import type { MessageAttributeValue, PublishInput } from '@aws-sdk/client-sns';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { invalidParameter } from '../errors';
import type { Message } from '../state';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: body and attributes together */
export const MOST_BYTES = 262_144;

/** A message before anybody got it. */
export type Unsent = Omit<Message, 'deliveries'>;

/**
 * Checks what is to be published, and makes a message of it.
 * @throws AwsError InvalidParameter, ParameterValueInvalid
 */
export function readMessage(input: PublishInput, topicArn: string, publishedAt: Date): Unsent {
  const body = input.Message ?? '';
  if (body === '') throw invalidParameter('Empty message');
  checkSubject(input.Subject);
  const attributes = input.MessageAttributes ?? {};
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
  if (sizeOf(input) > MOST_BYTES) throw invalidParameter('Message too long');
  if (input.MessageStructure !== undefined && input.MessageStructure !== 'json')
    throw invalidParameter('Invalid message structure. Must be json');
  return {
    id: uuid(),
    topicArn,
    subject: input.Subject,
    body,
    bodies: input.MessageStructure === 'json' ? readBodies(body) : undefined,
    attributes,
    publishedAt,
  };
}

/** Bytes of a message as SNS counts them. */
export function sizeOf({ Message, MessageAttributes }: PublishInput): number {
  const attributes = Object.entries(MessageAttributes ?? {}).map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0),
  );
  return attributes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(Message ?? ''));
}

/** At most 100 characters, none of them a line break or another control character. */
function checkSubject(subject: string | undefined): void {
  if (subject === undefined) return;
  if (subject === '' || subject.length > 100 || /\p{Cc}/u.test(subject)) throw invalidParameter('Subject');
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function checkAttribute(
  name: string,
  { DataType = '', StringValue, BinaryValue }: MessageAttributeValue,
): void {
  const refuse = (message: string) => new AwsError('ParameterValueInvalid', message);
  if (!/^(String|Number|Binary)/.test(DataType))
    throw refuse(
      DataType === ''
        ? `The message attribute '${name}' must contain non-empty message attribute type.`
        : `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (!value?.length)
    throw refuse(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
    );
  if (DataType.startsWith('Number') && Number.isNaN(Number(value)))
    throw refuse(`Could not cast message attribute '${name}' value to number.`);
}

/** The bodies by protocol, `default` among them. What is no text is passed over. */
function readBodies(body: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  const texts = Object.entries(parsed).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const bodies = Object.fromEntries(texts);
  if (bodies.default === undefined)
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return bodies;
}
