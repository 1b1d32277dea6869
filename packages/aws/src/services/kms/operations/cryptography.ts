import { createCipheriv, createDecipheriv } from 'node:crypto';
import { randomBytes } from '../../../core/ids';
import type { Call } from '../../../core/service';
import { checkDryRun } from '../dry-run';
import { disabled, invalidCiphertext, validation } from '../errors';
import { checkUse } from '../policy';
import type { Key, KmsState, Op } from '../state';

type Context = Readonly<Record<string, string>> | undefined;

const ID_BYTES = 36;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @throws AwsError for a key that is disabled or waits for its deletion, and for a service that its policy does not mean */
function usable(kms: KmsState, name: string | undefined, operation: string, call: Call): Key {
  const key = kms.getLiving(name);
  if (!key.enabled) throw disabled(`${key.arn} is disabled.`);
  checkUse(key, operation, call);
  return key;
}

export const Encrypt: Op<'Encrypt'> = (kms, input, call) => {
  const key = usable(kms, input.KeyId, 'Encrypt', call);
  const CiphertextBlob = seal(key, input.Plaintext ?? new Uint8Array(), input.EncryptionContext);
  checkDryRun(input);
  return { KeyId: key.arn, CiphertextBlob, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
};

export const Decrypt: Op<'Decrypt'> = (kms, input, call) => {
  const blob = Buffer.from(input.CiphertextBlob ?? []);
  const key = keyOf(kms, blob, input.KeyId, 'Decrypt', call);
  const Plaintext = open(key, blob, input.EncryptionContext);
  checkDryRun(input);
  return { KeyId: key.arn, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
};

/** What is encrypted is encrypted by another key, or in another context. https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
export const ReEncrypt: Op<'ReEncrypt'> = (kms, input, call) => {
  const blob = Buffer.from(input.CiphertextBlob ?? []);
  const source = keyOf(kms, blob, input.SourceKeyId, 'ReEncryptFrom', call);
  const key = usable(kms, input.DestinationKeyId, 'ReEncryptTo', call);
  const plaintext = open(source, blob, input.SourceEncryptionContext);
  checkDryRun(input);
  return {
    CiphertextBlob: seal(key, plaintext, input.DestinationEncryptionContext),
    SourceKeyId: source.arn,
    KeyId: key.arn,
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};

export const GenerateRandom: Op<'GenerateRandom'> = (_kms, { NumberOfBytes }) => {
  if (NumberOfBytes === undefined) throw validation('NumberOfBytes is required.');
  return { Plaintext: randomBytes(NumberOfBytes) };
};

/** The key by which something was encrypted. @throws AwsError InvalidCiphertextException, and those of `usable` */
function keyOf(kms: KmsState, blob: Buffer, given: string | undefined, operation: string, call: Call): Key {
  const id = blob.subarray(0, ID_BYTES).toString('latin1');
  if (!kms.list().some((key) => key.id === id)) throw invalidCiphertext('The ciphertext is not valid.');
  const key = usable(kms, id, operation, call);
  if (given !== undefined && kms.get(given).id !== id)
    throw invalidCiphertext('The ciphertext was made with another key.');
  return key;
}

export const GenerateDataKey: Op<'GenerateDataKey'> = (kms, input, call) => {
  const key = usable(kms, input.KeyId, 'GenerateDataKey', call);
  const { KeySpec, NumberOfBytes } = input;
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validation('Please specify either number of bytes or key spec.');
  checkDryRun(input);
  const Plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
  return { KeyId: key.arn, Plaintext, CiphertextBlob: seal(key, Plaintext, input.EncryptionContext) };
};

/** What is encrypted is bound to its context: both must be as they were. */
function seal(key: Key, plaintext: Uint8Array, context: Context): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.material, nonce);
  cipher.setAAD(bytesOf(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(key.id, 'latin1'), nonce, cipher.getAuthTag(), sealed]);
}

function open(key: Key, blob: Buffer, context: Context): Buffer {
  const nonce = blob.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES);
  const tag = blob.subarray(ID_BYTES + NONCE_BYTES, ID_BYTES + NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.material, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(bytesOf(context));
    decipher.setAuthTag(tag);
    const sealed = blob.subarray(ID_BYTES + NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    throw invalidCiphertext('The ciphertext or its context is not as it was.');
  }
}

function bytesOf(context: Context = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
