import { readFileSync } from 'node:fs';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { Inspector2Client } from '@aws-sdk/client-inspector2';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { parse } from 'yaml';
import * as functions from '../../functions';
import { releaseLock, takeLock } from '../../src/build/lock';
import { getRecord, moveStatus } from '../../src/build/record';
import type { Handler } from '../../src/lambda';
import { listWaits } from '../../src/wait/store';
import { INPUTS } from './inputs';
import { BUILD, openRecord } from './records';
import { useTable } from './table';

const clients = [
  EC2Client,
  AutoScalingClient,
  EventBridgeClient,
  Inspector2Client,
  S3Client,
  SFNClient,
  SNSClient,
  SSMClient,
].map((Client) => mockClient(Client as typeof EC2Client));
useTable();

const build = { id: BUILD, pipeline: 'web', fence: 1 };

const HANDLERS: Readonly<Record<string, unknown>> = { ...functions };

/** Runs the function of each state, as Step Functions does. @returns the names of the errors, and the messages, by state */
async function runAll(): Promise<[string, string, string][]> {
  const ran = Object.entries(INPUTS).map(
    async ([stage, [name, input]]): Promise<[string, string, string]> => {
      const event = { ...input, stage, build };
      const run = HANDLERS[name] as Handler<unknown>;
      return run(event, {} as Context).then(
        () => [stage, 'done', ''],
        (error: Error) => [stage, error.name, error.message],
      );
    },
  );
  return Promise.all(ran);
}

const touched = () => clients.flatMap((client) => client.calls());

beforeEach(async () => {
  for (const client of clients) client.reset();
  jest.spyOn(console, 'error').mockImplementation();
  await openRecord();
  await takeLock('web', BUILD, 'build');
});
afterEach(() => jest.restoreAllMocks());

test('an execution that is redriven after its end, at whatever state, ends in words and touches nothing', async () => {
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED', { endedAt: '2026-11-29T03:00:00.000Z' });
  const words = `Build ${BUILD} has ended already: it is ABORTED since 2026-11-29T03:00:00.000Z. It touches nothing any more. Start a new build.`;
  expect(await runAll()).toEqual(Object.keys(INPUTS).map((state) => [state, 'LeaseLost', words]));
  expect(touched()).toEqual([]);
  expect(await listWaits()).toEqual([]);
  expect(await getRecord(BUILD)).toMatchObject({ status: 'ABORTED', stages: {} });
});

test('no state of a build touches anything once another build has the lock', async () => {
  await releaseLock('web', BUILD);
  await takeLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', 'build');
  const names = (await runAll()).map(([state, name]) => [state, name]);
  expect(names).toEqual(Object.keys(INPUTS).map((state) => [state, 'LeaseLost']));
  expect(touched()).toEqual([]);
  expect(await listWaits()).toEqual([]);
});

test('all states that call AWS are tested here', () => {
  const { States } = parse(readFileSync('statemachines/golden-image.asl.yml', 'utf8'), { merge: true });
  const all = [States, States.AwaitCopies.ItemProcessor.States, States.RollOut.ItemProcessor.States];
  const tasks = all.flatMap((states: Record<string, { Type: string }>) =>
    Object.entries(states).flatMap(([name, { Type }]) => (Type === 'Task' ? [name] : [])),
  );
  // The probe has no way to AWS, Plan takes the lock, and Recover asks the record.
  const others = ['Plan', 'AwaitHealthySite', 'AwaitHealthyTest', 'AskServers', 'Recover'];
  expect(Object.keys(INPUTS).sort()).toEqual(tasks.filter((name) => !others.includes(name)).sort());
});
