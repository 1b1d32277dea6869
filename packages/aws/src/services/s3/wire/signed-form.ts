import type { Principal } from '../../../core/principal';
import { refusalOf, s3Mismatch } from '../../../signing/refusals';
import { hmac, isSame } from '../../../signing/signing-keys';
import { invalidArgument } from '../errors';
import type { S3State } from '../state';
import type { PostForm } from './post-form';
import { checkOldSignature, findKey } from './signature-v2';

/**
 * Who signed the policy of a posted form, in the one version of signatures or the other.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 *
 * @throws AwsError as S3 refuses signatures
 */
export function verifyForm(s3: S3State, { fields }: PostForm): Principal {
  const policy = fields.get('policy') ?? '';
  const token = fields.get('x-amz-security-token');
  const old = fields.get('signature');
  if (old !== undefined) {
    const accessKeyId = fields.get('awsaccesskeyid') ?? '';
    const { principal, secret } = findKey(s3, accessKeyId, token);
    if (secret !== undefined) checkOldSignature({ accessKeyId, text: old }, secret, policy);
    return principal;
  }
  const credential = fields.get('x-amz-credential') ?? '';
  const [accessKeyId = '', day = '', region = '', service = '', ...rest] = credential.split('/');
  if (rest.join() !== 'aws4_request') throw refusalOf('restXml', { kind: 'badCredential', credential });
  const algorithm = fields.get('x-amz-algorithm') ?? '';
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw invalidArgument('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"', 'X-Amz-Algorithm', algorithm);
  const { principal, secret } = findKey(s3, accessKeyId, token);
  if (secret === undefined) return principal;
  const provided = fields.get('x-amz-signature') ?? '';
  const computed = hmac(s3.signingKeys.symmetric(secret, { day, region, service }), policy).toString('hex');
  if (!isSame(computed, provided)) throw s3Mismatch({ accessKeyId, provided, stringToSign: policy });
  return principal;
}
