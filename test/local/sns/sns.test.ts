import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { Clock } from '../../../local/clock';
import { EventBus } from '../../../local/event-bus';
import { Faults } from '../../../local/faults';
import { Ledger } from '../../../local/ledger';
import { Sns } from '../../../local/services/sns/index';
import { wireHandler } from '../wire/wire-handler';

const clock = new Clock(1);
const invoked: { functionName: string; payload: string }[] = [];
const sns = new Sns(
  {
    region: 'us-east-1',
    accountId: '000000000000',
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus: new EventBus('us-east-1', '000000000000', () => clock.now()),
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:1',
  },
  { lambda: { invokeLater: (request) => invoked.push(request) } },
);
const client = new SNSClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
  requestHandler: wireHandler('sns', sns),
});

test('a topic is made once, whoever asks again', async () => {
  const first = await client.send(new CreateTopicCommand({ Name: 'failures' }));
  const second = await client.send(new CreateTopicCommand({ Name: 'failures' }));
  expect(first.TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:failures');
  expect(second.TopicArn).toBe(first.TopicArn);
});

test('a function that is subscribed is run with the message', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'to-function' }));
  const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint }));
  await client.send(new PublishCommand({ TopicArn, Subject: 'Build failed', Message: 'why' }));
  expect(invoked).toHaveLength(1);
  expect(invoked[0]?.functionName).toBe(Endpoint);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toMatchObject({
    Records: [{ EventSource: 'aws:sns', Sns: { TopicArn, Subject: 'Build failed', Message: 'why' } }],
  });
});

test('an e-mail address stays pending until somebody confirms it', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'to-people' }));
  const answer = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ops@example.org' }),
  );
  expect(answer.SubscriptionArn).toBe('pending confirmation');
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
});

test('a batch tells of each entry whether it went out', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'batch' }));
  const answer = await client.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'one' },
        { Id: 'b', Message: '' },
      ],
    }),
  );
  expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a']);
  expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
});

test('a topic that does not exist is refused', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:nowhere';
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
    name: 'NotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
});
