import { newRegion } from '../../../testing/region';
import { cloudFormationOf } from '../testing';

const topic = 'Resources: { A: { Type: AWS::SNS::Topic } }';
const throttle = {
  service: 'sns',
  operation: 'CreateTopic',
  kind: 'refuse',
  code: 'Throttling',
  status: 400,
} as const;

test('a call that is throttled is made again', async () => {
  await using region = await newRegion();
  const cfn = cloudFormationOf(region);
  region.aws.faults.add({ ...throttle, times: 3 });
  await cfn.create('s', topic);
  expect((await cfn.state('s')).status).toBe('CREATE_COMPLETE');
});

test.each([{ kind: 'lost' }, { kind: 'refuse', code: 'InternalFailure', status: 500 }] as const)(
  'a call that the service fails at is made again: %j',
  async (fault) => {
    await using region = await newRegion();
    const cfn = cloudFormationOf(region);
    await region.aws.faults.add({ service: 'sns', operation: 'CreateTopic', times: 3, ...fault });
    await cfn.create('s', topic);
    expect((await cfn.state('s')).status).toBe('CREATE_COMPLETE');
    expect(await region.aws.faults.list()).toEqual([]);
  },
);

test('a throttle that lasts fails the resource', async () => {
  await using region = await newRegion();
  const cfn = cloudFormationOf(region);
  region.aws.faults.add({ ...throttle, times: 100 });
  await cfn.create('s', topic);
  expect((await cfn.state('s')).status).toBe('ROLLBACK_COMPLETE');
});
