import fc from 'fast-check';

/** Names that JavaScript, JSON, DynamoDB or a shell give a meaning to. */
const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'],
  ...[
    'toJSON',
    'then',
    'length',
    'size',
    'PATH',
    'LD_PRELOAD',
    'BASH_ENV',
    '',
    ' ',
    '.',
    '..',
    '/',
    '$',
    '#',
    '\0',
  ],
  ...['null', 'undefined', 'NaN', 'true', '0', '-1', '1e999', '٣', 'ａ', '\u202e', '\ufeff', '\ud83e'],
];

/** What has broken a program before: quotes, ends of lines, escapes, templates, paths, and characters that are more than one byte. */
const PIECES = [
  ...[
    "'",
    '"',
    '`',
    '\\',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\u0001',
    '\u007f',
    '\u2028',
    '\ud83e',
    '\ufffd',
    '🫐',
    'é',
  ],
  ...[
    '$(touch x)',
    '$' + '{HOME}',
    '$A',
    '#{x}',
    '{{x}}',
    '<x>',
    '%s',
    '%00',
    '../',
    '/etc/passwd',
    ';',
    '&',
    '|',
  ],
  ...[
    "'; touch x; '",
    'EOF',
    '#!/bin/sh',
    '#cloud-config',
    'resolve:ssm:',
    'resolve:ssm:/x',
    's3://',
    'v1',
    '-n',
  ],
];

/** Surrogates are no characters. */
const SURROGATES = { first: 0xd800, count: 0x800 };

/** Any character. Each string of fast-check's own `binary` characters has a table made of all million of them. */
const character = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES.count })
  .map((at) => String.fromCodePoint(at < SURROGATES.first ? at : at + SURROGATES.count));

export const hostileName = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.string({ unit: character, maxLength: 12 }),
  fc.constantFrom('w', '🫐').map((letter) => letter.repeat(3000)),
);

export const hostileText = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join('')),
  },
  { weight: 4, arbitrary: fc.string({ unit: character, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '\u0001', '"', '🫐', '\\'), fc.constantFrom(255, 4096, 22_000, 66_000))
      .map(([letter, times]) => letter.repeat(times)),
  },
);

/** Anything that JSON can say, and some that it can say only in text. */
export const hostileJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: character, maxLength: 60 }),
  fc.constantFrom(
    ...['', ' ', '{', '[', '{}', '[]', 'null', '0', '"x"', '{"parameters":null}', '{"parameters":[]}'],
    ...[
      '{"parameters":{"__proto__":"x"}}',
      '{"__proto__":{"once":true}}',
      '{"constructor":{"prototype":{}}}',
    ],
    ...['{"once":1}', '{"once":"true"}', '\ufeff{}', '{"parameters":{"A":"1"},}', "{'parameters':{}}"],
    ...['['.repeat(50_000), '{"parameters":'.repeat(5_000), `{"parameters":{"A":${'['.repeat(9_000)}`],
  ),
);
