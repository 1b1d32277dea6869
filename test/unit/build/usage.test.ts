import { Preview } from '../../../src/api/answers';
import { previewBuild } from '../../../src/build/plan/preview';
import { usageOf } from '../../../src/build/plan/usage';
import type { BuildRecord } from '../../../src/build/record';
import type { Plan } from '../../../src/build/state';
import { makeTarget } from '../records';
import { useBakes } from './bakes';

const { bake } = useBakes();

const plan = (more: Partial<Plan> = {}) =>
  ({
    baseImage: { id: 'ami-1', rootDeviceName: '/dev/xvda', usageOperation: 'RunInstances' },
    ...{ instanceType: 't3.micro', volumeSize: 8, targets: [] },
    image: { test: true, copyTo: ['eu-west-1'] },
    ...more,
  }) as unknown as Plan;

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30) + seconds * 1000).toISOString();
const stage = (from: number, to: number, outcome = 'succeeded') => ({
  ...{ startedAt: at(from), endedAt: at(to), outcome },
});
/** A build whose base ran for so many seconds, its test for half a minute, and its refresh for three. */
const took = (base: number, more: object = {}) =>
  ({
    status: 'SUCCEEDED',
    stages: {
      LaunchInstance: stage(10, 20),
      TerminateBase: stage(base, base + 10),
      TestImage: stage(300, 310),
      TerminateTest: stage(325, 330),
      'AwaitRefresh/fleet': stage(400, 580),
    },
    ...more,
  }) as unknown as BuildRecord;

const further = { servers: 2, instanceType: 'm5.large', orTypes: ['m5a.large'] };

test('a bake uses a base server and one that tests the image, for as long as earlier ones ran, and keeps snapshots', () => {
  const history = [took(100), took(130), took(10, { status: 'FAILED' }), took(0, { reused: { build: 'x' } })];
  const own = { instanceType: 't3.micro', count: 1, volumeSize: 8, publicAddress: true };
  expect(usageOf(plan(), history)).toEqual({
    servers: [
      { purpose: 'base', ...own, seconds: { least: 100, most: 130, builds: 2 } },
      { purpose: 'test', ...own, seconds: { least: 30, most: 30, builds: 2 } },
    ],
    snapshots: [
      { region: process.env.AWS_REGION, size: 8 },
      { region: 'eu-west-1', size: 8 },
    ],
    usageOperation: 'RunInstances',
  });
});

test('how long servers run is not said before an earlier build tells it', () => {
  const failed = took(100, {
    stages: { LaunchInstance: stage(10, 20), TerminateBase: stage(90, 100, 'failed') },
  });
  for (const history of [[], [failed]])
    for (const server of usageOf(plan(), history).servers) expect(server).not.toHaveProperty('seconds');
});

test('an image that is used again bakes nothing: what is left are the further servers of the refresh', () => {
  const reuse = { build: 'x', image: { id: 'ami-2' }, copies: [] };
  const targets = [makeTarget({ adds: further }), makeTarget({ autoScalingGroup: 'other' })];
  expect(usageOf(plan({ reuse, targets }), [took(100)])).toMatchObject({
    servers: [
      {
        purpose: 'rollout',
        autoScalingGroup: 'fleet',
        instanceType: 'm5.large',
        orTypes: ['m5a.large'],
        count: 2,
        seconds: { least: 180, most: 180, builds: 1 },
      },
    ],
    snapshots: [],
  });
});

test("the servers of a group's first image stay", () => {
  const targets = [makeTarget({ adds: further, isFirstImage: true })];
  const { servers } = usageOf(plan({ targets, image: { test: false, copyTo: [] } as never }), [took(100)]);
  expect(servers[1]).toMatchObject({ purpose: 'rollout', stay: true });
  expect(servers[1]).not.toHaveProperty('seconds');
});

test('a plan says what the build would use, in the form that the API tells', async () => {
  await bake();
  const planned = await previewBuild({
    pipeline: 'web',
    parameters: {},
    force: true,
    trigger: { kind: 'http' },
  });
  expect(planned.usage?.servers).toMatchObject([{ purpose: 'base', instanceType: 't3.micro', count: 1 }]);
  Preview.parse(JSON.parse(JSON.stringify(planned)));
});
