import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord, moveStatus, updateRecord } from '../../../src/build/record';
import {
  checkParameterOwner,
  leaveUnapproved,
  nameInChannel,
  nameNewestImage,
  namesLaterImage,
  restoreNewestImage,
} from '../../../src/image/parameter';
import { knowImage } from '../../../src/image/watch/gone';
import { BUILD, openRecord, openRecordOf } from '../records';
import { useTable } from '../table';

const ssm = mockClient(SSMClient);
useTable();

/** The parameters that there are, by their names; any other holds what `''` does. */
let values: Record<string, string>;

beforeEach(async () => {
  ssm.reset();
  values = { '': 'ami-0' };
  ssm.on(GetParameterCommand).callsFake(({ Name = '' }) => ({
    Parameter: { Value: values[Name] ?? values[''], DataType: 'aws:ec2:image' },
  }));
  ssm.on(PutParameterCommand).callsFake(({ Name = '', Value = '' }) => {
    values[Name] = Value;
    return { Version: 2 };
  });
  ssm.on(ListTagsForResourceCommand).resolves({ TagList: [] });
  await openRecord();
});

const hold = (Value: string) =>
  ssm.on(ListTagsForResourceCommand).resolves({ TagList: [{ Key: 'kiln:service', Value }] });
const put = () => ssm.commandCalls(PutParameterCommand);

test.each(['', 'kiln-test@us-east-1'])(
  'a parameter that "%s" keeps names the new image, and says whose it is',
  async (holder) => {
    if (holder) hold(holder);
    await nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
    expect(put()[0]?.args[0].input).toMatchObject({ Name: '/kiln/web/image', Value: 'ami-1' });
    expect(ssm.commandCalls(AddTagsToResourceCommand)[0]?.args[0].input).toEqual({
      ResourceType: 'Parameter',
      ResourceId: '/kiln/web/image',
      Tags: [{ Key: 'kiln:service', Value: 'kiln-test@us-east-1' }],
    });
    expect((await getRecord(BUILD)).previousImage).toEqual({ parameter: '/kiln/web/image', value: 'ami-0' });
  },
);

test('an attempt after one that could not tag the parameter says whose it is, and writes its value no more', async () => {
  ssm
    .on(AddTagsToResourceCommand)
    .rejectsOnce(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }))
    .resolves({});
  await expect(nameNewestImage(BUILD, '/kiln/web/image', 'ami-1')).rejects.toThrow('Rate exceeded');
  await nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
  expect(ssm.commandCalls(AddTagsToResourceCommand)).toHaveLength(2);
  expect(put()).toHaveLength(1);
  expect((await getRecord(BUILD)).previousImage).toEqual({ parameter: '/kiln/web/image', value: 'ami-0' });
});

test('a parameter that another deployment keeps is left as it is', async () => {
  hold('kiln-prod@us-east-1');
  await expect(nameNewestImage(BUILD, '/kiln/web/image', 'ami-1')).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: expect.stringContaining('kiln-prod@us-east-1'),
  });
  expect(put()).toEqual([]);
});

test('before anything is made a pipeline is told that another deployment keeps its parameter', async () => {
  hold('kiln-prod@us-east-1');
  await expect(checkParameterOwner('web', '/kiln/web/image')).rejects.toThrow(
    /^pipeline web, image\.parameter: \/kiln\/web\/image is kept by another .*pipeline\.<stage>\.yml/,
  );
});

test('a parameter that holds something else than an image is left as it is', async () => {
  values = { '': 'subnet-1,subnet-2' };
  const words = /\/kiln\/network\/subnets is there and holds no image, but "subnet-1,subnet-2"/;
  await expect(checkParameterOwner('web', '/kiln/network/subnets')).rejects.toThrow(words);
  await expect(nameNewestImage(BUILD, '/kiln/network/subnets', 'ami-1')).rejects.toThrow(words);
  expect(put()).toEqual([]);
});

