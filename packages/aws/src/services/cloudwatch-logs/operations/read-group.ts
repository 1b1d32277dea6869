import { parseArn, splitResource } from 'aws-languages/arn';

/** The name of a group that is given by name or by ARN, with or without `:*`. */
export function groupName(nameOrArn: string | undefined): string {
  const arn = parseArn(nameOrArn ?? '');
  return arn?.service === 'logs' ? splitResource(arn.resource).id.replace(/:\*$/, '') : (nameOrArn ?? '');
}
