import { createPrivateKey, createPublicKey } from 'node:crypto';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test.each(['rsa', 'ed25519'] as const)(
  'a made %s key is a private key that can be imported as public',
  async (KeyType) => {
    const made = await region.ec2.CreateKeyPair({ KeyName: 'mine', KeyType });
    const described = await region.ec2.DescribeKeyPairs({ KeyNames: ['mine'], IncludePublicKey: true });
    const PublicKey = described.KeyPairs?.[0]?.PublicKey ?? '';
    if (KeyType === 'rsa') {
      const modulus = createPublicKey(createPrivateKey(made.KeyMaterial ?? '')).export({ format: 'jwk' }).n;
      const blob = Buffer.from(PublicKey.split(' ')[1] ?? '', 'base64');
      expect(blob.includes(Buffer.from(modulus ?? '', 'base64url'))).toBe(true);
    }
    const imported = await region.ec2.ImportKeyPair({
      KeyName: 'copy',
      PublicKeyMaterial: Buffer.from(PublicKey),
    });
    expect(imported.KeyFingerprint).toBeTruthy();
  },
);

test('a key name is taken once, an unknown key is not found, and what is no key is refused', async () => {
  await region.ec2.CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' });
  const create = () => region.ec2.CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' });
  expect(await codeOf(create)).toBe('InvalidKeyPair.Duplicate');
  const describe = () => region.ec2.DescribeKeyPairs({ KeyNames: ['yours'] });
  expect(await codeOf(describe)).toBe('InvalidKeyPair.NotFound');
  const PublicKeyMaterial = Buffer.from('ssh-rsa nonsense');
  const importKey = () => region.ec2.ImportKeyPair({ KeyName: 'bad', PublicKeyMaterial });
  expect(await codeOf(importKey)).toBe('InvalidKey.Format');
  await region.ec2.DeleteKeyPair({ KeyName: 'mine' });
  expect(await codeOf(() => region.ec2.DescribeKeyPairs({ KeyNames: ['mine'] }))).toBe(
    'InvalidKeyPair.NotFound',
  );
});

/** As `ssh-keygen -e -m RFC4716` writes it. https://datatracker.ietf.org/doc/html/rfc4716 */
test.each(['\n', '\r\n'])('a key as RFC 4716 writes it is the same key', async (lineEnd) => {
  const { KeyFingerprint } = await region.ec2.CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' });
  const { KeyPairs } = await region.ec2.DescribeKeyPairs({ KeyNames: ['mine'], IncludePublicKey: true });
  const body = KeyPairs?.[0]?.PublicKey?.split(' ')[1] ?? '';
  const lines = [
    ...[
      '---- BEGIN SSH2 PUBLIC KEY ----',
      'Comment: "a key that is told \\',
      'in two lines"',
      'x-more: none',
    ],
    ...[body.slice(0, 40), body.slice(40), '---- END SSH2 PUBLIC KEY ----', ''],
  ];
  const text = lines.join(lineEnd);
  const importAs = (KeyName: string, PublicKeyMaterial: Buffer) =>
    region.ec2.ImportKeyPair({ KeyName, PublicKeyMaterial });
  expect(await importAs('plain', Buffer.from(text))).toMatchObject({ KeyFingerprint });
  const encoded = Buffer.from(Buffer.from(text).toString('base64'));
  expect(await importAs('encoded', encoded)).toMatchObject({ KeyFingerprint });
  const broken = Buffer.from(text.replace('END SSH2', 'END'));
  expect(await codeOf(() => importAs('broken', broken))).toBe('InvalidKey.Format');
});

test('a key of a type or format that is none is not made', async () => {
  const create = (input: object) => codeOf(() => region.ec2.CreateKeyPair({ KeyName: 'mine', ...input }));
  expect(await create({ KeyType: 'dsa' })).toBe('InvalidParameterValue');
  expect(await create({ KeyFormat: 'jwk' })).toBe('InvalidParameterValue');
});
