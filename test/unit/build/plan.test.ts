import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler as plan } from '../../../functions/plan';
import { endRecord } from '../../../src/build/end/outbox';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { planBuild } from '../../../src/build/plan/plan';
import { getRecord, moveStatus } from '../../../src/build/record';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useRoomyQuotas } from '../quotas';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

useTable();
useRoomyQuotas();

const input = {
  build: { id: BUILD },
  stage: 'Plan',
  request: { pipeline: 'web', parameters: {}, trigger: { kind: 'manual' as const } },
};

test('a build that was ended while its Plan began leaves its pipeline free', async () => {
  await openRecord();
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  await expect(planBuild(input)).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await findLockHolder('web')).toBeUndefined();
});

test('an execution that is redriven at Plan keeps its pipeline while something of it is still to be undone', async () => {
  await openRecord();
  await takeLock('web', BUILD, 'build');
  await endRecord(BUILD, ['RUNNING'], 'ABORTED', ['undo', 'unlock'], {});
  await expect(planBuild(input)).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await findLockHolder('web')).toBe(BUILD);
});

test('a build that finds its pipeline busy says by which build', async () => {
  await takeLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', 'build');
  await expect(planBuild(input)).rejects.toThrow('busy with build web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7');
});

test.each([
  [
    'a parameter that every object inherits',
    '{"pipeline":"web","parameters":{"__proto__":"x"}}',
    /__proto__/,
  ],
  ['a misspelt key', '{"pipeline":"web","parameter":{}}', /"parameter"/],
  ['hotfix and no reason', '{"pipeline":"web","hotfix":true}', /reason/],
])('an execution that somebody started with %s ends in words', async (_what, text, words) => {
  const event = { build: { id: BUILD }, stage: 'Plan', request: JSON.parse(text) };
  await expect(plan(event, { functionName: 'plan' } as Context)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringMatching(words),
  });
});

test('a check that AWS does not let Kiln make fails no build: its record says what was not checked', async () => {
  const root = process.env.LAMBDA_TASK_ROOT;
  process.env.KILN_BASE_ROLE = 'arn:aws:iam::000000000000:role/base';
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml':
      'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nparameters: { SITE: {} }\n',
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
  mockClient(EC2Client)
    .onAnyCommand()
    .resolves({})
    .on(DescribeImagesCommand)
    .resolves({ Images: [{ State: 'available', RootDeviceType: 'ebs' }] });
  mockClient(IAMClient)
    .on(SimulatePrincipalPolicyCommand)
    .rejects(Object.assign(new Error('Not with this policy.'), { name: 'AccessDenied' }));
  mockClient(EventBridgeClient).on(PutEventsCommand).resolves({});
  mockClient(S3Client).on(HeadObjectCommand).resolves({ ETag: '"1"' });
  try {
    const parameters = { SITE: 's3://my-bucket/site.tar.gz' };
    await planBuild({ ...input, request: { ...input.request, parameters } });
    expect((await getRecord(BUILD)).unchecked).toEqual([
      'It was not checked whether base instances may read what parameters name: Not with this policy.',
    ]);
  } finally {
    process.env.LAMBDA_TASK_ROOT = root;
    removeFolders();
  }
});
