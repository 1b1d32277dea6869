import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** A key and its certificate, in PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A self-signed certificate (X.509 v3, RFC 5280) for a load balancer's HTTPS listener: the embedded AWS has no certificate
 * authority that a client would trust.
 * @param dnsName the load balancer's name; `localhost` is valid too, for the loopback port
 */
export function createCertificate(dnsName: string): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'));
  const name = sequence(set(sequence(objectId('2.5.4.3'), tagged(0x0c, Buffer.from('kiln embedded AWS')))));
  const altNames = sequence(tagged(0x82, Buffer.from(dnsName)), tagged(0x82, Buffer.from('localhost')));
  const extension = sequence(objectId('2.5.29.17'), tagged(0x04, altNames));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(-86_400_000), time(10 * 365 * 86_400_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extension)),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** One DER element (X.690): tag, length, content. */
function tagged(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 128
      ? Buffer.from([body.length])
      : body.length < 256
        ? Buffer.from([0x81, body.length])
        : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

function sequence(...content: Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function set(...content: Buffer[]): Buffer {
  return tagged(0x31, ...content);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

/** A moment relative to now in milliseconds: real time, as TLS clients check it with their own clock. */
function time(offset: number): Buffer {
  const text = new Date(Date.now() + offset).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return tagged(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}
