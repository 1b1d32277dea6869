import { AwsError } from '../../../core/aws-error';
import type { Bucket } from '../bucket';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export interface BucketPolicy {
  readonly Statement: readonly Statement[];
}

/** @throws AwsError `MalformedPolicy` */
export function readPolicy(text: string, bucketName: string): BucketPolicy {
  let document: { Statement?: Statement | Statement[] };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  const statements = listOf(document.Statement);
  if (statements.length === 0) throw malformed('Missing required field Statement');
  for (const statement of statements) {
    if (statement.Principal === undefined) throw malformed('Missing required field Principal');
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      throw malformed(`Invalid effect: ${statement.Effect}`);
    if (listOf(statement.Action).length === 0) throw malformed('Missing required field Action');
    for (const resource of listOf(statement.Resource)) {
      if (!matches(resource.split('/')[0] ?? '', `arn:aws:s3:::${bucketName}`))
        throw malformed('Policy has invalid resource');
    }
  }
  return { Statement: statements };
}

/** Whether somebody outside of the account may do something by it. */
export function isPublicPolicy(policy: BucketPolicy): boolean {
  return policy.Statement.some(
    (statement) => statement.Effect === 'Allow' && isEverybody(statement.Principal) && !statement.Condition,
  );
}

/** Whether an unsigned request may do this to the object, or without a key to the bucket. */
export function allowsAnonymous(bucket: Bucket, wanted: string, key?: string): boolean {
  const { policy: text, publicAccessBlock } = bucket.configurations;
  if (text === undefined || publicAccessBlock?.RestrictPublicBuckets) return false;
  const arn = `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`;
  const applies = readPolicy(text, bucket.name).Statement.filter(
    (statement) =>
      isEverybody(statement.Principal) &&
      !statement.Condition &&
      listOf(statement.Action).some((action) => matches(action.toLowerCase(), wanted.toLowerCase())) &&
      listOf(statement.Resource).some((resource) => matches(resource, arn)),
  );
  return (
    applies.some((statement) => statement.Effect === 'Allow') &&
    !applies.some((statement) => statement.Effect === 'Deny')
  );
}

function isEverybody(principal: unknown): boolean {
  if (principal === '*') return true;
  const aws = (principal as { AWS?: string | readonly string[] } | undefined)?.AWS;
  return listOf(aws).includes('*');
}

function listOf<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}

/** Policy wildcards: `*` for any characters, `?` for one. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicy', message);
}
