import { createPublicKey, type KeyObject } from 'node:crypto';

/** Milliseconds in a day of real time: TLS clients check certificates with their own clock. */
const DAY = 86_400_000;

/** Attributes of a subject by OpenSSL's names, with those of RFC 4514. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  ...{ C: 'C', ST: 'ST', L: 'L', O: 'O', OU: 'OU', CN: 'CN', DC: 'DC', emailAddress: 'E' },
};

/** Names in a subject that are none: OpenSSL leaves them out, and says so. */
export function unknownNames(subject: string): string[] {
  return namesOf(subject).flatMap(([name]) => (name in ATTRIBUTES ? [] : [name]));
}

function namesOf(subject: string): [name: string, value: string][] {
  return subject
    .split('/')
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]);
}

/**
 * A certificate that a key signs for itself, in PEM.
 * @param subject as OpenSSL takes it: `/C=NO/CN=example.org`
 * @param days how long it is valid from now, of real time
 * @param extension as in `subjectAltName=DNS:example.org,IP:10.0.0.1`
 */
export async function selfSign(
  key: KeyObject,
  subject: string,
  days: number,
  extension: string | undefined,
): Promise<string> {
  const { generate } = await import('selfsigned');
  const now = Date.now();
  const attributes = namesOf(subject).flatMap(([name, value]) => {
    const shortName = ATTRIBUTES[name];
    // Where a sign would end the value, a backslash keeps it.
    return shortName === undefined || value === ''
      ? []
      : [{ shortName, value: value.replace(/[,+"\\<>;#=]/g, '\\$&') }];
  });
  const names = [...(extension ?? '').matchAll(/(DNS|IP):([^,\s]+)/g)].map(([, kind, value = '']) =>
    kind === 'IP' ? { type: 7 as const, ip: value } : { type: 2 as const, value },
  );
  const made = await generate(attributes, {
    keyType: key.asymmetricKeyType === 'ec' ? 'ec' : 'rsa',
    keyPair: {
      privateKey: String(key.export({ type: 'pkcs8', format: 'pem' })),
      publicKey: String(createPublicKey(key).export({ type: 'spki', format: 'pem' })),
    },
    algorithm: 'sha256',
    notBeforeDate: new Date(now),
    notAfterDate: new Date(now + days * DAY),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      ...(names.length > 0 ? [{ name: 'subjectAltName' as const, altNames: names }] : []),
    ],
  });
  return made.cert;
}
