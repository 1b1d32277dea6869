import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { type NewRegion, newRegion } from '../../testing/region';
import { sendSigned } from '../../testing/signed';

const HOUR = 3_600_000;
let region: NewRegion;
let groups = 0;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

const logs = () => region.api('cloudwatch-logs');
const now = () => region.context.clock.millis();

/** A group of the test's own with a stream. */
const makeStream = async (name = `/app/${++groups}`) => {
  await logs().CreateLogGroup({ logGroupName: name });
  await logs().CreateLogStream({ logGroupName: name, logStreamName: 's' });
  return name;
};

const put = (logGroupName: string, messages: string[]) =>
  logs().PutLogEvents({
    logGroupName,
    logStreamName: 's',
    logEvents: messages.map((message, i) => ({ timestamp: now() - 1000 + i, message })),
  });

test('lines that were put are read back in order, page by page', async () => {
  const logGroupName = await makeStream();
  await put(logGroupName, ['a', 'b', 'c']);
  const read = (nextToken?: string) =>
    logs().GetLogEvents({ logGroupName, logStreamName: 's', startFromHead: true, limit: 2, nextToken });
  const first = await read();
  const second = await read(first.nextForwardToken);
  const third = await read(second.nextForwardToken);
  expect(first.events?.map(({ message }) => message)).toEqual(['a', 'b']);
  expect(second.events?.map(({ message }) => message)).toEqual(['c']);
  expect(third).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
});

