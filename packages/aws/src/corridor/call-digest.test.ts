import { createHash } from 'node:crypto';
import { CallDigest } from './call-digest';

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

/** What a call with this input comes to. */
function digestOf(input: unknown): string {
  const digest = new CallDigest('http://127.0.0.1:4566');
  digest.add({
    ...{ status: 200, time: '2027-01-01T00:00:00.000Z', region: 'us-east-1', caller: 'arn:aws:iam::1:root' },
    ...{ service: 's3', operation: 'PutObject', input, answer: undefined },
  });
  return digest.read().sha256;
}

test('bytes count by their digest, whoever holds them, and what JSON cannot say in words', () => {
  const bytes = Buffer.from('a site');
  const text = JSON.stringify({
    ...{ status: 200, time: '2027-01-01T00:00:00.000Z', region: 'us-east-1', caller: 'arn:aws:iam::1:root' },
    ...{ service: 's3', operation: 'PutObject' },
    input: { body: `bytes ${sha256(bytes)}`, parts: ['7', null], at: '2027-01-02T00:00:00.000Z' },
  });
  const parts = [7n, undefined];
  const at = new Date('2027-01-02T00:00:00.000Z');
  expect(digestOf({ body: bytes, none: undefined, parts, at })).toBe(sha256(`${text}\n`));
  expect(digestOf({ body: new Uint8Array(bytes), parts, at })).toBe(sha256(`${text}\n`));
  expect(digestOf({ body: Buffer.from('another'), parts, at })).not.toBe(sha256(`${text}\n`));
});

test('the endpoint, which is another in each run, does not count', () => {
  expect(digestOf({ url: 'http://127.0.0.1:4566/bucket' })).toBe(digestOf({ url: 'http://endpoint/bucket' }));
});
