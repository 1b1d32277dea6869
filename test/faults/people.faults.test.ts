import {
  CancelInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DeregisterImageCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { ShownBuild } from '../e2e/running-sample';
import { until } from '../e2e/until';
import { GROUP, Serving } from './serving';

jest.setTimeout(600_000);

let serving: Serving;
beforeAll(async () => {
  serving = await Serving.start();
});
afterAll(() => serving?.stop());

/** Starts a build, and waits until it waits in a stage. */
async function startUntil(stage: string, version: string): Promise<ShownBuild> {
  const id = await serving.sample.startBuild('web', { VERSION: version });
  return until(`build ${id} is in ${stage}`, async () => {
    const build = await serving.sample.getBuild(id);
    return build.stages.some((one) => one.stage === stage && one.outcome === 'running') ? build : undefined;
  });
}

/** Requests that failed since the last look. */
let failedBefore = 0;
function failedSince(): string[] {
  const { failed, failures } = serving.seen();
  const since = failed - failedBefore;
  failedBefore = failed;
  return since === 0 ? [] : [`${since} requests failed`, ...failures];
}

test('an image that a person deregisters while it is awaited fails its build in words', async () => {
  const { id, imageId } = await startUntil('AwaitImage', '2');
  await serving.ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
  expect(await serving.sample.ended(id)).toMatchObject({
    status: 'FAILED',
    error: { name: 'ImageFailed', stage: 'AwaitImage' },
  });
  await serving.isCalm();
  expect(failedSince()).toEqual([]);
});

test('a refresh that a person cancels fails its build in words, and the fleet serves', async () => {
  const id = await serving.sample.startBuild('web', { VERSION: '3' });
  await until('its refresh is cancelled', () =>
    serving.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: GROUP })),
  );
  const build = await serving.sample.ended(id);
  expect(build).toMatchObject({ status: 'FAILED', error: { name: 'RefreshFailed' } });
  expect(build.error?.message).toMatch(/ended as Cancelled/);
  await serving.isCalm();
  expect(failedSince()).toEqual([]);
});

test('a new server that a person terminates is replaced, and the build goes on', async () => {
  const { id, imageId } = await startUntil('AwaitRefresh', '4');
  const server = await until('a server runs the new image', async () =>
    (await serving.servers()).find((one) => one.imageId === imageId),
  );
  await serving.ec2.send(new TerminateInstancesCommand({ InstanceIds: [server.instanceId] }));
  expect(await serving.sample.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
  await serving.isCalm();
  expect((await serving.servers()).map((one) => one.imageId)).toEqual([imageId, imageId]);
  // Those on their way to the server that was cut off are its visitors' alone.
  failedSince();
});

test('a refresh that a person has started is waited for', async () => {
  await until('no refresh runs', () =>
    serving.autoScaling.send(
      new StartInstanceRefreshCommand({ AutoScalingGroupName: GROUP, Preferences: { SkipMatching: false } }),
    ),
  );
  const id = await serving.sample.startBuild('web', { VERSION: '5' });
  expect(await serving.sample.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
  await serving.isCalm();
  expect(Object.keys(serving.seen().versions)).toContain('5');
  expect(failedSince()).toEqual([]);
});

test('a fleet whose capacity a person sets to 0 during a rollout ends the build, and the next one finds it free', async () => {
  const { id } = await startUntil('AwaitRefresh', '6');
  const setCapacity = (DesiredCapacity: number) =>
    serving.autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: GROUP, DesiredCapacity, MinSize: 0 }),
    );
  await setCapacity(0);
  const ended = await serving.sample.ended(id);
  expect([ended.status, ended.error?.name, ended.error?.message]).toEqual([
    'FAILED',
    'FleetNotHealthy',
    expect.stringContaining('its desired capacity is 0, which it was not when the build was planned'),
  ]);
  await setCapacity(2);
  await until('the servers are back', async () =>
    (await serving.servers()).length === 2 ? true : undefined,
  );
  const next = await serving.sample.ended(await serving.sample.startBuild('web', { VERSION: '7' }));
  expect(next.status).toBe('SUCCEEDED');
  await serving.isCalm();
  expect(Object.keys(serving.seen().versions)).toContain('7');
});

test('after the night nothing is left of what failed, though servers ran it once', async () => {
  await serving.passNight();
  await serving.isCalm();
});
