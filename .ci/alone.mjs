// Starts the package where it was installed alone, and talks to it with an SDK client.
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { startAws } from 'embedded-aws';

const aws = await startAws();
try {
  const { TopicArn } = await new SNSClient(aws.client).send(new CreateTopicCommand({ Name: 'alone' }));
  console.log(`embedded-aws, installed alone, made ${TopicArn}`);
} finally {
  await aws.stop();
}
