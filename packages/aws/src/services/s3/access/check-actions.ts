import { matchesAction } from 'aws-languages/policy/action';
import type { PolicyDocument, Statement } from 'aws-languages/policy/document';
import { AwsError } from '../../../core/aws-error';
import type { S3State } from '../state';

/** What a statement of a bucket's policy may be about. */
type Level = 'bucket' | 'object';

/** What each of S3's actions is done to, and the condition keys that it has; by its name with its prefix. */
type Actions = ReadonlyMap<string, { readonly levels: readonly Level[]; readonly keys: ReadonlySet<string> }>;

/**
 * Checks that the actions of a bucket's policy are S3's, that each is done to something of its statement (a bucket has no slash in its
 * ARN, an object has one), and that the condition keys of S3's own are there and each action has them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html#bucket-iam-policies
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 *
 * @throws AwsError `MalformedPolicy`
 */
export async function checkActions({ context }: S3State, { statements }: PolicyDocument): Promise<void> {
  const actions = await context.clock.loading('actions of S3', loadActions());
  for (const statement of statements) {
    checkKeys(statement, actions);
    for (const action of statement.actions) checkAction(action, statement, actions);
  }
}

function checkAction(action: string, statement: Statement, actions: Actions): void {
  if (action === '*') return;
  const meant = [...actions].flatMap(([name, own]) => (matchesAction(action, name) ? [own] : []));
  if (meant.length === 0) throw malformed('Policy has invalid action');
  const doneTo = meant.flatMap(({ levels }) => levels);
  const { resources } = statement;
  if (resources.length > 0 && !doneTo.some((level) => resources.some((resource) => isOf(level, resource))))
    throw malformed('Action does not apply to any resource(s) in statement');
  const isKnown = (key: string) => meant.some(({ keys }) => keys.has(key));
  if (!keysOfS3(statement).every(isKnown))
    throw malformed('Conditions do not apply to combination of actions and resources in statement');
}

/** AWS takes any key that begins as its global ones do, and those of identity providers. */
function checkKeys(statement: Statement, actions: Actions): void {
  const known = new Set([...actions.values()].flatMap(({ keys }) => [...keys]));
  const isKey = (key: string) => known.has(nameOf(key)) || /^(aws|saml|jwt|[\w.-]+\.[\w.-]+):/i.test(key);
  if (!statement.conditions.every(({ key }) => isKey(key)))
    throw malformed('Policy has an invalid condition key');
}

function keysOfS3({ conditions }: Statement): string[] {
  return conditions.map(({ key }) => nameOf(key)).filter((key) => key.startsWith('s3:'));
}

/** A key without what a variable stands for: `s3:existingobjecttag/`. */
function nameOf(key: string): string {
  return key.toLowerCase().replace(/\/.*$/, '/');
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicy', message);
}

/** A wildcard at the end of a bucket's name stands for its objects, too. */
function isOf(level: Level, resource: string): boolean {
  return level === 'object' ? /[/*]/.test(resource) : !resource.includes('/');
}

/** AWS's Service Authorization Reference of S3, as `data/authorization` has it: keys and types are named by position. */
interface Published {
  readonly keys: readonly string[];
  readonly resources: Readonly<Record<string, readonly [arn: string, keys: readonly number[]]>>;
  readonly actions: Readonly<
    Record<string, readonly [keys: readonly number[], resources: readonly (readonly number[])[]]>
  >;
}

async function loadActions(): Promise<Actions> {
  const { default: published } = await import('../../../../data/authorization/s3.json');
  const data = published as unknown as Published;
  const types = Object.entries(data.resources);
  return new Map(
    Object.entries(data.actions).map(([name, [own, on]]) => {
      const found = on.flatMap(([at = -1, , ...more]) => {
        const [type, [, keys]] = types[at] ?? ['', ['', []]];
        return type === '' ? [] : [{ type, keys: [...keys, ...more] }];
      });
      const keys = [...own, ...found.flatMap((one) => one.keys)];
      return [
        `s3:${name}`,
        {
          levels: found.map(({ type }) => type).filter((type) => type === 'bucket' || type === 'object'),
          keys: new Set(keys.map((at) => nameOf(data.keys[at] ?? ''))),
        },
      ];
    }),
  );
}
