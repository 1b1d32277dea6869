import { makeContext } from '../../testing/serverless-context';
import { Logs } from '.';
import { parseFilterPattern } from './patterns/filter-pattern';

const context = makeContext();
afterAll(() => context.clock.stop());

const makeStream = () => {
  const logs = new Logs(context);
  logs.operations.CreateLogGroup({ logGroupName: '/app' });
  logs.operations.CreateLogStream({ logGroupName: '/app', logStreamName: 's' });
  return logs;
};

const put = (logs: Logs, messages: string[]) => {
  const now = context.clock.millis();
  return logs.operations.PutLogEvents({
    logGroupName: '/app',
    logStreamName: 's',
    logEvents: messages.map((message, i) => ({ timestamp: now - 1000 + i, message })),
  });
};

test('lines that were put are read back in order, page by page', () => {
  const logs = makeStream();
  put(logs, ['a', 'b', 'c']);
  const read = (nextToken?: string) =>
    logs.operations.GetLogEvents({
      logGroupName: '/app',
      logStreamName: 's',
      startFromHead: true,
      limit: 2,
      nextToken,
    });
  const first = read();
  const second = read(first.nextForwardToken);
  const third = read(second.nextForwardToken);
  expect(first.events.map(({ message }) => message)).toEqual(['a', 'b']);
  expect(second.events.map(({ message }) => message)).toEqual(['c']);
  expect(third).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
});

test('a group that exists cannot be created again, one that does not cannot be read', () => {
  const logs = makeStream();
  expect(() => logs.operations.CreateLogGroup({ logGroupName: '/app' })).toThrow(
    expect.objectContaining({ code: 'ResourceAlreadyExistsException' }),
  );
  expect(() => logs.operations.GetLogEvents({ logGroupName: '/no', logStreamName: 's' })).toThrow(
    expect.objectContaining({ code: 'ResourceNotFoundException' }),
  );
});

test('lines out of order are refused, lines from the future are not taken', () => {
  const logs = makeStream();
  const now = context.clock.millis();
  const event = (timestamp: number) => ({ timestamp, message: 'x' });
  const putEvents = (logEvents: { timestamp: number; message: string }[]) =>
    logs.operations.PutLogEvents({ logGroupName: '/app', logStreamName: 's', logEvents });
  expect(() => putEvents([event(now), event(now - 1)])).toThrow(
    expect.objectContaining({ code: 'InvalidParameterException' }),
  );
  expect(putEvents([event(now), event(now + 3 * 3_600_000)]).rejectedLogEventsInfo).toEqual({
    tooNewLogEventStartIndex: 1,
  });
  expect(logs.lines('/app')).toHaveLength(1);
});

test('a search finds lines of all streams by pattern', () => {
  const logs = makeStream();
  put(logs, ['ERROR disk', 'fine']);
  logs.write('/app', 'other', [{ timestamp: context.clock.millis(), message: 'ERROR net' }]);
  const found = logs.operations.FilterLogEvents({ logGroupName: '/app', filterPattern: 'ERROR' });
  expect(found.events.map(({ message, logStreamName }) => [message, logStreamName])).toEqual([
    ['ERROR disk', 's'],
    ['ERROR net', 'other'],
  ]);
});

test('retention takes the days that AWS offers and no others', () => {
  const logs = makeStream();
  logs.operations.PutRetentionPolicy({ logGroupName: '/app', retentionInDays: 14 });
  expect(logs.operations.DescribeLogGroups({}).logGroups[0]).toMatchObject({
    logGroupName: '/app',
    arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app:*',
    retentionInDays: 14,
  });
  expect(() => logs.operations.PutRetentionPolicy({ logGroupName: '/app', retentionInDays: 2 })).toThrow(
    expect.objectContaining({ code: 'InvalidParameterException' }),
  );
});

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
