import { makeTarget } from './records';

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
const gated = {
  ...plan,
  approval: { within: 3600, onTimeout: 'stop', approvers: 'any' },
  windows: [{ cron: '0 9 ? * MON-FRI *', timezone: 'UTC', duration: 3600 }],
};
const scanned = { ...plan, image: { ...image, scan } };
const launched = { instanceId: 'i-1', launchedAt: 1 };
const base = { instance: launched, health: { answers: 1, askedAt: 2 } };
const command = { id: 'c-1', status: 'Success', exit: 0, endedAt: 3 };
const identity = { machineId: 'aaa', hostKey: 'bbb' };
const seen = { Error: 'SiteNotReady', Cause: 'not yet' };
const rolling = { target: makeTarget(), version: '5', fence: 1, imageId: 'ami-1' };
const parked = { token: 't', imageId: 'ami-1', autoScalingGroup: 'fleet', refreshId: 'r-1', version: '5' };

/** What each state of the machine that touches something hands to its function. */
export const INPUTS: Readonly<
  Record<string, readonly [name: keyof typeof import('../../functions'), input: object]>
> = {
  LaunchInstance: ['launchInstance', { plan, purpose: 'base' }],
  LookAtBase: ['lookAtInstance', { purpose: 'base', instance: launched, seen }],
  AwaitUserData: ['awaitUserData', { healthy, instance: launched, healthyAt: 2 }],
  PrepareImage: ['prepareImage', { plan, base, token: 't' }],
  CheckPreparation: ['checkPreparation', { plan, base, command }],
  CreateImage: ['createImage', { plan, base: launched }],
  AwaitImage: ['awaitImage', parked],
  TerminateBase: ['terminateInstance', { purpose: 'base' }],
  TestImage: ['launchInstance', { plan, purpose: 'test', imageId: 'ami-1' }],
  LookAtTest: ['lookAtInstance', { purpose: 'test', instance: launched, seen }],
  RunTests: ['runTests', { plan, test: base, identity, token: 't' }],
  CheckTests: ['checkTests', { plan, test: base, command }],
  ScanImage: ['scanImage', { plan: scanned, test: base, token: 't' }],
  CheckScan: ['checkScan', { plan: scanned, test: base, image: { id: 'ami-1' }, ended: { scannedAt: 1 } }],
  TerminateTest: ['terminateInstance', { purpose: 'test' }],
  PublishImage: ['publishImage', { plan, image: { id: 'ami-1', name: 'n' } }],
  AwaitCopy: ['awaitImage', { ...parked, region: 'eu-north-1' }],
  AwaitApproval: ['awaitApproval', { plan: gated, token: 't' }],
  AwaitWindow: ['awaitApproval', { plan: gated, token: 't' }],
  PublishTemplate: ['publishTemplate', rolling],
  ScaleOut: ['scaleOut', rolling],
  StartRefresh: ['startRefresh', rolling],
  AwaitRefresh: ['awaitRefresh', parked],
  AwaitFleet: ['awaitFleet', { ...parked, ...rolling, asked: seen }],
  VerifyFleet: ['verifyFleet', { ...rolling, servers: [], asked: seen, since: 1, within: 1800 }],
  Finish: ['finish', { plan, image: { id: 'ami-1' }, copies: [], rollouts: [] }],
};
