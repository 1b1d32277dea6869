import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImageAttributeCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { ulid } from 'ulid';
import type * as z from 'zod';
import getCall from '../../../events/http-get-build.json';
import { handler } from '../../../functions/revoke-image';
import { Build } from '../../../src/api/answers';
import { Revoked, Unrevoked } from '../../../src/api/images';
import { showBuild } from '../../../src/api/show';
import { releaseLock, takeLock } from '../../../src/build/lock';
import { findRecord, getRecord, moveStatus, updateRecord } from '../../../src/build/record';
import { findRestorable, findReusable } from '../../../src/build/release/reuse';
import { knowImage } from '../../../src/image/watch/gone';
import { putItem } from '../../../src/table';
import { makeImage, reference } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD, makeTarget, openRecordOf } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const ssm = mockClient(SSMClient);
const sfn = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);
useTable();
afterEach(removeFolders);

const OLD = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1';
const BAD = 'ami-00000005';
const GOOD = 'ami-00000004';
const PARAMETER = '/kiln/web/image';
const denied = () => Object.assign(new Error('not authorized'), { name: 'UnauthorizedOperation' });

/** What SSM parameters name. */
let parameters: Record<string, string>;
let images: object[];

beforeEach(async () => {
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nrollout: [{ autoScalingGroup: fleet }]\nimage: { parameter: ${PARAMETER} }\n`,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
    'pipelines/child/pipeline.yml': `base: { image: ${BAD}, instanceType: t3.micro }\n`,
    'pipelines/child/user-data.sh': '#!/bin/bash\n',
  });
  for (const client of [ec2, autoScaling, ssm, sfn, events]) client.reset();
  parameters = { [PARAMETER]: BAD };
  images = [makeImage(BAD, { State: 'available' }), makeImage(GOOD, { State: 'available' }, OLD)];
  ssm.on(GetParameterCommand).callsFake(({ Name }) => ({ Parameter: { Value: parameters[Name] } }));
  ssm.on(ListTagsForResourceCommand).resolves({ TagList: [] });
  ssm.on(PutParameterCommand).callsFake(({ Name, Value }) => {
    parameters[Name] = Value;
    return {};
  });
  ec2.on(DescribeImagesCommand).callsFake(({ Filters = [] }) => {
    const ids = Filters.find(({ Name }: { Name: string }) => Name === 'image-id')?.Values as
      | string[]
      | undefined;
    return { Images: images.filter((one) => !ids || ids.includes((one as { ImageId: string }).ImageId)) };
  });
  ec2.on(DescribeImageReferencesCommand).resolves({});
  ec2.on(DescribeImageAttributeCommand).resolves({});
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({});
  autoScaling.on(DescribeLaunchConfigurationsCommand).resolves({});
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  await make(OLD, GOOD, '4', 1);
  await make(BUILD, BAD, '5', 2);
  await putItem({
    ...{ pk: 'PIPELINE#web', sk: 'RELEASE', parameters: {}, resolved: {}, build: BUILD, fence: 2 },
  });
});

/** A build that has rolled its image out to the group. */
async function make(id: string, imageId: string, version: string, fence: number): Promise<void> {
  await openRecordOf(id, {
    targets: [makeTarget()],
    imageId,
    parameter: PARAMETER,
    fence,
    fingerprint: version,
  });
  await updateRecord(id, {
    'rollouts.fleet': { launchTemplateId: 'lt-1', version, verified: { by: 'site', servers: 2 } },
  });
  await moveStatus(id, ['RUNNING'], 'SUCCEEDED', { endedAt: `2026-11-2${fence}T00:00:00.000Z` });
  await knowImage(id, imageId);
}

async function ask(route: 'revoke' | 'unrevoke', body: object, id: string) {
  const call = {
    ...getCall,
    routeKey: `POST /images/{id}/${route}`,
    pathParameters: { id },
    body: JSON.stringify(body),
  };
  const { statusCode, body: text } = (await handler(call, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  const answer = JSON.parse(text ?? '');
  if (statusCode === 200) (route === 'revoke' ? Revoked : Unrevoked).parse(answer);
  return { status: statusCode, ...answer };
}

type Problem = { status: number; error?: string; detail?: string };

const revoke = (
  body: object = { reason: 'it leaks keys' },
  id = BAD,
): Promise<Problem & z.infer<typeof Revoked>> => ask('revoke', body, id);

const unrevoke = (
  body: object = { reason: 'it was the cache' },
  id = BAD,
): Promise<Problem & z.infer<typeof Unrevoked>> => ask('unrevoke', body, id);

test('an image that is revoked is marked with who and why, and its parameter names the newest good one', async () => {
  const answer = await revoke();
  expect(answer).toEqual({
    status: 200,
    imageId: BAD,
    users: [{ kind: 'pipeline', name: 'child is built on it' }],
    moved: [{ parameter: PARAMETER, imageId: GOOD }],
  });
  expect((await getRecord(BUILD)).revoked).toEqual({
    at: expect.stringMatching(/Z$/),
    by: 'arn:aws:iam::000000000000:user/ada',
    reason: 'it leaks keys',
  });
  expect(parameters).toEqual({ [PARAMETER]: GOOD });
  expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
});

test('who revoked it first, and why, stays', async () => {
  await revoke();
  const first = (await getRecord(BUILD)).revoked;
  expect(await revoke({ reason: 'another' })).toMatchObject({ status: 200, imageId: BAD });
  expect((await getRecord(BUILD)).revoked).toEqual(first);
});

test('no plan uses it again, and nobody can go back to it', async () => {
  await revoke();
  await putItem({ pk: 'PIPELINE#web', sk: 'BAKED#5', build: BUILD, fence: 2 });
  const pipeline = { name: 'web', definition: { image: { copyTo: [] } } };
  await expect(findReusable(pipeline as never, '5')).rejects.toThrow('it leaks keys');
  await expect(findRestorable('web', BUILD)).rejects.toThrow('it leaks keys');
});

test('its channels go back, too: the second to an image that has rolled out', async () => {
  const channels = { tested: '/kiln/web/tested', proven: '/kiln/web/proven' };
  const published = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B2';
  await make(published, 'ami-00000006', '4', 1.5);
  await updateRecord(published, { rollouts: {} });
  await updateRecord(BUILD, { channels });
  Object.assign(parameters, { [channels.tested]: BAD, [channels.proven]: BAD });
  expect((await revoke()).moved).toEqual([
    { parameter: PARAMETER, imageId: 'ami-00000006' },
    { parameter: channels.tested, imageId: 'ami-00000006' },
    { parameter: channels.proven, imageId: GOOD },
  ]);
});

test('a parameter that names another image is left, and one of which no good image is left is told', async () => {
  parameters[PARAMETER] = 'ami-00000009';
  expect(await revoke()).not.toHaveProperty('moved');
  expect(parameters[PARAMETER]).toBe('ami-00000009');
  parameters[PARAMETER] = GOOD;
  const { notKnown } = await revoke({ reason: 'as bad' }, GOOD);
  expect(notKnown).toEqual([expect.stringContaining('has no other good image')]);
  expect(parameters[PARAMETER]).toBe(GOOD);
});

test('all that uses it is named, each once', async () => {
  await updateRecord(BUILD, { copies: [{ region: 'eu-north-1', imageId: 'ami-0000000e' }] });
  ec2.on(DescribeImageReferencesCommand, { ImageIds: [BAD] }).resolves({
    ImageReferences: [
      reference(BAD, 'ec2:LaunchTemplate', 'launch-template/lt-1'),
      reference(BAD, 'ssm:Parameter', 'parameter/theirs'),
      reference(BAD, 'imagebuilder:ImageRecipe', 'image-recipe/r/1'),
      reference(BAD, 'ec2:Instance', 'instance/i-1'),
    ],
  });
  ec2
    .on(DescribeLaunchTemplateVersionsCommand, { Filters: [{ Name: 'image-id', Values: [BAD] }] })
    .resolves({ LaunchTemplateVersions: [{ VersionNumber: 5, LaunchTemplateName: 'web' }] });
  ec2
    .on(DescribeLaunchTemplateVersionsCommand, { Versions: ['$Latest'] })
    .resolves({ LaunchTemplateVersions: [{ VersionNumber: 5 }] });
  autoScaling.on(DescribeLaunchConfigurationsCommand).resolvesOnce({
    LaunchConfigurations: [{ ImageId: BAD, LaunchConfigurationName: 'old' } as never],
  });
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      { AutoScalingGroupName: 'fleet', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
      { AutoScalingGroupName: 'follows', LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' } },
      { AutoScalingGroupName: 'older', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } },
    ] as never[],
  });
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters: [{ Values }] }) => ({
    Reservations: [
      {
        Instances:
          Values[0] === BAD
            ? [
                { InstanceId: 'i-1', Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'older' }] },
                { InstanceId: 'i-2', Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'older' }] },
                { InstanceId: 'i-3' },
              ]
            : [],
      },
    ],
  }));
  images.push(
    { ImageId: 'ami-0000000a', SourceImageId: BAD },
    { ImageId: 'ami-0000000b', SourceImageId: 'ami-0000000a' },
  );
  ec2
    .on(DescribeImageAttributeCommand, { ImageId: BAD })
    .resolves({ LaunchPermissions: [{ UserId: '111111111111' }] });
  const { users } = await revoke();
  expect(users.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'group fleet',
    'group follows',
    'group older',
    'server i-3',
    'template lt-1 5',
    'parameter /theirs',
    'recipe arn:aws:imagebuilder:us-east-1:000000000000:image-recipe/r/1',
    'template launch configuration old',
    'image ami-0000000a',
    'image ami-0000000b',
    'account 111111111111',
    'pipeline child is built on it',
    'copy ami-0000000e in eu-north-1',
  ]);
});

test('what AWS denies an answer to is said, and so is a region that answers nobody; the image is revoked all the same', async () => {
  await updateRecord(BUILD, { copies: [{ region: 'eu-north-1', imageId: 'ami-0000000e' }] });
  ec2.on(DescribeImageAttributeCommand, { ImageId: BAD }).rejects(denied());
  ec2.on(DescribeInstancesCommand).callsFake(async (_input, client) => {
    if ((await client().config.region()) === 'eu-north-1') throw new Error('closed');
    return {};
  });
  const { status, notKnown } = await revoke();
  expect([status, notKnown]).toEqual([
    200,
    [
      'It was not checked whether it is shared: not authorized',
      'It was not checked whether something in eu-north-1 uses ami-0000000e: closed',
    ],
  ]);
  expect((await getRecord(BUILD)).revoked).toBeDefined();
});

test('a copy stands for the image', async () => {
  await updateRecord(BUILD, { copies: [{ region: 'eu-north-1', imageId: 'ami-0000000e' }] });
  await knowImage(BUILD, 'ami-0000000e', 'eu-north-1');
  expect(await revoke({ reason: 'x' }, 'ami-0000000e')).toMatchObject({ status: 200, imageId: BAD });
});

describe('with rollback', () => {
  test('each pipeline whose groups should run it goes back, once, with the reason', async () => {
    const { rollbacks: [id = ''] = [] } = await revoke({ reason: 'it leaks keys', rollback: true });
    expect(await findRecord(id)).toMatchObject({
      pipeline: 'web',
      status: 'RUNNING',
      rollback: { build: OLD },
      trigger: { kind: 'http', by: 'arn:aws:iam::000000000000:user/ada' },
    });
    expect((await revoke({ reason: 'another', rollback: true })).rollbacks).toEqual([id]);
    expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(1);
  });

  test('one that has failed is asked for again', async () => {
    const { rollbacks: [id = ''] = [] } = await revoke({ reason: 'x', rollback: true });
    await moveStatus(id, ['RUNNING'], 'FAILED');
    await releaseLock('web', id);
    const { rollbacks: [again] = [] } = await revoke({ reason: 'x', rollback: true });
    expect(again).toMatch(/^web-/);
    expect(again).not.toBe(id);
  });

  test('an image that was good again, was rolled out again, and is revoked again is gone back from again', async () => {
    const { rollbacks: [id = ''] = [] } = await revoke({ reason: 'x', rollback: true });
    await moveStatus(id, ['RUNNING'], 'SUCCEEDED', { endedAt: new Date().toISOString() });
    await releaseLock('web', id);
    await unrevoke();
    const forward = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B8';
    const reused = { build: BUILD, imageId: BAD };
    await openRecordOf(forward, { targets: [makeTarget()], reused, fence: 4 });
    await updateRecord(forward, {
      'rollouts.fleet': { launchTemplateId: 'lt-1', version: '8', verified: { by: 'site', servers: 2 } },
    });
    await moveStatus(forward, ['RUNNING'], 'SUCCEEDED', { endedAt: new Date().toISOString() });
    const { rollbacks: [again = ''] = [] } = await revoke({ reason: 'x', rollback: true });
    expect(again).not.toBe(id);
    expect(await findRecord(again)).toMatchObject({ status: 'RUNNING', rollback: { build: OLD } });
  });

  test('what a failed build has left on one of two groups gives way to what the pipeline serves, not to what it served before that', async () => {
    const failed = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B8';
    const worse = 'ami-00000006';
    images.push(makeImage(worse, { State: 'available' }, failed));
    await make(failed, worse, '8', 3);
    await updateRecord(failed, { status: 'FAILED' });
    const { rollbacks: [id = ''] = [] } = await revoke({ reason: 'x', rollback: true }, worse);
    expect((await findRecord(id))?.rollback).toEqual({ build: BUILD });
  });

  test('while a build runs people are told to decide: it may bring a better image, or the same', async () => {
    await openRecordOf('web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9');
    await takeLock('web', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9', 'build');
    const { rollbacks, notRolledBack } = await revoke({ reason: 'x', rollback: true });
    expect([rollbacks, notRolledBack]).toEqual([
      [],
      [{ pipeline: 'web', why: expect.stringContaining('Build web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9') }],
    ]);
  });

  test('a pipeline that has no image to go back to is told', async () => {
    images = images.slice(0, 1);
    const { rollbacks, notRolledBack } = await revoke({ reason: 'x', rollback: true });
    expect(rollbacks).toEqual([]);
    expect(notRolledBack).toEqual([
      { pipeline: 'web', why: expect.stringContaining('no image that it served before is left') },
    ]);
  });
});

describe('a revocation that is taken back', () => {
  const ADA = 'arn:aws:iam::000000000000:user/ada';
  const pipeline = { name: 'web', definition: { image: { copyTo: [] } } } as never;

  test('lets the image be used and gone back to again, and the record has who, when and why', async () => {
    await putItem({ pk: 'PIPELINE#web', sk: 'BAKED#5', build: BUILD, fence: 2 });
    await revoke();
    expect(await unrevoke()).toEqual({
      status: 200,
      imageId: BAD,
      revoked: { at: expect.any(String), by: ADA, reason: 'it leaks keys' },
      moved: [{ parameter: PARAMETER, imageId: BAD }],
    });
    expect((await findReusable(pipeline, '5'))?.image.id).toBe(BAD);
    expect((await findRestorable('web', BUILD)).reuse.image.id).toBe(BAD);
    const record = await getRecord(BUILD);
    expect(record.revoked).toBeUndefined();
    expect(record.unrevoked).toEqual([
      {
        ...{ at: expect.stringMatching(/Z$/), by: ADA, reason: 'it was the cache' },
        revoked: { at: expect.any(String), by: ADA, reason: 'it leaks keys' },
      },
    ]);
    Build.parse(JSON.parse(JSON.stringify(showBuild(record))));
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });

  test('may be of an image that is revoked again later, and each stays in the record', async () => {
    for (const reason of ['one', 'two']) {
      await revoke({ reason });
      await unrevoke({ reason: `not ${reason}` });
    }
    const { unrevoked = [] } = await getRecord(BUILD);
    expect(unrevoked.map((one) => [one.revoked.reason, one.reason])).toEqual([
      ['one', 'not one'],
      ['two', 'not two'],
    ]);
  });

  test('of an image that is not revoked, or not any more, is refused in words', async () => {
    expect(await unrevoke()).toMatchObject({
      ...{ status: 409, error: 'NotRevoked' },
      detail: `The image ${BAD} is not revoked. There is nothing to take back.`,
    });
    await revoke();
    await unrevoke();
    expect(await unrevoke()).toMatchObject({
      ...{ status: 409, error: 'NotRevoked' },
      detail: expect.stringContaining(`${ADA} took that back at`),
    });
    expect((await getRecord(BUILD)).unrevoked).toHaveLength(1);
  });

  test('wants a reason, and an image of Kiln', async () => {
    await revoke();
    expect(await unrevoke({})).toMatchObject({ status: 400, error: 'InvalidRequest' });
    expect(await unrevoke({ reason: 'x' }, 'ami-0123456789abcdef1')).toMatchObject({ status: 404 });
    expect((await getRecord(BUILD)).revoked).toBeDefined();
  });

  test('asked for by two at once is taken back once', async () => {
    await revoke();
    const done = await Promise.all([unrevoke({ reason: 'a' }), unrevoke({ reason: 'b' })]);
    expect(done.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await getRecord(BUILD)).unrevoked).toHaveLength(1);
  });

  test('counts no more that people went back from the image because of it, but that they did before', async () => {
    const back = (at: number) => `web-${ulid(at)}`;
    await revoke();
    await updateRecord(BUILD, { rolledBack: { at: 'later', by: back(Date.now() + 1000) } });
    expect(await unrevoke()).not.toHaveProperty('notUsed');
    expect((await getRecord(BUILD)).rolledBack).toBeUndefined();
    const by = back(Date.now() - 1000);
    await updateRecord(BUILD, { rolledBack: { at: 'before', by } });
    parameters[PARAMETER] = GOOD;
    await revoke();
    const { notUsed, moved } = await unrevoke();
    expect([notUsed, moved]).toEqual([`build ${by} rolled back from it at before`, undefined]);
    expect((await getRecord(BUILD)).rolledBack).toMatchObject({ by });
    expect(parameters[PARAMETER]).toBe(GOOD);
  });

  test('of an image that is gone says so', async () => {
    await revoke();
    await updateRecord(BUILD, { gone: { [BAD]: { at: 'today', why: 'somebody removed it' } } });
    expect((await unrevoke()).notUsed).toBe('it is gone since today: somebody removed it');
  });

  test('leaves a parameter that names another than an earlier image of its pipeline, and says where AWS did not answer', async () => {
    await revoke();
    parameters[PARAMETER] = 'ami-00000009';
    expect(await unrevoke()).not.toHaveProperty('moved');
    await revoke();
    ssm.on(GetParameterCommand).rejects(new Error('closed'));
    expect((await unrevoke()).notKnown).toEqual([
      'The SSM parameters of pipeline web may name an earlier image still: closed',
    ]);
    expect((await getRecord(BUILD)).revoked).toBeUndefined();
  });
});

test.each([
  ['ami-x', 'is not the id of an image'],
  ['ami-0123456789abcdef1', 'There is no image'],
])('an image that is not there is said: %s', async (id, words) => {
  expect(await revoke({ reason: 'x' }, id)).toMatchObject({
    status: 404,
    error: 'UnknownImage',
    detail: expect.stringContaining(words),
  });
});

test('an image that no build made, though its tags say so, is not revoked', async () => {
  images.push(makeImage('ami-0000000c'));
  const { status, detail } = await revoke({ reason: 'x' }, 'ami-0000000c');
  expect([status, detail]).toEqual([404, expect.stringContaining('No build of this deployment')]);
  expect((await getRecord(BUILD)).revoked).toBeUndefined();
});

test.each([[{}], [{ reason: '' }], [{ reason: 'x', now: true }]])(
  'a body that is not what the route takes is refused: %j',
  async (body) => {
    expect(await revoke(body)).toMatchObject({ status: 400, error: 'InvalidRequest' });
    expect((await getRecord(BUILD)).revoked).toBeUndefined();
  },
);
