import { DescribeImagesCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import getCall from '../../../events/http-get-build.json';
import { handler as getBuild } from '../../../functions/get-build';
import { failBuild } from '../../../src/build/end/end';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { createRecord, getRecord, moveStatus, updateRecord } from '../../../src/build/record';
import { retireImages } from '../../../src/image/retire';
import { knowImage, noticeAllGone } from '../../../src/image/watch/gone';
import { logger } from '../../../src/log';
import { ResourceEvent, resolveWait } from '../../../src/wait/resolve';
import { makeImage } from '../images';
import { useTable } from '../table';
import { buildOf, ec2, useSixImages } from './six-images';

const BUILD = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5C9';

const events = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
const s3 = mockClient(S3Client);
useTable();
useSixImages();
afterEach(() => jest.restoreAllMocks());

beforeEach(async () => {
  for (const client of [events, sns, s3]) client.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  await createRecord({ id: BUILD, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
  const copies = [{ region: 'eu-north-1', imageId: 'ami-c' }];
  await updateRecord(BUILD, { imageId: 'ami-9', targets: [], copies });
  await knowImage(BUILD, 'ami-9');
  await knowImage(BUILD, 'ami-c', 'eu-north-1');
});

const deregistered = ResourceEvent.parse({
  'detail-type': 'EC2 AMI State Change',
  detail: { ImageId: 'ami-9', State: 'deregistered' },
});
const gone = async () => (await getRecord(BUILD)).gone;
const OUTSIDE = { at: expect.any(String), why: expect.stringMatching(/found to be deregistered/) };
const succeed = () => moveStatus(BUILD, ['RUNNING'], 'SUCCEEDED');

test('the record of a build whose image was retired says when, and that it was', async () => {
  await retireImages('web', 2);
  expect((await getRecord(buildOf(1))).gone).toEqual({
    'ami-1': { at: expect.any(String), why: expect.stringMatching(/^retired/) },
  });
  expect((await getRecord(buildOf(6))).gone).toBeUndefined();
});

test('the record of a build that failed says that its image was removed, and so does its event', async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-9', {}, BUILD)] });
  await failBuild(BUILD, 'FAILED', { name: 'SiteNotHealthy', message: 'no' });
  expect(await gone()).toMatchObject({
    'ami-9': { why: expect.stringMatching(/^removed with all that its build made/) },
  });
  const [told] = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
  expect(JSON.parse(told?.Detail ?? '')).toMatchObject({
    imageId: 'ami-9',
    imageGone: { at: expect.any(String) },
  });
});

test('the record of a build that failed because a person deregistered its image says so too', async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await failBuild(BUILD, 'FAILED', { name: 'ImageFailed', message: 'it was deregistered' });
  expect(await gone()).toEqual({ 'ami-9': OUTSIDE, 'ami-c': OUTSIDE });
});

test('an image that a person deregisters is gone in the record as soon as the event comes', async () => {
  await succeed();
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await resolveWait(deregistered);
  expect(await gone()).toEqual({ 'ami-9': OUTSIDE });
});

test('what was listed of an image goes with it, whoever removes it', async () => {
  process.env.KILN_ARTIFACTS = 'artifacts';
  await succeed();
  await updateRecord(BUILD, {
    bom: { key: 'boms/a.cdx.json', packages: 1 },
    scanned: { outcome: 'passed', key: 'boms/a.findings.json' },
  });
  // Not with a copy of it.
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-9', {}, BUILD)] });
  await noticeAllGone();
  expect(s3.calls()).toHaveLength(0);
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await resolveWait(deregistered);
  expect(s3.commandCalls(DeleteObjectCommand).map((call) => call.args[0].input.Key)).toEqual([
    'boms/a.cdx.json',
    'boms/a.findings.json',
  ]);
});

test('an event says nothing of an image that is there', async () => {
  await succeed();
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-9', {}, BUILD)] });
  await resolveWait(deregistered);
  expect(await gone()).toBeUndefined();
});

test('an image whose event was lost, and a copy in another region, are found to be gone at night', async () => {
  await succeed();
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await noticeAllGone();
  expect(await gone()).toEqual({ 'ami-9': OUTSIDE, 'ami-c': OUTSIDE });
  const asked = ec2.commandCalls(DescribeImagesCommand).length;
  await noticeAllGone();
  expect(ec2.commandCalls(DescribeImagesCommand)).toHaveLength(asked);
});

/** EC2 has no images, and answers nobody in one region. */
function closeRegion(closed: string): void {
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => {
    if ((await client().config.region()) !== closed) return { Images: [] };
    throw Object.assign(new Error('you may not'), { name: 'AuthFailure' });
  });
}

test('a region that is closed hides no image that is gone elsewhere, and is told', async () => {
  await succeed();
  await knowImage(BUILD, 'ami-0', 'ap-east-1');
  closeRegion('ap-east-1');
  await expect(noticeAllGone()).rejects.toThrow('you may not');
  expect(await gone()).toEqual({ 'ami-9': OUTSIDE, 'ami-c': OUTSIDE });
});

test('a region that is closed when a build is undone does not keep its pipeline locked, and is told', async () => {
  const told = jest.spyOn(logger, 'warn').mockImplementation();
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  await updateRecord(BUILD, { copyTo: ['eu-north-1'] });
  await takeLock('web', BUILD, 'build');
  closeRegion('eu-north-1');
  await failBuild(BUILD, 'FAILED', { name: 'ImageFailed', message: 'no' });
  expect(await findLockHolder('web')).toBeUndefined();
  expect(await gone()).toEqual({ 'ami-9': OUTSIDE });
  expect(told.mock.calls.flat().join()).toMatch(/in eu-north-1.*you may not/);
});

test('whoever asks for a build reads beside its image that this is gone', async () => {
  await succeed();
  await updateRecord(BUILD, { gone: { 'ami-9': { at: '2026-11-29T03:00:00.000Z', why: 'retired' } } });
  const answer = await getBuild({ ...getCall, pathParameters: { id: BUILD } }, {
    functionName: 'test',
  } as Context);
  expect(JSON.parse((answer as APIGatewayProxyStructuredResultV2).body ?? '')).toMatchObject({
    imageId: 'ami-9',
    imageGone: { at: '2026-11-29T03:00:00.000Z', why: 'retired' },
    copies: [{ region: 'eu-north-1', imageId: 'ami-c' }],
  });
});
