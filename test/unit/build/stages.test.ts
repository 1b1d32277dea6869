import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamo } from '../../../src/aws/dynamo';
import { findLease } from '../../../src/build/lease';
import { takeLock } from '../../../src/build/lock';
import { getRecord, moveStatus } from '../../../src/build/record';
import { closeStage, endStages, enterStage, noteProgress, openStage } from '../../../src/build/stages';
import { BuildState } from '../../../src/build/state';
import { ImageFailed, TargetBusy, TransientFailure } from '../../../src/errors';
import { opening, stage } from '../../../src/stage';
import { awaitFleet, awaitImage, awaitRefresh } from '../../../src/wait/await';
import { sweepWaits } from '../../../src/wait/resolve';
import { settleWaits } from '../../../src/wait/settle';
import { listWaits } from '../../../src/wait/store';
import { BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sfn = mockClient(SFNClient);
useTable();

const build = { id: BUILD, pipeline: 'web' };
const stages = async () => (await getRecord(BUILD)).stages;
const names = async () => Object.keys(await stages());

beforeEach(async () => {
  for (const client of [ec2, autoScaling, sfn]) client.reset();
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn.on(SendTaskFailureCommand).resolves({});
  sfn.on(ListExecutionsCommand).resolves({ executions: [{ name: BUILD } as never] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  await openRecord();
});

/** Runs a function of the workflow as Lambda does. */
async function run(name: string, does: () => Promise<unknown>): Promise<unknown> {
  const handler = opening(BuildState, does);
  return handler({ build, stage: name }, { functionName: 'test' } as Context).catch((error: Error) => error);
}

describe('a stage of a function', () => {
  test('is in the record while it runs, and then with its end', async () => {
    let during: unknown;
    await run('CreateImage', async () => {
      during = (await stages()).CreateImage;
    });
    const after = (await stages()).CreateImage;
    expect(during).toEqual({ startedAt: after?.startedAt });
    expect(after).toEqual({
      startedAt: expect.any(String),
      endedAt: expect.any(String),
      outcome: 'succeeded',
    });
  });

  test('that fails says so', async () => {
    await run('CreateImage', async () => {
      throw new ImageFailed('no');
    });
    expect((await stages()).CreateImage).toMatchObject({ outcome: 'failed' });
  });

  test.each([
    new TransientFailure('slow down'),
    Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded' }),
  ])('that the state machine tries again goes on, from when it began first (%s)', async (error) => {
    await run('CreateImage', async () => {
      throw error;
    });
    const first = (await stages()).CreateImage;
    expect(first).toEqual({ startedAt: expect.any(String) });
    await run('CreateImage', async () => undefined);
    expect((await stages()).CreateImage).toMatchObject({ startedAt: first?.startedAt, outcome: 'succeeded' });
  });

  test('that waits for its turn says for whose end', async () => {
    await run('StartRefresh', async () => {
      throw new TargetBusy('fleet is being changed by build api-1');
    });
    expect((await stages()).StartRefresh).toMatchObject({
      waitsFor: 'its turn',
      says: 'fleet is being changed by build api-1',
    });
  });

  test('that goes on when its build is over changes nothing of how that ended', async () => {
    await run('CreateImage', async () => {
      await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
    });
    expect((await stages()).CreateImage).toEqual({ startedAt: expect.any(String) });
  });

  test('before there is a record makes none', async () => {
    const other = 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B6';
    await openStage(other, 'Plan');
    await closeStage(other, 'Plan', 'failed', 1000);
    await expect(getRecord(other)).rejects.toMatchObject({ name: 'UnknownBuild' });
  });
});

describe('a stage of a build that must have its lock', () => {
  const LOCK = { pk: 'LOCK#web', sk: 'LOCK' };
  const context = { functionName: 'test' } as Context;
  const act = (does: () => Promise<unknown>, fence = 1) =>
    stage(BuildState, does)({ build: { ...build, fence }, stage: 'CreateImage' }, context).catch(
      (error: Error) => error.name,
    );
  /** The commands that the table was sent. */
  const watchTable = () => {
    const send = jest.spyOn(dynamo(), 'send');
    return () => send.mock.calls.map(([command]) => command.constructor.name);
  };

  beforeEach(async () => {
    expect(await takeLock('web', BUILD, 'request')).toBe(1);
  });
  afterEach(() => jest.restoreAllMocks());

  test('has written its number and its start before it acts, in two calls', async () => {
    const { until = 0 } = (await findLease(LOCK)) ?? {};
    const sent = watchTable();
    let seen: unknown;
    await act(async () => {
      const calls = sent();
      seen = { calls, lease: await findLease(LOCK), stage: (await stages()).CreateImage };
    });
    expect(seen).toEqual({
      calls: ['UpdateCommand', 'UpdateCommand'],
      lease: expect.objectContaining({ build: BUILD, fence: 1 }),
      stage: { startedAt: expect.any(String) },
    });
    expect((await findLease(LOCK))?.until).toBeGreaterThan(until);
    expect((await stages()).CreateImage).toMatchObject({ outcome: 'succeeded' });
  });

  test('goes on when it is run again, from when it began first', async () => {
    await openStage(BUILD, 'CreateImage', 1000);
    let during: unknown;
    await act(async () => {
      during = (await stages()).CreateImage;
    });
    expect(during).toEqual({ startedAt: '1970-01-01T00:00:01.000Z' });
  });

  test('that succeeded before stays so while it runs again', async () => {
    await act(async () => undefined);
    const before = (await stages()).CreateImage;
    let during: unknown;
    await act(async () => {
      during = (await stages()).CreateImage;
    });
    expect(during).toEqual(before);
  });

  test.each([
    ['another has the lock', 2, 'RUNNING', { outcome: 'failed' }],
    ['the build is over', 1, 'ABORTED', undefined],
  ] as const)('does not act when %s', async (_, fence, status, left) => {
    await moveStatus(BUILD, ['RUNNING'], status);
    const run = jest.fn();
    expect(await act(run, fence)).toBe('LeaseLost');
    expect(run).not.toHaveBeenCalled();
    const { CreateImage } = await stages();
    if (left) expect(CreateImage).toMatchObject(left);
    else expect(CreateImage).toBeUndefined();
  });
});

test('a stage that waits is opened by one call, and only one to which the build comes back by two', async () => {
  const send = jest.spyOn(dynamo(), 'send');
  await enterStage(BUILD, 'AwaitImage', 1000, 'the image');
  expect(send).toHaveBeenCalledTimes(1);
  await enterStage(BUILD, 'AwaitImage', 2000, 'the image again');
  expect(send).toHaveBeenCalledTimes(3);
  send.mockRestore();
});

test('a stage that succeeded stays so, whoever says otherwise later', async () => {
  await openStage(BUILD, 'AwaitImage', 1000);
  await closeStage(BUILD, 'AwaitImage', 'succeeded', 1000, 2000);
  await closeStage(BUILD, 'AwaitImage', 'failed', 1000, 3000);
  await noteProgress(BUILD, 'AwaitImage', { says: 'pending' });
  expect(await stages()).toEqual({
    AwaitImage: {
      startedAt: '1970-01-01T00:00:01.000Z',
      endedAt: '1970-01-01T00:00:02.000Z',
      outcome: 'succeeded',
    },
  });
});

describe('while a build waits', () => {
  test('for an image the record says since when, and how far AWS is', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'pending' }] });
    const Tags = [{ Key: 'kiln:build', Value: BUILD }];
    const snapshot = (Progress: string) => ({
      Snapshots: [{ SnapshotId: 'snap-1', State: 'pending' as const, Progress, Tags }],
    });
    ec2.on(DescribeSnapshotsCommand).resolvesOnce(snapshot('12%')).resolves(snapshot('45%'));
    await awaitImage({ build, stage: 'AwaitImage', token: 'token', imageId: 'ami-1' });
    const first = (await stages()).AwaitImage;
    expect(first).toEqual({
      startedAt: expect.any(String),
      waitsFor: 'the image ami-1',
      says: 'pending; snapshot snap-1 pending 12%',
      seenAt: expect.any(String),
    });
    await sweepWaits();
    expect((await stages()).AwaitImage).toMatchObject({
      startedAt: first?.startedAt,
      says: 'pending; snapshot snap-1 pending 45%',
    });
  });

  test('what snapshots say is not needed to answer for images that are done', async () => {
    const wait = { build, stage: 'AwaitCopy', region: 'eu-north-1' };
    const slow = { Images: [{ ImageId: 'ami-done', State: 'pending' as const }] };
    ec2.on(DescribeImagesCommand).resolves(slow);
    await awaitImage({ ...wait, token: 'done', imageId: 'ami-done' });
    await awaitImage({ ...wait, token: 'slow', imageId: 'ami-slow' });
    ec2.on(DescribeSnapshotsCommand).rejects(new Error('not now'));
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-done', State: 'available' }] });
    await expect(sweepWaits()).rejects.toThrow('not now');
    const told = sfn.commandCalls(SendTaskSuccessCommand).map((call) => call.args[0].input.taskToken);
    expect(told).toEqual(['done']);
  });

  test('for a refresh the record has its percentage and the reason of its status', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        {
          InstanceRefreshId: 'r-1',
          Status: 'InProgress',
          PercentageComplete: 33,
          InstancesToUpdate: 2,
          StatusReason: 'Waiting for instances to warm up before continuing. For example: i-9.',
        },
      ],
    });
    await awaitRefresh({
      build,
      stage: 'AwaitRefresh',
      token: 'token',
      autoScalingGroup: 'fleet',
      refreshId: 'r-1',
    });
    expect((await stages())['AwaitRefresh/fleet']).toMatchObject({
      waitsFor: 'the instance refresh r-1 of fleet',
      says: 'InProgress, 33 %, 2 servers to go: Waiting for instances to warm up before continuing. For example: i-9.',
    });
  });

  test('for a fleet the record has what is wrong with which server', async () => {
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'fleet',
          DesiredCapacity: 1,
          Instances: [{ InstanceId: 'i-9', LifecycleState: 'Pending', LaunchTemplate: { Version: '5' } }],
        } as never,
      ],
    });
    const wait = { build, stage: 'AwaitFleet', token: 'token', target: makeTarget(), version: '5' };
    await awaitFleet({ ...wait, asked: { Error: 'none' } });
    expect((await stages())['AwaitFleet/fleet']).toMatchObject({
      says: expect.stringContaining('i-9 is Pending'),
    });
  });

  test('that has ended meanwhile, its record stays as it ended', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'pending' }] });
    await awaitImage({ build, stage: 'AwaitImage', token: 'token', imageId: 'ami-1' });
    await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
    const ended = await getRecord(BUILD);
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'available' }] });
    await settleWaits(await listWaits());
    expect(await getRecord(BUILD)).toEqual(ended);
  });
});

