import { PublishCommand } from '@aws-sdk/client-sns';
import { sns } from '../aws/sns';
import { env } from '../env';

/** SNS takes less than 100 characters. */
const MOST_IN_SUBJECT = 99;

/** SNS takes 262,144 bytes; a character is at most three of them. */
const MOST_CHARACTERS = 80_000;

/**
 * Tells people something, by the topic of this deployment.
 *
 * @param subject whatever is in it, it is made one that SNS takes: no line breaks nor control characters, less than 100 characters. AWS
 *   says UTF-8 now and said ASCII before; mail gateways and telephones still show only that well.
 * @param message as long as SNS takes it
 * See https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export async function tellPeople(subject: string, message: string): Promise<void> {
  await sns().send(
    new PublishCommand({
      TopicArn: env('KILN_TOPIC'),
      Subject: writeSubject(subject),
      Message: message.slice(0, MOST_CHARACTERS),
    }),
  );
}

function writeSubject(subject: string): string {
  return subject
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/gu, '?')
    .slice(0, MOST_IN_SUBJECT);
}
