import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Aws, startAws } from '..';
import { Account } from '../account/account';
import { signedHeaders } from '../testing/signed';
import { ApiModels } from '../wire/api-model';

let aws: Aws;
const { error: consoleError } = console;
const complaints: unknown[][] = [];

beforeAll(async () => {
  console.error = (...words: unknown[]) => complaints.push(words);
  aws = await startAws({});
});
afterAll(async () => {
  await aws.stop();
  console.error = consoleError;
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Signed for this service. */
  readonly service?: string;
}

/** Sends a request just as it is written here, which `fetch` would not. */
function send({ service, ...sent }: Sent) {
  const { path = '/', method = 'POST', body } = sent;
  const { endpoint } = aws;
  const { hostname, port } = new URL(endpoint);
  const headers = service === undefined ? sent.headers : signedHeaders({ endpoint, service, ...sent });
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const outgoing = request({ hostname, port, path, method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    },
  );
}

test.each([
  ['lambda', '/2015-03-31/functions/%E0%A4%A', /ResourceNotFoundException|ValidationException/],
  ['s3', '/bucket/%E0%A4%A', /<Code>InvalidURI<\/Code>/],
])(
  'a path that is not percent-encoded rightly is the mistake of the caller of %s',
  async (service, path, code) => {
    const answer = await send({ path, method: 'GET', service });
    expect(answer.status).toBeLessThan(500);
    expect(`${answer.headers['x-amzn-errortype']} ${answer.text}`).toMatch(code);
  },
);

test('a compressed form is read, whoever the service is', async () => {
  const answer = await send({
    service: 'sts',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-encoding': 'gzip',
    },
    body: gzipSync('Action=GetCallerIdentity&Version=2011-06-15'),
  });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('<Account>000000000000</Account>');
});

test('a body that is not compressed as its header says is the mistake of the caller', async () => {
  const answer = await send({
    service: 'logs',
    headers: {
      'content-encoding': 'gzip',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.DescribeLogGroups',
    },
    body: 'not compressed',
  });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({ __type: 'SerializationException' });
});

test.each([
  ['secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: 'none' }, 'Message'],
  ['states', 'AWSStepFunctions.DescribeStateMachine', { stateMachineArn: 'none' }, 'message'],
])(
  'an error of %s has its message in the member that its shape has for it',
  async (service, target, input, member) => {
    const answer = await send({
      service,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify(input),
    });
    expect(Object.keys(JSON.parse(answer.text)).sort()).toEqual(['__type', member].sort());
  },
);

test('an error of Lambda has its message in the member that its shape has for it', async () => {
  const answer = await send({
    method: 'GET',
    path: '/2015-03-31/functions/none',
    service: 'lambda',
  });
  expect(JSON.parse(answer.text)).toMatchObject({
    Message: expect.stringContaining('Function not found'),
    Type: 'User',
  });
});

test('a service that is lacking says so in the protocol of the request', async () => {
  const form = await send({
    service: 'sqs',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListQueues&Version=2012-11-05',
  });
  expect(form.headers['content-type']).toContain('xml');
  expect(form.text).toMatch(/<Code>AccessDeniedException<\/Code>.*does not have the service &#39;sqs&#39;/);
  const json = await send({
    service: 'codebuild',
    headers: { 'x-amz-target': 'CodeBuild_20161006.ListProjects' },
    body: '{}',
  });
  expect(JSON.parse(json.text)).toMatchObject({ __type: 'AccessDeniedException' });
  const rest = await send({
    method: 'GET',
    path: '/2013-04-01/hostedzone',
    service: 'route53',
  });
  expect(rest.text).toContain('<Code>AccessDeniedException</Code>');
});

test('an unsigned JSON request is refused with 400, as the JSON protocol refuses everything', async () => {
  const answer = await send({
    headers: { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' },
    body: '{"Name":"a"}',
  });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
});

test('a client that goes away in the middle of its request disturbs nobody', async () => {
  complaints.length = 0;
  const { hostname, port } = new URL(aws.endpoint);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  const head = 'PUT /bucket/key HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: 100\r\n\r\nhalf';
  await new Promise((resolve) => socket.write(head, resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  await closed;
  expect((await send({ method: 'GET', path: '/_local' })).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('an account that was reset begins nothing any more', async () => {
  const account = new Account({
    ...{ time: 600, endpoint: aws.endpoint, models: new ApiModels() },
    connect: () => {
      throw new Error('nobody connects');
    },
  });
  account.region('us-east-1');
  await account.dispose();
  expect(() => account.region('eu-west-1')).toThrow(expect.objectContaining({ code: 'ServiceUnavailable' }));
  let called = false;
  account.clock.after(0, () => {
    called = true;
  });
  await new Promise((resolve) => setTimeout(resolve));
  expect(called).toBe(false);
});
