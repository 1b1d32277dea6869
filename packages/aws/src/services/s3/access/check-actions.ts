import { matchesAction } from 'aws-languages/policy/action';
import type { PolicyDocument, Statement } from 'aws-languages/policy/document';
import { AwsError } from '../../../core/aws-error';
import type { S3State } from '../state';

/** What a statement of a bucket's policy may be about. */
type Level = 'bucket' | 'object';

/**
 * Checks that the actions of a bucket's policy are S3's, and that each is done to something of its statement: a bucket has no slash in its
 * ARN, an object has one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html#bucket-iam-policies
 *
 * @throws AwsError `MalformedPolicy`
 */
export async function checkActions({ context }: S3State, { statements }: PolicyDocument): Promise<void> {
  const levels = await context.clock.loading('actions of S3', loadLevels());
  for (const statement of statements)
    for (const action of statement.actions) check(action, statement, levels);
}

function check(
  action: string,
  { resources }: Statement,
  levels: ReadonlyMap<string, readonly Level[]>,
): void {
  if (action === '*') return;
  const meant = [...levels].filter(([name]) => matchesAction(action, name));
  if (meant.length === 0) throw new AwsError('MalformedPolicy', 'Policy has invalid action');
  const doneTo = meant.flatMap(([, own]) => own);
  if (resources.length > 0 && !doneTo.some((level) => resources.some((resource) => isOf(level, resource))))
    throw new AwsError('MalformedPolicy', 'Action does not apply to any resource(s) in statement');
}

/** A wildcard at the end of a bucket's name stands for its objects, too. */
function isOf(level: Level, resource: string): boolean {
  return level === 'object' ? /[/*]/.test(resource) : !resource.includes('/');
}

/** What each of S3's actions is done to, by its name with its prefix. */
async function loadLevels(): Promise<ReadonlyMap<string, readonly Level[]>> {
  const { default: data } = await import('../../../../data/authorization/s3.json');
  const types = Object.keys(data.resources);
  return new Map(
    Object.entries(data.actions).map(([name, [, own]]) => [
      `s3:${name}`,
      (own as readonly (readonly number[])[])
        .map(([at = -1]) => types[at])
        .filter((type) => type === 'bucket' || type === 'object'),
    ]),
  );
}
