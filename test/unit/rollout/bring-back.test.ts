import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefreshStatus,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { openOutbox, workOff } from '../../../src/build/end/outbox';
import { getRecord, moveStatus } from '../../../src/build/record';
import { undoRollouts } from '../../../src/rollout/undo/undo';
import { BUILD, describePlanned, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
useTable();

const template = (Version: string) => ({ LaunchTemplateId: 'lt-1', Version });
const useGroup = (version: string) =>
  autoScaling
    .on(DescribeAutoScalingGroupsCommand)
    .resolves(describePlanned({ LaunchTemplate: template(version) }));
const useRefresh = (InstanceRefreshId: string, version: string, Status: InstanceRefreshStatus) =>
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [
      { InstanceRefreshId, Status, DesiredConfiguration: { LaunchTemplate: template(version) } },
    ],
  });

/** After its refresh the fleet did not serve the site. */
beforeEach(async () => {
  for (const client of [ec2, autoScaling]) client.reset();
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }, { VersionNumber: 5 }],
  });
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
  useGroup('5');
  useRefresh('r-1', '5', 'Successful');
  await openRecord({
    imageId: 'ami-1',
    error: { name: 'FleetNotHealthy', message: 'why', stage: 'AskServers/fleet' },
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
  });
});

const undo = async (more: object = {}) => undoRollouts({ ...(await getRecord(BUILD)), ...more });
const started = () => autoScaling.commandCalls(StartInstanceRefreshCommand).map((call) => call.args[0].input);
const deleted = () => ec2.commandCalls(DeleteLaunchTemplateVersionsCommand);

test('a fleet that does not serve the site is brought back to the version that it had', async () => {
  await expect(undo()).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining('fleet is being brought back to version 4'),
  });
  expect(started()).toEqual([
    expect.objectContaining({
      AutoScalingGroupName: 'fleet',
      DesiredConfiguration: { LaunchTemplate: template('4') },
      Preferences: expect.objectContaining({ MinHealthyPercentage: 100, AutoRollback: false }),
    }),
  ]);
  expect((await getRecord(BUILD)).rollouts.fleet).toMatchObject({ refreshId: 'r-1', broughtBackBy: 'r-2' });
  expect(deleted()).toEqual([]);
});

test('while it is being brought back it keeps what it needs, and no second refresh is begun', async () => {
  useRefresh('r-2', '4', 'InProgress');
  await expect(undo()).rejects.toMatchObject({ name: 'TargetBusy' });
  expect([...started(), ...deleted()]).toEqual([]);
});

test('when it is back, what the build made goes', async () => {
  useGroup('4');
  useRefresh('r-2', '4', 'Successful');
  await expect(undo()).resolves.toBe(false);
  expect(started()).toEqual([]);
  expect(deleted()).toHaveLength(1);
});

test('a group that could not be brought back is not tried again, and keeps what it runs', async () => {
  await undo().catch(() => {});
  useRefresh('r-2', '4', 'Failed');
  await expect(undo()).resolves.toBe(true);
  expect(started()).toHaveLength(1);
  expect(deleted()).toEqual([]);
});

const other = { name: 'FleetNotHealthy', message: 'why', stage: 'AskServers/another-fleet' };
test.each<[string, object]>([
  ['it is another group that was not healthy', { error: other }],
  [
    'the build failed otherwise',
    { error: { name: 'RefreshFailed', message: 'why', stage: 'AwaitRefresh/fleet' } },
  ],
  ['it was verified', { rollouts: { fleet: { version: '5', refreshId: 'r-1', verified: { by: 'site' } } } }],
  ['the build has not refreshed it', { rollouts: { fleet: { launchTemplateId: 'lt-1', version: '5' } } }],
  ['the pipeline gives up the rollback', { targets: [makeTarget({ autoRollback: false })] }],
  ['AWS cannot roll it back', { targets: [makeTarget({ canRollBack: false })] }],
])('a group stays what it is when %s', async (_what, more) => {
  await expect(undo(more)).resolves.toBe(true);
  expect(started()).toEqual([]);
});

test('a group to which a person has given another version stays what it is', async () => {
  useGroup('6');
  await undo();
  expect(started()).toEqual([]);
});

test('a group that a person is refreshing stays what it is', async () => {
  useRefresh('r-9', '7', 'InProgress');
  await undo();
  expect(started()).toEqual([]);
});

test('what takes its time is asked for again, and is no failure', async () => {
  await openOutbox(BUILD, 'FAILED', ['undo', 'unlock']);
  await moveStatus(BUILD, ['RUNNING'], 'FAILED');
  const did: string[] = [];
  const work = new Proxy({} as Parameters<typeof workOff>[1], {
    get: (_target, task: string) => async () => {
      did.push(task);
      if (task === 'undo' && did.length === 1) await undo();
    },
  });
  await workOff(BUILD, work);
  expect(did).toEqual(['undo']);
  await workOff(BUILD, work);
  expect(did).toEqual(['undo', 'undo', 'unlock']);
});