test('stages are in the record in the order in which they ran', async () => {
  for (const name of ['Plan', 'LaunchInstance', 'CreateImage']) await run(name, async () => undefined);
  expect((await names()).toSorted()).toEqual(['CreateImage', 'LaunchInstance', 'Plan']);
  const times = Object.values(await stages()).flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
  const inOrder = ['Plan', 'LaunchInstance', 'CreateImage'].map(async (name) => (await stages())[name]);
  const walked = (await Promise.all(inOrder)).flatMap((one) => [one?.startedAt, one?.endedAt]);
  expect(walked).toEqual(times.toSorted());
});

test('of much that is said the record keeps the beginning', async () => {
  await openStage(BUILD, 'AwaitFleet/fleet', 1000);
  await noteProgress(BUILD, 'AwaitFleet/fleet', { says: 'i-9 is Pending; '.repeat(20_000) });
  const { says = '' } = (await stages())['AwaitFleet/fleet'] ?? {};
  expect(says.length).toBeLessThan(1100);
  expect(says).toMatch(/^i-9 is Pending; .*… \(320000 characters\)$/);
});

test('a stage to which the build comes back goes on, from when it began first', async () => {
  await enterStage(BUILD, 'AwaitFleet/fleet', 1000, 'its servers');
  await closeStage(BUILD, 'AwaitFleet/fleet', 'succeeded', 1000, 2000);
  await enterStage(BUILD, 'AwaitFleet/fleet', 3000, 'its servers again');
  expect(await stages()).toEqual({
    'AwaitFleet/fleet': { startedAt: '1970-01-01T00:00:01.000Z', waitsFor: 'its servers again' },
  });
});

