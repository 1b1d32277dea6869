import {
  createECDH,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { Signer } from '../core/service';
import type { Signature } from './signature';

/** Derived keys are the same for a day, a region and a service; so many are kept. */
const MOST_KEYS = 1000;

/** The signing keys that are derived from secrets, each once. */
export class SigningKeys {
  private readonly derived = new Map<string, Buffer>();
  private readonly verifying = new Map<string, KeyObject>();

  /** @param secret of the access key that the signature names */
  signerOf(
    { algorithm, accessKeyId, signedAt, scope, text: signature, ...parts }: Signature,
    secret: string,
  ): Signer {
    const about = { algorithm, accessKeyId, signedAt, scope, signature };
    if (algorithm === 'AWS4-ECDSA-P256-SHA256') {
      const key = this.asymmetric(secret, accessKeyId);
      const hasSigned = (text: string, hex: string) =>
        // Signatures of chunks are padded to one length.
        verify('sha256', Buffer.from(text, 'latin1'), key, Buffer.from(hex.replace(/\*+$/, ''), 'hex'));
      return { ...about, hasSigned };
    }
    const key = this.symmetric(secret, parts);
    return { ...about, hasSigned: (text, hex) => isSame(hmac(key, text).toString('hex'), hex) };
  }

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key */
  symmetric(secret: string, { day, region, service }: Pick<Signature, 'day' | 'region' | 'service'>): Buffer {
    return kept(this.derived, [secret, day, region, service].join('/'), () =>
      [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day)),
    );
  }

  private asymmetric(secret: string, accessKeyId: string): KeyObject {
    return kept(this.verifying, `${accessKeyId}/${secret}`, () => verifyingKey(secret, accessKeyId));
  }
}

function kept<Value>(keys: Map<string, Value>, name: string, make: () => Value): Value {
  let found = keys.get(name);
  if (found === undefined) {
    found = make();
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(name, found);
  }
  return found;
}

export function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The order of the curve P-256, less two. */
const ORDER_LESS_TWO = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254fn;

/**
 * The public half of the P-256 key that the asymmetric SigV4A derives from a secret: a key derivation in counter mode (NIST SP 800-108) over
 * the access key id, again with the next counter where its result is no key.
 */
function verifyingKey(secret: string, accessKeyId: string): KeyObject {
  for (let counter = 1; counter < 255; counter += 1) {
    const candidate = createHmac('sha256', `AWS4A${secret}`)
      .update(Buffer.from([0, 0, 0, 1]))
      .update('AWS4-ECDSA-P256-SHA256')
      .update(Buffer.from([0]))
      .update(accessKeyId)
      .update(Buffer.from([counter, 0, 0, 1, 0]))
      .digest('hex');
    const number = BigInt(`0x${candidate}`);
    if (number > ORDER_LESS_TWO) continue;
    const pair = createECDH('prime256v1');
    pair.setPrivateKey((number + 1n).toString(16).padStart(64, '0'), 'hex');
    const point = pair.getPublicKey();
    const half = (from: number) => point.subarray(from, from + 32).toString('base64url');
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) } });
  }
  throw new Error('no key can be derived from this secret');
}
