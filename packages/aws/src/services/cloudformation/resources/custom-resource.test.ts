import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

interface Request {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly RequestId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

type Reply = (request: Request) => object | string | undefined;

let region: NewRegion;
let cfn: TestedCloudFormation;
let asked: Request[];
let reply: Reply;
const TOKEN = 'arn:aws:lambda:us-east-1:000000000000:function:provider';

/** A provider in the place of Lambda's own: what it answers is put to the URL that it was given. */
const Invoke = async ({ Payload }: { Payload: Uint8Array }) => {
  const request = JSON.parse(Buffer.from(Payload).toString()) as Request;
  asked.push(request);
  const answer = reply(request);
  if (answer !== undefined) await put(request.ResponseURL, answer);
  return { StatusCode: 202 };
};

async function put(url: string, answer: object | string, method = 'PUT'): Promise<number> {
  const { host, pathname, search } = new URL(url);
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const { request } = await import('node:http');
  const { port } = new URL(region.aws.endpoint);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: `${pathname}${search}`,
        method,
        headers: { host, 'content-length': Buffer.byteLength(body) },
      },
      (response) => resolve(response.resume().statusCode ?? 0),
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

beforeEach(async () => {
  region = await newRegion({ instead: { lambda: { Invoke } } });
  cfn = cloudFormationOf(region);
  asked = [];
  reply = ({ PhysicalResourceId = 'thing-1' }) => ({ Status: 'SUCCESS', PhysicalResourceId });
});
afterEach(() => region.aws.stop());

const custom = (properties: string, more = '') => `
Resources:
  A: { Type: Custom::Thing, Properties: { ServiceToken: ${TOKEN}, ${properties} } }
${more}`;
const types = () =>
  asked.map(({ RequestType, PhysicalResourceId = '' }) => `${RequestType} ${PhysicalResourceId}`);

test('a provider makes, changes and deletes a resource, and says what its attributes are', async () => {
  reply = ({ ResourceProperties: { Size } }) => ({
    Status: 'SUCCESS',
    PhysicalResourceId: 'thing-1',
    Data: { Double: String(Number(Size) * 2) },
  });
  const template = (size: number) =>
    custom(
      `Size: ${size}, On: true, Many: [{ Port: 80 }]`,
      'Outputs: { Double: { Value: !GetAtt A.Double }, Ref: { Value: !Ref A } }',
    );
  const { StackId } = (await cfn.create('s', template(2))) ?? {};
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  expect(await cfn.outputs('s')).toEqual({ Double: '4', Ref: 'thing-1' });
  expect(asked).toEqual([
    {
      RequestType: 'Create',
      ServiceToken: TOKEN,
      ResponseURL: expect.stringMatching(
        /^https:\/\/cloudformation-custom-resource-response-useast1\.s3\.us-east-1\.amazonaws\.com\/arn%3Aaws.+%7CA%7C.+X-Amz-Signature=[0-9a-f]{64}$/,
      ),
      StackId,
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LogicalResourceId: 'A',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: TOKEN, Size: '2', On: 'true', Many: [{ Port: '80' }] },
    },
  ]);
  await cfn.update('s', template(3));
  expect(await cfn.outputs('s')).toEqual({ Double: '6', Ref: 'thing-1' });
  expect(asked[1]).toMatchObject({
    RequestType: 'Update',
    PhysicalResourceId: 'thing-1',
    ResourceProperties: { Size: '3' },
    OldResourceProperties: { Size: '2' },
  });
  await cfn.remove('s');
  expect(types()).toEqual(['Create ', 'Update thing-1', 'Delete thing-1']);
});

