import {
  AddTagsToResourceCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord } from '../../../src/build/record';
import { checkParameterOwner, nameNewestImage } from '../../../src/image/parameter';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ssm = mockClient(SSMClient);
useTable();

beforeEach(async () => {
  ssm.reset();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-0' } });
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
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-1' } });
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

test('a parameter that is not there yet is free', async () => {
  ssm
    .on(GetParameterCommand)
    .rejects(new ParameterNotFound({ message: 'Parameter not found.', $metadata: {} }));
  ssm.on(ListTagsForResourceCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidResourceId' }));
  await checkParameterOwner('web', '/kiln/web/image');
  await nameNewestImage(BUILD, '/kiln/web/image', 'ami-1');
  expect(put()).toHaveLength(1);
});
