import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetParametersCommand } from '@aws-sdk/client-ssm';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import getCall from '../../../events/http-get-build.json';
import { handler } from '../../../functions/get-fleet';
import { Fleet } from '../../../src/api/fleet-answers';
import { moveStatus, updateRecord } from '../../../src/build/record';
import { findNamedImage } from '../../../src/rollout/view/wanted';
import { makeImage } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD, makeTarget, openRecordOf } from '../records';
import { useTable } from '../table';
import {
  answerAs,
  autoScaling,
  ec2,
  makeGroup,
  makeServer,
  makeWorld,
  rollOut,
  ssm,
  type World,
} from './fleet-view';

useTable();
afterEach(removeFolders);

const BASE = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';
const pipeline = (...groups: string[]) =>
  `${BASE}rollout: [${groups.map((name) => `{ autoScalingGroup: ${name} }`).join(', ')}]\n`;

/** Deploys pipelines, each with the text of its file. */
function deploy(pipelines: Record<string, string>): void {
  process.env.LAMBDA_TASK_ROOT = makeFolder(
    Object.fromEntries(
      Object.entries(pipelines).flatMap(([name, text]) => [
        [`pipelines/${name}/pipeline.yml`, text],
        [`pipelines/${name}/user-data.sh`, '#!/bin/bash\n'],
      ]),
    ),
  );
}

let world: World;
beforeEach(() => {
  deploy({ web: `${pipeline('fleet')}image: { parameter: /kiln/web/image }\n` });
  world = makeWorld();
  answerAs(world);
});

