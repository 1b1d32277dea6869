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
import { BUILD, makeTarget, openRecord } from './records';
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

const healthy = { port: 80, path: '/', status: 200, times: 1, within: 600 };
const image = { test: true, keep: 5, deprecateAfter: 86_400, copyTo: [], shareWith: [] };
const plan = {
  ...{ baseImage: { id: 'ami-0', rootDeviceName: '/dev/xvda' }, instanceType: 't3.micro', volumeSize: 8 },
  ...{
    parameters: {},
    secrets: [],
    fingerprint: 'f',
    description: '',
    healthy,
    image,
    targets: [makeTarget()],
  },
};
const scan = { max: 'HIGH', fixAvailable: true, onFail: 'stop', within: 3600 };
const scanned = { ...plan, image: { ...image, scan } };
const launched = { instanceId: 'i-1', launchedAt: 1 };
const base = { instance: launched, health: { answers: 1, askedAt: 2 } };
const command = { id: 'c-1', status: 'Success', exit: 0, endedAt: 3 };
const identity = { machineId: 'aaa', hostKey: 'bbb' };
const seen = { Error: 'SiteNotReady', Cause: 'not yet' };
const rolling = { target: makeTarget(), version: '5', fence: 1, imageId: 'ami-1' };
const parked = { token: 't', imageId: 'ami-1', autoScalingGroup: 'fleet', refreshId: 'r-1', version: '5' };

/** What each state of the machine that touches something hands to its function. */
const STATES: Record<string, [Handler<unknown>, object]> = {
  LaunchInstance: [functions.launchInstance, { plan, purpose: 'base' }],
  LookAtBase: [functions.lookAtInstance, { purpose: 'base', instance: launched, seen }],
  AwaitUserData: [functions.awaitUserData, { healthy, instance: launched, healthyAt: 2 }],
  PrepareImage: [functions.prepareImage, { plan, base, token: 't' }],
  CheckPreparation: [functions.checkPreparation, { plan, base, command }],
  CreateImage: [functions.createImage, { plan, base: launched }],
  AwaitImage: [functions.awaitImage, parked],
  TerminateBase: [functions.terminateInstance, { purpose: 'base' }],
  TestImage: [functions.launchInstance, { plan, purpose: 'test', imageId: 'ami-1' }],
  LookAtTest: [functions.lookAtInstance, { purpose: 'test', instance: launched, seen }],
  RunTests: [functions.runTests, { plan, test: base, identity, token: 't' }],
  CheckTests: [functions.checkTests, { plan, test: base, command }],
  ScanImage: [functions.scanImage, { plan: scanned, test: base, token: 't' }],
  CheckScan: [
    functions.checkScan,
    { plan: scanned, test: base, image: { id: 'ami-1' }, ended: { scannedAt: 1 } },
  ],
  TerminateTest: [functions.terminateInstance, { purpose: 'test' }],
  PublishImage: [functions.publishImage, { plan, image: { id: 'ami-1', name: 'n' } }],
  AwaitCopy: [functions.awaitImage, { ...parked, region: 'eu-north-1' }],
  PublishTemplate: [functions.publishTemplate, rolling],
  ScaleOut: [functions.scaleOut, rolling],
  StartRefresh: [functions.startRefresh, rolling],
  AwaitRefresh: [functions.awaitRefresh, parked],
  AwaitFleet: [functions.awaitFleet, { ...parked, ...rolling, asked: seen }],
  VerifyFleet: [functions.verifyFleet, { ...rolling, servers: [], asked: seen, since: 1, within: 1800 }],
  Finish: [functions.finish, { plan, image: { id: 'ami-1' }, copies: [], rollouts: [] }],
};

const build = { id: BUILD, pipeline: 'web', fence: 1 };

/** Runs the function of each state, as Step Functions does. @returns the names of the errors, and the messages, by state */
async function runAll(): Promise<[string, string, string][]> {
  const ran = Object.entries(STATES).map(
    async ([stage, [handler, input]]): Promise<[string, string, string]> => {
      const event = { ...input, stage, build };
      return handler(event, {} as Context).then(
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
  expect(await runAll()).toEqual(Object.keys(STATES).map((state) => [state, 'LeaseLost', words]));
  expect(touched()).toEqual([]);
  expect(await listWaits()).toEqual([]);
  expect(await getRecord(BUILD)).toMatchObject({ status: 'ABORTED', stages: {} });
});

test('no state of a build touches anything once another build has the lock', async () => {
  await releaseLock('web', BUILD);
  await takeLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', 'build');
  const names = (await runAll()).map(([state, name]) => [state, name]);
  expect(names).toEqual(Object.keys(STATES).map((state) => [state, 'LeaseLost']));
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
  expect(Object.keys(STATES).sort()).toEqual(tasks.filter((name) => !others.includes(name)).sort());
});
