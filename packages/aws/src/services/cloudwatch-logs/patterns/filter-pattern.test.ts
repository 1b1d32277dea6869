import { parseFilterPattern } from './filter-pattern';

const access = (status: number) => `10.0.0.1 bob [10/Oct/2000 13:55] "GET /x HTTP/1.0" ${status} 1534`;

test.each([
  ['', 'anything', true],
  ['ERROR', 'an ERROR here', true],
  ['ERROR', 'an error here', false],
  ['ERROR -disk', 'ERROR disk', false],
  ['?a ?b', 'only b', true],
  ['?a ?b', 'only c', false],
  ['"two words"', 'has two words', true],
  ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
  ['{ $.level = "ERR*" && $.took > 3 }', '{"level":"ERROR","took":4}', true],
  ['{ $.level = "ERR*" && $.took > 3 }', '{"level":"ERROR","took":3}', false],
  ['{ ($.a = 1) || ($.b.c[0] = "x") }', '{"b":{"c":["x"]}}', true],
  ['{ $.a NOT EXISTS }', '{"b":1}', true],
  ['{ $.a IS NULL }', '{"a":null}', true],
  ['{ $.a = 1 }', 'no json', false],
  ['{ $.list[*] = 2 }', '{"list":[1,2]}', true],
  ['{ $.list[*].name = "b" }', '{"list":[{"name":"a"}]}', false],
  ['%ERR.R%', 'an ERROR here', true],
  ['[ip, user, time, request, status = 4*, bytes]', access(404), true],
  ['[ip, user, time, request, status = 4*, bytes]', access(200), false],
  ['[ip, user, time, request = "GET *", status, bytes > 1000]', access(200), true],
  ['[ip, user, time = "10/Oct/2000 13:55", ...]', access(200), true],
  ['[ip, user, time]', access(200), false],
  ['[..., status != 200, bytes]', access(200), false],
  ['[..., status = 200 || status = 404, bytes]', access(404), true],
  ['[..., status >= 400 && status < 500, bytes]', access(500), false],
  ['[ip = %^10\\.%, ...]', access(200), true],
])('the filter pattern %p on %p gives %p', (pattern, message, expected) => {
  expect(parseFilterPattern(pattern)(message)).toBe(expected);
});

test.each(['{ $.a = 1', '{ a = 1 }', '[a, b', '[..., a, ...]', '[a = ]', '%(%', '{ $.a = %(% }'])(
  'the filter pattern %p is refused',
  (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    );
  },
);