async function ask(queryStringParameters?: Record<string, string>) {
  const call = { ...getCall, pathParameters: undefined, queryStringParameters };
  const { statusCode, body } = (await handler(call, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  const answer = JSON.parse(body ?? '');
  if (statusCode === 200) Fleet.parse(answer);
  return { status: statusCode, body: answer };
}

const group = async () => (await ask()).body.groups[0];
/** Each server with whether it is right, and why not. */
const servers = async () => {
  const seen = (await group()) as { servers: { instanceId: string; right: boolean; why?: string }[] };
  return Object.fromEntries(seen.servers.map((one) => [one.instanceId, [one.right, one.why]]));
};
const problems = async () => (await group()).problems as string[];
const denied = () => Object.assign(new Error('not authorized to do that'), { name: 'UnauthorizedOperation' });

test('a fleet that is as its build left it is right', async () => {
  await rollOut();
  const { status, body } = await ask();
  expect(status).toBe(200);
  expect(body).toEqual({
    at: expect.stringMatching(/Z$/),
    groups: [
      {
        autoScalingGroup: 'fleet',
        pipeline: 'web',
        want: { imageId: 'ami-5', build: BUILD, version: '5' },
        problems: [],
        servers: ['i-1', 'i-2'].map((instanceId) => ({
          instanceId,
          zone: 'us-east-1a',
          type: 't3.micro',
          imageId: 'ami-5',
          build: BUILD,
          launchTemplateId: 'lt-1',
          version: '5',
          launchedAt: '2026-11-29T12:00:00.000Z',
          state: 'InService',
          healthy: true,
          right: true,
        })),
      },
    ],
    imageParameters: [{ name: '/kiln/web/image', pipeline: 'web', channel: 'newest', imageId: 'ami-5' }],
  });
});

test('tells what the SSM parameters of pipelines name, and which are not there', async () => {
  const channels = 'channels: { tested: /kiln/web/tested, proven: /kiln/web/proven }';
  deploy({
    web: `${pipeline('fleet')}image: { parameter: /kiln/web/image, ${channels} }\n`,
    base: `${BASE}image: { parameter: /kiln/base/image }\n`,
  });
  Object.assign(world.parameters, { '/kiln/web/tested': 'ami-4', '/kiln/base/image': 'ami-3' });
  const web = [
    { name: '/kiln/web/image', pipeline: 'web', channel: 'newest', imageId: 'ami-5' },
    { name: '/kiln/web/tested', pipeline: 'web', channel: 'tested', imageId: 'ami-4' },
    { name: '/kiln/web/proven', pipeline: 'web', channel: 'proven' },
  ];
  expect((await ask()).body.imageParameters).toEqual([
    ...web,
    { name: '/kiln/base/image', pipeline: 'base', channel: 'newest', imageId: 'ami-3' },
  ]);
  expect((await ask({ pipeline: 'web' })).body.imageParameters).toEqual(web);
  ssm.on(GetParametersCommand).rejects(denied());
  expect((await ask()).body).not.toHaveProperty('imageParameters');
});

test('servers of another version, of another image, and that somebody has attached are not right, and come first', async () => {
  await rollOut();
  world.groups = [
    makeGroup({
      DesiredCapacity: 4,
      Instances: [
        makeServer('i-1'),
        makeServer('i-2', '4'),
        makeServer('i-3', '5', { LaunchTemplate: undefined }),
        makeServer('i-4', '5', { HealthStatus: 'UNHEALTHY' }),
      ] as never,
    }),
  ];
  world.imagesOf = { 'i-1': 'ami-5', 'i-2': 'ami-4', 'i-3': 'ami-9', 'i-4': 'ami-6' };
  expect(await servers()).toEqual({
    'i-2': [false, `runs version lt-1 4, not lt-1 5 of build ${BUILD}`],
    'i-3': [false, 'attached by somebody: its group did not launch it'],
    'i-4': [false, `runs image ami-6, not ami-5 of build ${BUILD}`],
    'i-1': [true, undefined],
  });
  expect((await group()).servers.map((one: { instanceId: string }) => one.instanceId).at(-1)).toBe('i-1');
});

test('an image whose tags were copied is not said to be of the build', async () => {
  await rollOut();
  world.images.push(makeImage('ami-6'));
  world.imagesOf['i-2'] = 'ami-6';
  const { servers: seen } = await group();
  expect(seen[0]).toMatchObject({ instanceId: 'i-2', imageId: 'ami-6', right: false });
  expect(seen[0]).not.toHaveProperty('build');
});

test('what next servers come from is held against the build, too', async () => {
  await rollOut();
  world.groups = [makeGroup({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Latest' } })];
  world.defaults['lt-1'] = 4;
  world.parameters['/kiln/web/image'] = 'ami-4';
  world.images = [];
  expect(await problems()).toEqual([
    `its next servers come from lt-1 9, not from lt-1 5 of build ${BUILD}`,
    `the default version of its launch template lt-1 is 4, not 5 of build ${BUILD}`,
    `the image ami-5 of build ${BUILD} is gone: nothing brings the group back to it`,
    `the SSM parameter /kiln/web/image names ami-4, not ami-5 of build ${BUILD}`,
  ]);
});

test('a group whose image is gone, and one that was made after its name was verified, are told so', async () => {
  await rollOut();
  world.images = [];
  expect(await problems()).toEqual(['its image ami-5 is gone: it can launch no server']);
  world.groups = [makeGroup({ CreatedTime: new Date(Date.now() + 1000) })];
  expect(await problems()).toContainEqual(
    expect.stringMatching(new RegExp(`made at .*Z, after build ${BUILD} was verified on another group`)),
  );
});

test('a group that follows the default is right while that is what the build made', async () => {
  await rollOut();
  world.groups = [makeGroup({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Default' } })];
  expect(await problems()).toEqual([]);
});

test('a launch template that is gone is said, and keeps nothing else from being read', async () => {
  await rollOut();
  world.defaults = {};
  expect(await problems()).toEqual(['its launch template lt-1 is gone']);
});

test('that its image was revoked is said', async () => {
  await rollOut();
  await updateRecord(BUILD, { revoked: { at: '2026-11-29T12:00:00.000Z', reason: 'leaks keys' } });
  expect(await problems()).toContain('its image ami-5 was revoked: leaks keys');
});

test('a refresh that runs, and whom it is to replace, are said', async () => {
  await rollOut();
  world.groups = [makeGroup({ Instances: [makeServer('i-1'), makeServer('i-2', '6')] as never })];
  world.refreshes.fleet = [
    {
      InstanceRefreshId: 'r-6',
      Status: 'InProgress',
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '6' } },
    },
  ];
  expect(await problems()).toEqual(['the refresh r-6 to lt-1 6 runs (InProgress)']);
  expect(await servers()).toMatchObject({
    'i-1': [true, 'the refresh r-6 is to replace it'],
    'i-2': [false, `runs version lt-1 6, not lt-1 5 of build ${BUILD}`],
  });
});

test('a server that leaves, one that the pipeline leaves, and those that lack are said', async () => {
  await rollOut(BUILD, {
    rollout: {
      verified: {
        by: 'site',
        servers: 1,
        left: [{ instanceId: 'i-2', version: '4', why: 'it is in Standby' }],
      },
    },
  });
  const Instances = [makeServer('i-1', '5', { LifecycleState: 'Terminating' }), makeServer('i-2', '4')];
  world.groups = [makeGroup({ Instances: Instances as never })];
  expect(await servers()).toEqual({
    'i-1': [true, 'it leaves the group'],
    'i-2': [
      false,
      `runs version lt-1 4, not lt-1 5 of build ${BUILD}; the pipeline leaves it: it is in Standby`,
    ],
  });
  expect(await problems()).toEqual(['1 of 2 are missing']);
});

test('a group on which no build was verified yet is held against itself', async () => {
  world.groups = [makeGroup({ Instances: [makeServer('i-1'), makeServer('i-2', '4')] as never })];
  expect(await group()).toMatchObject({
    pipeline: 'web',
    want: {},
    problems: ['no build was verified on it yet'],
  });
  expect(await servers()).toEqual({
    'i-1': [true, undefined],
    'i-2': [false, 'runs version lt-1 4, and its group is at lt-1 5'],
  });
});

test('a group that is gone is said, and one that is not there yet', async () => {
  world.groups = [];
  expect(await problems()).toEqual(['no build was verified on it yet', 'there is no such group']);
  await rollOut();
  expect(await problems()).toContain('the group is gone');
});

test('what should run after a rollback is the earlier image, which its own build made', async () => {
  await rollOut();
  const back = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
  const reused = { build: BUILD, imageId: 'ami-5' };
  const at = '2026-11-30T11:00:00.000Z';
  await rollOut(back, { imageId: undefined as never, reused, at, rollout: { version: '7' } });
  world.defaults['lt-1'] = 7;
  const LaunchTemplate = { LaunchTemplateId: 'lt-1', Version: '7' };
  world.groups = [
    makeGroup({ LaunchTemplate, Instances: [makeServer('i-1', '7')] as never, DesiredCapacity: 1 }),
  ];
  expect(await group()).toMatchObject({
    want: { build: back, imageId: 'ami-5', version: '7' },
    problems: [],
    servers: [{ build: BUILD, right: true }],
  });
});

test('the default of a template is right that a group of the same build has made, though it has left the pipeline since', async () => {
  await rollOut();
  world.defaults['lt-1'] = 6;
  expect(await problems()).toEqual([
    `the default version of its launch template lt-1 is 6, not 5 of build ${BUILD}`,
  ]);
  const second = { launchTemplateId: 'lt-1', version: '6', verified: { by: 'site', servers: 1 } };
  await updateRecord(BUILD, { 'rollouts.second': second });
  expect(await problems()).toEqual([]);
});

test('a night that uses an earlier image again takes back no later one that was published meanwhile', async () => {
  await rollOut(BUILD, { fence: 1 });
  const [published, night] = ['web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B8'];
  await openRecordOf(published, { imageId: 'ami-6', parameter: '/kiln/web/image', fence: 2, targets: [] });
  await moveStatus(published, ['RUNNING'], 'SUCCEEDED');
  const reused = { build: BUILD, imageId: 'ami-5' };
  await openRecordOf(night, { reused, parameter: '/kiln/web/image', fence: 3, targets: [] });
  await moveStatus(night, ['RUNNING'], 'UP_TO_DATE');
  world.parameters['/kiln/web/image'] = 'ami-6';
  expect(await problems()).toEqual([]);
  world.parameters['/kiln/web/image'] = 'ami-5';
  expect(await problems()).toEqual([
    `the SSM parameter /kiln/web/image names ami-5, not ami-6 of build ${published}`,
  ]);
});

describe('of several builds that one counts which was verified there last:', () => {
  const NEWER = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
  const later = { at: '2026-11-30T11:00:00.000Z', imageId: 'ami-6' };

  test('not one that failed before', async () => {
    await rollOut();
    await rollOut(NEWER, {
      ...later,
      status: 'FAILED',
      rollout: { version: '6', verified: undefined } as never,
    });
    expect((await group()).want.build).toBe(BUILD);
  });

  test('not one that was brought back', async () => {
    await rollOut();
    await rollOut(NEWER, { ...later, status: 'FAILED', rollout: { version: '6', broughtBackBy: 'r-9' } });
    expect((await group()).want.build).toBe(BUILD);
  });

  test('also one that failed later, and left the group as it was; it has not moved the default', async () => {
    await rollOut();
    await rollOut(NEWER, { ...later, status: 'FAILED', rollout: { version: '6' } });
    world.images.push(makeImage('ami-6', {}, NEWER));
    const { want, problems: said } = await group();
    expect(want).toEqual({ imageId: 'ami-6', build: NEWER, version: '6' });
    expect(said).toEqual([`its next servers come from lt-1 5, not from lt-1 6 of build ${NEWER}`]);
  });

  test('by its turn: a request that was refused and comes again with its key has the id that it got first', async () => {
    await rollOut(NEWER, { ...later, fence: 1, rollout: { version: '6' } });
    await rollOut(BUILD, { fence: 2, at: '2026-11-30T12:00:00.000Z' });
    expect(await problems()).toEqual([]);
    expect((await group()).want.build).toBe(BUILD);
    expect(await findNamedImage('web', false)).toBe('ami-5');
  });

  test('whichever pipeline it is of', async () => {
    deploy({ web: pipeline('fleet'), admin: pipeline('fleet', 'other') });
    await rollOut('admin-01KAS2N4Q7T9V0W1X2Y3Z4A5B8', { imageId: 'ami-8', at: '2026-11-01T00:00:00.000Z' });
    await rollOut();
    const { body } = await ask({ pipeline: 'admin' });
    expect(body.groups.map(({ autoScalingGroup }: { autoScalingGroup: string }) => autoScalingGroup)).toEqual(
      ['fleet', 'other'],
    );
    expect(body.groups[0]).toMatchObject({ pipeline: 'web', alsoOf: ['admin'], want: { build: BUILD } });
  });
});

test('of a mixed group each server may run the version of its own template, and no other', async () => {
  const others = [{ launchTemplateId: 'lt-2', reference: '1', version: '2' }];
  const own = { LaunchTemplateId: 'lt-1', Version: '5' };
  const arm = { LaunchTemplateId: 'lt-2', Version: '2' };
  const policy = {
    LaunchTemplate: {
      LaunchTemplateSpecification: own,
      Overrides: [{ InstanceType: 't4g.micro', LaunchTemplateSpecification: arm }],
    },
  };
  const target = makeTarget({
    policy,
    others: [{ launchTemplateId: 'lt-2', currentVersion: '1', reference: '1', defaultVersion: '1' }],
  });
  await rollOut(BUILD, { targets: [target], rollout: { others } });
  world.defaults['lt-2'] = 2;
  const Instances = [
    makeServer('i-1', '5', { LaunchTemplate: arm }),
    makeServer('i-2', '5', { LaunchTemplate: { ...arm, Version: '5' } }),
  ] as never;
  world.groups = [makeGroup({ LaunchTemplate: undefined, MixedInstancesPolicy: policy, Instances })];
  expect(await problems()).toEqual([]);
  expect(await servers()).toEqual({
    'i-1': [true, undefined],
    'i-2': [false, `runs version lt-2 5, not lt-1 5, lt-2 2 of build ${BUILD}`],
  });
});

test('of a pipeline that rolls out to no group, its parameter is looked at all the same', async () => {
  deploy({ web: `${BASE}image: { parameter: /kiln/web/image }\n` });
  await rollOut();
  world.parameters['/kiln/web/image'] = 'ami-4';
  expect((await ask()).body).toMatchObject({
    groups: [],
    problems: [`pipeline web: the SSM parameter /kiln/web/image names ami-4, not ami-5 of build ${BUILD}`],
  });
  expect((await ask({ next: 'a' })).body).not.toHaveProperty('problems');
});

test('what AWS denies an answer to is said, and the rest is told', async () => {
  await rollOut();
  ec2.on(DescribeInstancesCommand).rejects(denied());
  ssm.on(GetParametersCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  const { body } = await ask();
  expect(body.notKnown).toEqual([
    'It was not checked whether SSM parameters have moved: no',
    'It was not checked whether servers run the right images: not authorized to do that',
  ]);
  expect(body.groups[0].servers[0]).toMatchObject({ instanceId: 'i-1', version: '5', right: true });
  ec2.on(DescribeImagesCommand).rejects(denied());
  autoScaling.on(DescribeAutoScalingGroupsCommand).rejects(Object.assign(denied(), { name: 'AccessDenied' }));
  expect((await ask()).body.groups).toMatchObject([{ autoScalingGroup: 'fleet', servers: [] }]);
});

test('one request of each kind is enough for all groups, and pages follow one another', async () => {
  const names = Array.from({ length: 45 }, (_, at) => `g${String(at).padStart(2, '0')}`);
  deploy({ web: pipeline(...names.slice(0, 25)), other: pipeline(...names.slice(25)) });
  world.groups = names.map((AutoScalingGroupName, at) =>
    makeGroup({ AutoScalingGroupName, DesiredCapacity: 1, Instances: [makeServer(`i-${at}`)] as never }),
  );
  world.imagesOf = Object.fromEntries(names.map((_, at) => [`i-${at}`, 'ami-5']));
  const first = (await ask()).body;
  expect([first.groups.length, first.next]).toEqual([40, 'g39']);
  expect(autoScaling.commandCalls(DescribeAutoScalingGroupsCommand)).toHaveLength(1);
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(1);
  const second = (await ask({ next: first.next })).body;
  expect(second.groups.map((one: { autoScalingGroup: string }) => one.autoScalingGroup)).toEqual(
    names.slice(40),
  );
  expect(second).not.toHaveProperty('next');
});

test('a pipeline that is not there, and a query that is not known, are refused', async () => {
  expect(await ask({ pipeline: 'no-such' })).toMatchObject({
    status: 404,
    body: { error: 'UnknownPipeline' },
  });
  expect(await ask({ group: 'fleet' })).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } });
});