describe('when a build ends', () => {
  const at = (second: number) => `2026-11-29T03:00:0${second}.000Z`;
  const running = (second: number) => ({ startedAt: at(second) });
  const over = (second: number, outcome: 'succeeded' | 'failed') => ({
    startedAt: at(second),
    endedAt: at(second + 1),
    outcome,
  });
  const outcomes = (ended: ReturnType<typeof endStages>['ended']) =>
    Object.fromEntries(Object.entries(ended).map(([name, one]) => [name, one.outcome]));

  test('well, the stage that ends it has succeeded', () => {
    const { ended, failed } = endStages(
      { stages: { Plan: over(0, 'succeeded'), Finish: running(1) } },
      'SUCCEEDED',
      at(2),
    );
    expect([ended, failed]).toEqual([
      { Finish: { startedAt: at(1), endedAt: at(2), outcome: 'succeeded' } },
      undefined,
    ]);
  });

  test('because a stage timed out, that one has failed', () => {
    const { ended, failed } = endStages(
      { stages: { Plan: over(0, 'succeeded'), AwaitImage: running(1) } },
      'FAILED',
      at(2),
    );
    expect([outcomes(ended), failed]).toEqual([{ AwaitImage: 'failed' }, 'AwaitImage']);
  });

  test('because of one of several groups, the others were stopped', () => {
    const groups = {
      'AwaitRefresh/a': over(1, 'failed'),
      'VerifyFleet/b': running(2),
      'AwaitRefresh/c': running(1),
    };
    const { ended, failed } = endStages({ stages: groups }, 'FAILED', at(3));
    expect([outcomes(ended), failed]).toEqual([
      { 'VerifyFleet/b': 'stopped', 'AwaitRefresh/c': 'stopped' },
      'AwaitRefresh/a',
    ]);
  });

  test('because one of several waits took too long, that one has failed', () => {
    const groups = { 'VerifyFleet/b': running(2), 'AwaitRefresh/c': running(1) };
    const { ended, failed } = endStages({ stages: groups }, 'FAILED', at(3), 'AwaitRefresh/c');
    expect([outcomes(ended), failed]).toEqual([
      { 'VerifyFleet/b': 'stopped', 'AwaitRefresh/c': 'failed' },
      'AwaitRefresh/c',
    ]);
  });

  test('because somebody stopped it, the stage was stopped', () => {
    const { ended, failed } = endStages({ stages: { LaunchInstance: running(1) } }, 'STOPPED', at(2));
    expect([outcomes(ended), failed]).toEqual([{ LaunchInstance: 'stopped' }, 'LaunchInstance']);
  });
});
