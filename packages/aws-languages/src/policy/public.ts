import type { Condition } from './condition';
import type { PolicyDocument, Statement } from './document';

/** Keys that, held to fixed values, keep the public out. */
const PRIVATE_KEYS: readonly string[] = [
  'aws:sourceip',
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:userid',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalarn',
  'aws:principalaccount',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
];

/** An operator that only lets through what it names. */
const FIXING = /^(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/;

/**
 * Whether S3 calls a policy of a resource public: it allows everybody something, with no condition that holds a key which
 * tells people apart to fixed values.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function isPublicPolicy({ statements }: PolicyDocument): boolean {
  return statements.some(
    (statement) =>
      statement.effect === 'Allow' && namesEverybody(statement) && !statement.conditions.some(keepsPublicOut),
  );
}

function namesEverybody({ principals, notPrincipals }: Statement): boolean {
  if (Object.keys(notPrincipals).length > 0) return true;
  return principals['*'] !== undefined || (principals.AWS ?? []).includes('*');
}

function keepsPublicOut({ operator, key, values }: Condition): boolean {
  if (operator.ifExists || operator.quantifier === 'ForAllValues' || !FIXING.test(operator.name))
    return false;
  return PRIVATE_KEYS.includes(key.toLowerCase()) && values.every((value) => isFixed(key, value));
}

/** Without wildcards and variables (those of ARNs may be in the resource); blocks of addresses of /8 and longer. */
function isFixed(key: string, value: string): boolean {
  if (value.includes('${')) return false;
  if (/ip$/i.test(key)) {
    const [, bits = value.includes(':') ? '128' : '32'] = value.split('/');
    return Number(bits) >= (value.includes(':') ? 32 : 8);
  }
  const isArn = value.startsWith('arn:');
  const telling = isArn ? value.split(':').slice(0, 5).join(':') : value;
  const isBucket = /^arn:[^:]*:s3:::/.test(value);
  return !/[*?]/.test(isBucket ? (value.split('/')[0] ?? '') : telling);
}
