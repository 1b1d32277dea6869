import type { Context } from '../../core/context';

/** The ARN of a topic, or of what belongs to it: `arn:aws:sns:eu-north-1:000000000000:name`. */
export function resourceArn(
  { region, accountId }: Pick<Context, 'region' | 'accountId'>,
  name: string,
): string {
  return `arn:aws:sns:${region}:${accountId}:${name}`;
}