test('a group that exists cannot be created again, one that does not cannot be read', async () => {
  const logGroupName = await makeStream();
  await expect(logs().CreateLogGroup({ logGroupName })).rejects.toMatchObject({
    code: 'ResourceAlreadyExistsException',
  });
  await expect(logs().CreateLogStream({ logGroupName, logStreamName: 's' })).rejects.toMatchObject({
    code: 'ResourceAlreadyExistsException',
  });
  await expect(logs().GetLogEvents({ logGroupName: '/no', logStreamName: 's' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('lines out of order are refused, lines from the future are not taken', async () => {
  const logGroupName = await makeStream();
  const event = (timestamp: number) => ({ timestamp, message: 'x' });
  const putEvents = (logEvents: { timestamp: number; message: string }[]) =>
    logs().PutLogEvents({ logGroupName, logStreamName: 's', logEvents });
  await expect(putEvents([event(now()), event(now() - HOUR)])).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
  const answer = await putEvents([event(now()), event(now() + 3 * HOUR)]);
  expect(answer.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
  expect(region.state('cloudwatch-logs').lines(logGroupName)).toHaveLength(1);
});

test('a search finds lines of all streams by pattern', async () => {
  const logGroupName = await makeStream();
  await put(logGroupName, ['ERROR disk', 'fine']);
  region.state('cloudwatch-logs').write(logGroupName, 'other', [{ timestamp: now(), message: 'ERROR net' }]);
  const found = await logs().FilterLogEvents({ logGroupName, filterPattern: 'ERROR' });
  expect(found.events?.map(({ message, logStreamName }) => [message, logStreamName])).toEqual([
    ['ERROR disk', 's'],
    ['ERROR net', 'other'],
  ]);
});

test('a search goes on where its page ended, whatever was written since', async () => {
  const logGroupName = await makeStream();
  await put(logGroupName, ['a', 'b', 'c']);
  const client = new CloudWatchLogsClient(region.aws.client);
  const found: (string | undefined)[][] = [];
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, limit: 2 })) {
    found.push(events.map(({ message }) => message));
    const early = { timestamp: now() - HOUR, message: 'late arrival' };
    await logs().PutLogEvents({ logGroupName, logStreamName: 's', logEvents: [early] });
  }
  expect(found).toEqual([['a', 'b'], ['c']]);
});

test('what the retention of a group no longer covers is found by nobody', async () => {
  const [logGroupName, logStreamName] = ['brief', 'one'];
  await logs().CreateLogGroup({ logGroupName });
  await logs().CreateLogStream({ logGroupName, logStreamName });
  await logs().PutRetentionPolicy({ logGroupName, retentionInDays: 1 });
  const { clock } = region.context;
  await logs().PutLogEvents({
    logGroupName,
    logStreamName,
    logEvents: [{ timestamp: clock.millis(), message: 'a' }],
  });
  const found = async () => (await logs().FilterLogEvents({ logGroupName })).events?.length;
  await region.aws.clock.sleep('23h');
  expect(await found()).toBe(1);
  await region.aws.clock.sleep('2h');
  expect(await found()).toBe(0);
});

test('retention takes the days that AWS offers and no others', async () => {
  const logGroupName = await makeStream('/retained');
  const retention = async () => {
    const { logGroups } = await logs().DescribeLogGroups({ logGroupNamePrefix: logGroupName });
    return logGroups?.[0];
  };
  expect(await logs().PutRetentionPolicy({ logGroupName, retentionInDays: 14 })).toEqual({});
  expect(await retention()).toMatchObject({
    logGroupName: '/retained',
    arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/retained:*',
    retentionInDays: 14,
  });
  await expect(logs().PutRetentionPolicy({ logGroupName, retentionInDays: 2 })).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
  expect(await logs().DeleteRetentionPolicy({ logGroupName })).toEqual({});
  expect((await retention())?.retentionInDays).toBeUndefined();
});

test('groups are listed by their names, and are gone once deleted', async () => {
  for (const name of ['/list/b', '/list/a', '/list/c']) await makeStream(name);
  expect(await logs().DeleteLogGroup({ logGroupName: '/list/b' })).toEqual({});
  const list = (more: object) => logs().DescribeLogGroups({ logGroupNamePrefix: '/list', limit: 1, ...more });
  const first = await list({});
  const second = await list({ nextToken: first.nextToken });
  const names = [...(first.logGroups ?? []), ...(second.logGroups ?? [])].map(
    ({ logGroupName }) => logGroupName,
  );
  expect(names).toEqual(['/list/a', '/list/c']);
  expect(second.nextToken).toBeUndefined();
});

test('streams are listed by their names or their newest lines, and are gone once deleted', async () => {
  const logGroupName = await makeStream();
  for (const logStreamName of ['z', 'a']) await logs().CreateLogStream({ logGroupName, logStreamName });
  await put(logGroupName, ['newest']);
  expect(await logs().DeleteLogStream({ logGroupName, logStreamName: 'z' })).toEqual({});
  const list = async (more: object) => {
    const { logStreams = [] } = await logs().DescribeLogStreams({ logGroupName, ...more });
    return logStreams.map(({ logStreamName }) => logStreamName);
  };
  expect(await list({})).toEqual(['a', 's']);
  expect(await list({ orderBy: 'LastEventTime', descending: true })).toEqual(['s', 'a']);
});

test('tags of a group are added, listed and removed by its ARN or its name', async () => {
  const logGroupName = await makeStream();
  const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
  expect(await logs().TagResource({ resourceArn, tags: { a: '1', b: '2' } })).toEqual({});
  expect(await logs().TagLogGroup({ logGroupName, tags: { c: '3', d: '4' } })).toEqual({});
  expect(await logs().UntagResource({ resourceArn, tagKeys: ['a'] })).toEqual({});
  expect(await logs().UntagLogGroup({ logGroupName, tags: ['c'] })).toEqual({});
  expect(await logs().ListTagsForResource({ resourceArn })).toEqual({ tags: { b: '2', d: '4' } });
  expect(await logs().ListTagsLogGroup({ logGroupName })).toEqual({ tags: { b: '2', d: '4' } });
});

test.each(['foreign', 'f/x', Buffer.from('["x","y",1]').toString('base64')])(
  'the page token %p that no answer held is refused',
  async (nextToken) => {
    const logGroupName = await makeStream();
    const refused = { code: 'InvalidParameterException', message: 'The specified nextToken is invalid.' };
    for (const call of [
      logs().DescribeLogGroups({ nextToken }),
      logs().DescribeLogStreams({ logGroupName, nextToken }),
      logs().FilterLogEvents({ logGroupName, nextToken }),
      logs().GetLogEvents({ logGroupName, logStreamName: 's', nextToken }),
    ])
      await expect(call).rejects.toMatchObject(refused);
  },
);

test.each(['null', '1', '[]'])('the body %p, which is no object, is refused', async (body) => {
  const answer = await sendSigned({
    endpoint: region.aws.endpoint,
    service: 'logs',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.DescribeLogGroups',
    },
    body,
  });
  expect([answer.status, await answer.json()]).toMatchObject([400, { __type: 'SerializationException' }]);
});
