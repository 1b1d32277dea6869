import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { InvalidParameter, InvalidPipeline } from '../../../src/errors';
import { checkUserDataScript, checkUserDataSize, renderUserData } from '../../../src/pipeline/user-data';

/** Runs user data with bash, as cloud-init would, and gives what it wrote. */
function runBash(userData: Buffer): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-s'], { input: userData, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** A script that writes the values of these variables as a child process finds them, each ended by NUL. */
function printing(...names: string[]): string {
  return `#!/bin/bash\nset -euo pipefail\nbash -c 'printf "%s\\0" "$@"' - ${names.map((name) => `"$${name}"`).join(' ')}\n`;
}

test('the values stand before the second line of the script, and no line of it moves', () => {
  const script = '#!/bin/bash\nset -eu\necho "$A"\n';
  expect(renderUserData(script, { A: 'x y', B: "it's" }).toString()).toBe(
    "#!/bin/bash\nexport A='x y'; export B='it'\\''s'; set -eu\necho \"$A\"\n",
  );
});

test('a shell names the line that the writer of the script sees', () => {
  const input = renderUserData('#!/bin/bash\n# a comment\n\nno-such-program\n', { A: 'x', B: 'y' });
  expect(spawnSync('bash', ['-s'], { input, encoding: 'utf8' }).stderr).toContain(
    'line 4: no-such-program: command not found',
  );
});

test('without values the script is left as it is', () => {
  expect(renderUserData('#!/bin/sh\ntrue\n', {}).toString()).toBe('#!/bin/sh\ntrue\n');
});

test.each([
  "'",
  "''; touch x; '",
  '$(touch x)',
  '`touch x`',
  '\\',
  "\\'",
  '\n',
  'a\n#!/bin/sh\nb',
  '"$HOME"',
  '!!',
  'blåbær 🫐',
  '-n',
  '\r\n',
  ' ',
])('the value %j reaches the script as it is', (value) => {
  expect(runBash(renderUserData(printing('A'), { A: value }))).toBe(`${value}\0`);
});

test('a NUL character, which no variable can hold, is refused', () => {
  expect(() => renderUserData('#!/bin/bash\n', { A: 'a\0b' })).toThrow(
    new InvalidParameter('parameter A: expected a text without NUL characters, got "a\\u0000b"'),
  );
});

test('half of a surrogate pair, which would become another character, is refused', () => {
  expect(() => renderUserData('#!/bin/bash\n', { A: 'a\ud83e' })).toThrow(InvalidParameter);
});

test.each([
  '#!/bin/bash',
  '#! /bin/sh -e',
  '#!/usr/bin/env bash',
  '#!/usr/bin/env -S bash -eu',
  '#!/usr/local/bin/zsh',
])('a script that begins with %s is one of a shell', (line) =>
  expect(checkUserDataScript(`${line}\ntrue\n`)).toEqual([]),
);

test.each([
  '#!/usr/bin/python3 /opt/x.sh',
  '#!/usr/bin/perl -x sh',
  '#!/bin/csh',
  '#!/usr/bin/env python3',
  '#cloud-config sh',
])('a script that begins with %s, which would read the quotes otherwise, is none', (line) =>
  expect(checkUserDataScript(`${line}\ntrue\n`)).toHaveLength(1),
);

test('user data of 16384 bytes is left plain, one byte more is compressed', () => {
  const line = '#!/bin/bash\n';
  const plain = line + '#'.repeat(16_384 - line.length);
  expect(renderUserData(plain, {}).toString()).toBe(plain);
  const packed = renderUserData(`${plain}#`, {});
  expect(packed.length).toBeLessThan(16_384);
  expect(gunzipSync(packed).toString()).toBe(`${plain}#`);
});

test('user data that is too long even compressed is refused with its size', () => {
  const script = `#!/bin/bash\n# ${randomBytes(20_000).toString('base64')}\n`;
  const message =
    /^user data of pipeline web is \d{5} bytes compressed, EC2 takes 16384 at most: move what is long/;
  expect(() => renderUserData(script, {}, 'web')).toThrow(InvalidPipeline);
  expect(() => renderUserData(script, {}, 'web')).toThrow(message);
  expect(checkUserDataSize(script)).toMatch(/^is \d{5} bytes compressed, EC2 takes 16384 at most$/);
});

test('a long value counts as the script does, and is the fault of who gave it', () => {
  const value = randomBytes(20_000).toString('base64');
  expect(() => renderUserData('#!/bin/bash\n', { A: value })).toThrow(InvalidParameter);
});