test('a change that gives another id is a replacement: the old one is deleted at the end', async () => {
  reply = ({ RequestType, ResourceProperties: { Name }, PhysicalResourceId }) => ({
    Status: 'SUCCESS',
    PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : Name,
  });
  await cfn.create('s', custom('Name: one'));
  await cfn.update('s', custom('Name: two'));
  expect(await cfn.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  expect(await cfn.physicalId('s', 'A')).toBe('two');
  expect(types()).toEqual(['Create ', 'Update one', 'Delete one']);
  expect(asked[2]?.ResourceProperties).toMatchObject({ Name: 'one' });
  const failing = `B: { Type: AWS::SSM::Parameter, DependsOn: A, Properties: { Type: String, Name: 'aws/no', Value: v } }`;
  asked = [];
  await cfn.update('s', custom('Name: three', `  ${failing}`));
  expect((await cfn.describe('s'))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cfn.physicalId('s', 'A')).toBe('two');
  expect(types()).toEqual(['Update two', 'Update three', 'Delete three']);
});

test('a provider that fails says why, and is asked to delete what it may have made', async () => {
  reply = ({ RequestType }) =>
    RequestType === 'Create'
      ? { Status: 'FAILED', Reason: 'there is no room', PhysicalResourceId: 'half-made' }
      : { Status: 'SUCCESS', PhysicalResourceId: 'half-made' };
  await cfn.create('s', custom('Size: 1'));
  expect(await cfn.state('s')).toEqual({
    status: 'ROLLBACK_COMPLETE',
    failures: [
      `A: Received response status [FAILED] from custom resource. Message returned: there is no room (RequestId: ${asked[0]?.RequestId})`,
    ],
  });
  expect(types()).toEqual(['Create ', 'Delete half-made']);
});

test.each([
  ['no JSON', 'Response is not valid JSON'],
  [{ Status: 'SUCCESS' }, 'Invalid PhysicalResourceId'],
  [
    { Status: 'SUCCESS', PhysicalResourceId: 'a', Data: { Long: 'x'.repeat(4096) } },
    'Response object is too long.',
  ],
])('an answer that is none fails the resource', async (answer, reason) => {
  reply = ({ RequestType }) =>
    RequestType === 'Create' ? answer : { Status: 'SUCCESS', PhysicalResourceId: 'a' };
  await cfn.create('s', custom('Size: 1'));
  expect((await cfn.state('s')).failures).toEqual([`A: ${reason}`]);
});

test('an answer that never comes is waited for an hour, or as long as the template says', async () => {
  reply = ({ RequestType, PhysicalResourceId }) =>
    RequestType === 'Create' ? undefined : { Status: 'SUCCESS', PhysicalResourceId };
  const { clock } = region.context;
  for (const [more, seconds] of [
    ['ServiceTimeout: 60', 60],
    ['Size: 1', 3600],
  ] as const) {
    const began = clock.millis();
    const name = `s${seconds}`;
    await cfn.create(name, custom(more));
    expect((await cfn.state(name)).failures).toEqual([
      expect.stringMatching(/^A: CloudFormation did not receive a response from your Custom Resource\./),
    ]);
    expect(Math.abs((clock.millis() - began) / 1000 - seconds)).toBeLessThan(30);
  }
});

test('however fast the clock runs, a provider has real time for its answer', async () => {
  await region.aws.stop();
  region = await newRegion({ timeScale: 6000, instead: { lambda: { Invoke } } });
  cfn = cloudFormationOf(region);
  let late: Promise<unknown> | undefined;
  reply = ({ RequestType, ResponseURL }) => {
    if (RequestType !== 'Create') return { Status: 'SUCCESS', PhysicalResourceId: 'a' };
    const { clock } = region.context;
    late = clock.sleep(1200).then(() => put(ResponseURL, { Status: 'SUCCESS', PhysicalResourceId: 'a' }));
    return undefined;
  };
  await cfn.create('s', custom('ServiceTimeout: 600'));
  expect((await cfn.state('s')).failures).toEqual([]);
  await late;
});

test('what a provider calls a secret is not in events, and what it does not say is no attribute', async () => {
  reply = () => ({ Status: 'SUCCESS', PhysicalResourceId: 'a', NoEcho: true, Data: { Password: 'hunter2' } });
  const user = (attribute: string) =>
    custom(
      'Size: 1',
      `  B: { Type: AWS::SSM::Parameter, Properties: { Type: String, Name: /b, Value: !GetAtt A.${attribute} } }`,
    );
  await cfn.create('s', user('Password'));
  expect((await region.api('ssm').GetParameter({ Name: '/b' })).Parameter?.Value).toBe('hunter2');
  const { StackEvents } = await cfn.aws.DescribeStackEvents({ StackName: 's' });
  expect(JSON.stringify(StackEvents)).not.toContain('hunter2');
  await cfn.create('t', user('Word'));
  expect((await cfn.state('t')).failures[0]).toContain("Vendor response doesn't contain Word attribute");
});

test('a provider that is not there fails the resource, and so does a token that names none', async () => {
  await region.aws.stop();
  region = await newRegion();
  cfn = cloudFormationOf(region);
  await cfn.create('s', custom('Size: 1'));
  expect((await cfn.state('s')).failures).toEqual([expect.stringContaining('Function not found')]);
  await cfn.create('t', custom('Size: 1').replace(TOKEN, 'provider'));
  expect((await cfn.state('t')).failures).toEqual(['A: Invalid service token.']);
});

test('the subscribers of a topic can be the provider', async () => {
  await region.aws.stop();
  region = await newRegion();
  cfn = cloudFormationOf(region);
  const { TopicArn = '' } = await region.api('sns').CreateTopic({ Name: 'provider' });
  await cfn.aws.CreateStack({ StackName: 's', TemplateBody: custom('Size: 1').replace(TOKEN, TopicArn) });
  const published = await until(async () => (await region.aws.messages()).at(-1));
  expect(published?.subject).toBe('AWS CloudFormation custom resource request');
  const { ResponseURL } = JSON.parse(published?.message ?? '') as Request;
  expect(await put(ResponseURL.replace(/X-Amz-Signature=.*/, 'X-Amz-Signature=00'), '{}')).toBe(403);
  expect(await put(ResponseURL, '{}', 'GET')).toBe(403);
  expect(await put(ResponseURL, { Status: 'SUCCESS', PhysicalResourceId: 'a' })).toBe(200);
  await cfn.settled('s');
  expect((await cfn.describe('s'))?.StackStatus).toBe('CREATE_COMPLETE');
});

test('inline code answers with the module that is beside it', async () => {
  await region.aws.stop();
  region = await newRegion();
  cfn = cloudFormationOf(region);
  const code = `
    const response = require('cfn-response');
    exports.handler = (event, context) => {
      const { Size } = event.ResourceProperties;
      response.send(event, context, response.SUCCESS, { Double: Size * 2 }, 'thing');
    };`;
  const template = {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          },
        },
      },
      Provider: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { ZipFile: code },
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Runtime: 'nodejs22.x',
        },
      },
      A: {
        Type: 'Custom::Thing',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] }, Size: 21 },
      },
    },
    Outputs: { Double: { Value: { 'Fn::GetAtt': ['A', 'Double'] } } },
  };
  await cfn.create('s', JSON.stringify(template), { Capabilities: ['CAPABILITY_IAM'] });
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  expect(await cfn.outputs('s')).toEqual({ Double: '42' });
  await cfn.remove('s');
});