test('a parameter that is not there yet is free', async () => {
  values = {};
  ssm.on(GetParameterCommand).callsFake(({ Name = '' }) => {
    if (values[Name]) return { Parameter: { Value: values[Name] } };
    throw new ParameterNotFound({ message: 'Parameter not found.', $metadata: {} });
  });
  ssm.on(ListTagsForResourceCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidResourceId' }));
  await checkParameterOwner('web', '/kiln/web/image');
  await nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
  expect(put().map((call) => call.args[0].input)).toMatchObject([{ DataType: 'aws:ec2:image' }]);
});

/** https://github.com/hashicorp/terraform-provider-aws/issues/14513 */
describe('SSM answers before it has looked whether there is such an image, so that', () => {
  let isThere = false;
  const name = () => nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
  const tag = () => ssm.commandCalls(AddTagsToResourceCommand);

  beforeEach(() => {
    isThere = false;
    ssm.on(GetParameterCommand).callsFake(({ Name = '' }) => {
      if (isThere) return { Parameter: { Value: values[Name] } };
      throw new ParameterNotFound({ message: 'Parameter not found.', $metadata: {} });
    });
    ssm.on(ListTagsForResourceCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidResourceId' }));
  });

  test('a new parameter is tagged only when it is there, and written once', async () => {
    const words = /^SSM has not written ami-1 into \/kiln\/web\/image yet/;
    await expect(name()).rejects.toMatchObject({
      name: 'TransientFailure',
      message: expect.stringMatching(words),
    });
    await expect(name()).rejects.toThrow(words);
    expect([put().length, tag().length]).toEqual([1, 0]);
    isThere = true;
    await name();
    expect([put().length, tag().length]).toEqual([1, 1]);
    expect((await getRecord(BUILD)).previousImage).toEqual({ parameter: '/kiln/web/image', value: null });
  });

  test('one that is not there after five minutes is written again', async () => {
    await expect(name()).rejects.toThrow(/has not written/);
    const naming = { '/kiln/web/image': new Date(Date.now() - 6 * 60_000).toISOString() };
    await updateRecord(BUILD, { naming });
    await expect(name()).rejects.toThrow(/has not written/);
    expect(put()).toHaveLength(2);
  });
});

/** https://github.com/hashicorp/terraform-provider-aws/issues/35959 */
test('a parameter that a person has made as a text stays one', async () => {
  ssm.on(GetParameterCommand).callsFake(({ Name = '' }) => ({
    Parameter: { Value: values[Name] ?? values[''], DataType: 'text' },
  }));
  await nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
  expect(put().map((call) => call.args[0].input)).toMatchObject([{ Value: 'ami-1', DataType: 'text' }]);
});

test('while SSM looks for the image a restored parameter takes no other value: that passes', async () => {
  await updateRecord(BUILD, { imageId: 'ami-0', previousImage: { parameter: '/image', value: 'ami-9' } });
  const said = 'The validation of the parameter is still in process.';
  ssm.on(PutParameterCommand).rejects(Object.assign(new Error(said), { name: 'ValidationException' }));
  await expect(restoreNewestImage(await getRecord(BUILD))).rejects.toMatchObject({
    name: 'TransientFailure',
    message: expect.stringContaining('/image'),
  });
});

test('a parameter that was not there before goes, also where the answer to the first try was lost', async () => {
  await updateRecord(BUILD, { imageId: 'ami-0', previousImage: { parameter: '/image', value: null } });
  ssm.on(DeleteParameterCommand).rejects(new ParameterNotFound({ message: 'it is gone', $metadata: {} }));
  expect(await restoreNewestImage(await getRecord(BUILD))).toEqual(['/image']);
});

describe('channels', () => {
  const value = (some: Record<string, string>) => {
    values = some;
  };

  test('are named, and named back to what they were, each for itself', async () => {
    await updateRecord(BUILD, { imageId: 'ami-1' });
    value({ '/tested': 'ami-0', '/proven': 'ami-00' });
    await nameInChannel(BUILD, '/tested', 'ami-1');
    await nameInChannel(BUILD, '/proven', 'ami-1');
    expect((await getRecord(BUILD)).previousInChannels).toEqual([
      { parameter: '/tested', value: 'ami-0' },
      { parameter: '/proven', value: 'ami-00' },
    ]);
    // Somebody else has set the second since.
    value({ '/tested': 'ami-1', '/proven': 'ami-9' });
    expect(await restoreNewestImage(await getRecord(BUILD))).toEqual(['/tested']);
    expect(put().at(-1)?.args[0].input).toMatchObject({ Name: '/tested', Value: 'ami-0' });
  });

  test('that named an image which somebody has revoked since name the newest good one: the second one that has rolled out', async () => {
    const make = async (id: string, imageId: string, fields: object = {}) => {
      await openRecordOf(id, { imageId, ...fields });
      await moveStatus(id, ['RUNNING'], 'SUCCEEDED');
      await knowImage(id, imageId);
    };
    const rollouts = { fleet: { launchTemplateId: 'lt-1', version: '4' } };
    await make('web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1', 'ami-good', { fence: 1, rollouts });
    await make('web-01KAS2N4Q7T9V0W1X2Y3Z4A5B2', 'ami-published', { fence: 2 });
    const revoked = { at: '2026-11-30T00:00:00.000Z', reason: 'it leaks keys' };
    await make('web-01KAS2N4Q7T9V0W1X2Y3Z4A5B3', 'ami-bad', { fence: 3, rollouts, revoked });
    await updateRecord(BUILD, {
      imageId: 'ami-1',
      channels: { tested: '/tested', proven: '/proven' },
      previousInChannels: ['/tested', '/proven'].map((parameter) => ({ parameter, value: 'ami-bad' })),
    });
    value({ '/tested': 'ami-1', '/proven': 'ami-1' });
    expect(await restoreNewestImage(await getRecord(BUILD))).toEqual(['/tested', '/proven']);
    expect(put().map((call) => call.args[0].input.Value)).toEqual(['ami-published', 'ami-good']);
  });

  test('that name an earlier image again since a later build has succeeded with it are not named back for one that failed with it', async () => {
    const reused = { build: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1', imageId: 'ami-1' };
    const later = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9';
    await updateRecord(BUILD, {
      ...{ reused, fence: 3 },
      previousInChannels: [{ parameter: '/tested', value: 'ami-9' }],
    });
    await openRecordOf(later, { reused, fence: 4 });
    value({ '/tested': 'ami-1' });
    await moveStatus(later, ['RUNNING'], 'SUCCEEDED');
    expect(await restoreNewestImage(await getRecord(BUILD))).toEqual([]);
    await updateRecord(BUILD, { fence: 5 });
    expect(await restoreNewestImage(await getRecord(BUILD))).toEqual(['/tested']);
  });

  test('that name an earlier image which a build was to roll out, and nobody approved, name the newest good one', async () => {
    const rollouts = { fleet: { launchTemplateId: 'lt-1', version: '4' } };
    const parameters = { parameter: '/image', channels: { tested: '/tested', proven: '/proven' } };
    const [good, published] = ['web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B2'];
    await openRecordOf(good, { imageId: 'ami-good', fence: 1, rollouts });
    await openRecordOf(published, { imageId: 'ami-2', fence: 2, ...parameters });
    for (const id of [good, published]) await moveStatus(id, ['RUNNING'], 'SUCCEEDED');
    await updateRecord(BUILD, { reused: { build: published, imageId: 'ami-2' } });
    value({ '/image': 'ami-2', '/tested': 'ami-2', '/proven': 'ami-9' });
    expect(await leaveUnapproved(await getRecord(BUILD))).toEqual([]);
    await updateRecord(published, { rolledBack: { at: 'today', by: BUILD, why: 'nobody approved it' } });
    expect(await leaveUnapproved(await getRecord(BUILD))).toEqual(['/image', '/tested']);
    expect(put().map((call) => call.args[0].input.Value)).toEqual(['ami-good', 'ami-good']);
  });

  test('that name a later image of the pipeline are known, but not one that people went back from', async () => {
    const later = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9';
    await openRecordOf(later, { imageId: 'ami-2', fence: 7 });
    await knowImage(later, 'ami-2');
    value({ '/tested': 'ami-2' });
    const maker = { ...(await getRecord(BUILD)), fence: 3 };
    expect(await namesLaterImage('/tested', maker)).toBe(true);
    expect(await namesLaterImage('/tested', { ...maker, fence: 8 })).toBe(false);
    await updateRecord(later, { rolledBack: { at: 'today', by: 'eva' } });
    expect(await namesLaterImage('/tested', maker)).toBe(false);
  });
});
