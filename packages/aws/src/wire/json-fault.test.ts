import { explainJsonFault } from './json-fault';

test.each([
  // The first two were recorded on AWS.
  [
    'not some json',
    "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    4,
  ],
  [
    "{'not': 'json'}",
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
    3,
  ],
  [
    '{"a"="b"}',
    "Unexpected character ('=' (code 61)): was expecting a colon to separate field name and value",
    6,
  ],
  [
    '{"a":1 "b":2}',
    "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
    9,
  ],
  ['{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 9],
  [
    '[1,]',
    "Unexpected character (']' (code 93)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    5,
  ],
  [
    '{',
    'Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"; line: 1, column: 1])',
    2,
  ],
  ['"a', 'Unexpected end-of-input in VALUE_STRING', 3],
])('%s is refused in the words of Jackson', (text, message, column) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(explainJsonFault(text)).toEqual({
    message,
    location: `[Source: (String)"${text}"; line: 1, column: ${column}]`,
  });
});

test('a fault is found in its line, and a long text is shown cut', () => {
  const text = `{\n "a": tru\n}${' '.repeat(600)}`;
  const { location } = explainJsonFault(text);
  expect(location).toMatch(/"\[truncated 113 chars\]; line: 2, column: 10\]$/);
});
