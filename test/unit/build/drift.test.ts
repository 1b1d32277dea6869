import { join } from 'node:path';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import type * as z from 'zod';
import { tellDrift } from '../../../src/build/end/drift';
import { releaseLock, takeLock } from '../../../src/build/lock';
import { updateRecord } from '../../../src/build/record';
import { loadPipelines } from '../../../src/pipeline/load';
import { EVENTS } from '../../../src/tell/events';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD } from '../records';
import {
  answerAs,
  autoScaling,
  ec2,
  makeGroup,
  makeServer,
  makeWorld,
  rollOut,
  type World,
} from '../rollout/fleet-view';
import { useTable } from '../table';

const events = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
useTable();
afterEach(removeFolders);

let world: World;
beforeEach(async () => {
  world = makeWorld();
  answerAs(world);
  for (const client of [events, sns]) client.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  await rollOut();
});

const DriftFound = EVENTS['Drift Found'];

/** A night passes. @returns what was told as events */
async function night(): Promise<z.infer<typeof DriftFound>[]> {
  const folder = makeFolder({
    'pipelines/web/pipeline.yml':
      'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nrollout: [{ autoScalingGroup: fleet }]\nimage: { parameter: /kiln/web/image }\n',
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
  events.resetHistory();
  await tellDrift(await loadPipelines(join(folder, 'pipelines')));
  return events.commandCalls(PutEventsCommand).flatMap((call) =>
    (call.args[0].input.Entries ?? []).map(({ Source, DetailType, Detail = '' }) => {
      expect([Source, DetailType]).toEqual(['kiln', 'Drift Found']);
      return DriftFound.parse(JSON.parse(Detail));
    }),
  );
}
const messages = () => sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message ?? '');

const attach = (...ids: string[]) => {
  const attached = ids.map((id) => makeServer(id, '5', { LaunchTemplate: undefined }));
  world.groups = [makeGroup({ Instances: [makeServer('i-1'), makeServer('i-2'), ...attached] as never })];
};

test('a fleet that is as it was left is not told of', async () => {
  expect(await night()).toEqual([]);
  expect(messages()).toEqual([]);
});

test('what is found is told once, and again when it was mended in between', async () => {
  attach('i-3');
  expect(await night()).toEqual([
    {
      service: 'kiln-test@us-east-1',
      pipeline: 'web',
      autoScalingGroup: 'fleet',
      kind: 'attachedServer',
      found: 'i-3',
      message: 'attached by somebody: its group did not launch it',
      servers: ['i-3'],
      serversInAll: 1,
      want: { build: BUILD, imageId: 'ami-5', version: '5' },
    },
  ]);
  expect(messages()).toEqual([expect.stringMatching(/^fleet \(pipeline web\): i-3 attached by somebody/)]);
  expect(await night()).toEqual([]);
  attach('i-3', 'i-4');
  expect((await night()).map(({ found }) => found)).toEqual(['i-4']);
  attach();
  expect(await night()).toEqual([]);
  attach('i-3');
  expect((await night()).map(({ found }) => found)).toEqual(['i-3']);
});

test('a group that launches further servers of the same wrong version is no news', async () => {
  const Instances = [makeServer('i-1', '4'), makeServer('i-2', '4')];
  world.groups = [makeGroup({ Instances: Instances as never })];
  expect(await night()).toMatchObject([{ kind: 'serverVersion', servers: ['i-1', 'i-2'], serversInAll: 2 }]);
  Instances.push(makeServer('i-3', '4'));
  expect(await night()).toEqual([]);
});

test('a parameter that somebody has moved is told of its pipeline, and in one message with the rest', async () => {
  world.parameters['/kiln/web/image'] = 'ami-4';
  world.defaults['lt-1'] = 4;
  const found = await night();
  expect(found.map(({ kind, autoScalingGroup }) => [kind, autoScalingGroup])).toEqual([
    ['defaultVersion', 'fleet'],
    ['parameter', undefined],
  ]);
  expect(messages()).toHaveLength(1);
  expect(messages()[0]).toContain('pipeline web: the SSM parameter /kiln/web/image names ami-4');
});

test('while a build of its pipeline is at work a group is left for the next night, and what was told is remembered', async () => {
  attach('i-3');
  await night();
  await takeLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9', 'build');
  attach('i-3', 'i-4');
  expect(await night()).toEqual([]);
  await releaseLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9');
  expect((await night()).map(({ found }) => found)).toEqual(['i-4']);
});

test('what AWS denies an answer to is not told anew when it is seen again', async () => {
  world.imagesOf['i-2'] = 'ami-6';
  expect(await night()).toHaveLength(1);
  const denied = Object.assign(new Error('no'), { name: 'UnauthorizedOperation' });
  ec2.on(DescribeInstancesCommand).rejects(denied);
  expect(await night()).toEqual([]);
  answerAs(world);
  expect(await night()).toEqual([]);
});

test('what was not told is told the next night', async () => {
  attach('i-3');
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 1 });
  await expect(night()).rejects.toThrow('EventBridge did not take');
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  expect(await night()).toHaveLength(1);
});

test('a group that Kiln has not rolled out to yet is not told of', async () => {
  await updateRecord(BUILD, { rollouts: {} });
  attach('i-3');
  expect(await night()).toEqual([]);
  expect(autoScaling.commandCalls(DescribeAutoScalingGroupsCommand)).toHaveLength(1);
});
