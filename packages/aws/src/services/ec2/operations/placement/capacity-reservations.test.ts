import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

const create = async (input: object = {}) => {
  const { CapacityReservation } = await region.ec2.CreateCapacityReservation({
    ...{ InstanceType: 't3.micro', InstancePlatform: 'Linux/UNIX', InstanceCount: 2 },
    ...{ AvailabilityZone: 'us-east-1a', ...input },
  });
  return CapacityReservation ?? {};
};

const find = async (input: object) =>
  (await region.ec2.DescribeCapacityReservations(input)).CapacityReservations ?? [];

const launch = (input: object = {}, count = 1) =>
  region.ec2.RunInstances({
    ...{ ImageId: region.amazonImage, InstanceType: 't3.micro', MinCount: count, MaxCount: count },
    ...{ Placement: { AvailabilityZone: 'us-east-1a' }, ...input },
  });

const into = (CapacityReservationId?: string) => ({
  CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId } },
});

test('a reservation is made, found and cancelled', async () => {
  const made = await create({ InstanceMatchCriteria: 'targeted' });
  const { CapacityReservationId: id = '' } = made;
  expect(made).toMatchObject({
    CapacityReservationId: expect.stringMatching(/^cr-[0-9a-f]{17}$/),
    CapacityReservationArn: `arn:aws:ec2:us-east-1:000000000000:capacity-reservation/${id}`,
    ...{ InstanceType: 't3.micro', InstancePlatform: 'Linux/UNIX', AvailabilityZone: 'us-east-1a' },
    ...{ TotalInstanceCount: 2, AvailableInstanceCount: 2, State: 'active', Tenancy: 'default' },
    ...{ EndDateType: 'unlimited', InstanceMatchCriteria: 'targeted' },
  });
  expect(await find({ CapacityReservationIds: [id] })).toEqual([made]);
  expect(await find({ Filters: [{ Name: 'instance-type', Values: ['m5.large'] }] })).toEqual([]);
  expect(await region.ec2.CancelCapacityReservation({ CapacityReservationId: id })).toEqual({ Return: true });
  const cancelled = await find({ Filters: [{ Name: 'state', Values: ['cancelled'] }] });
  expect(cancelled).toMatchObject([{ CapacityReservationId: id, AvailableInstanceCount: 0 }]);
  expect(await codeOf(() => launch(into(id)))).toBe('ReservationCapacityExceeded');
});

test('instances that name it run in it, until it is full, and give their place back', async () => {
  const { CapacityReservationId: id = '' } = await create({ InstanceMatchCriteria: 'targeted' });
  const { Instances: [first] = [] } = await launch(into(id), 2);
  expect(first).toMatchObject({
    CapacityReservationId: id,
    CapacityReservationSpecification: {
      CapacityReservationPreference: 'capacity-reservations-only',
      CapacityReservationTarget: { CapacityReservationId: id },
    },
  });
  expect((await find({}))[0]?.AvailableInstanceCount).toBe(0);
  expect(await codeOf(() => launch(into(id)))).toBe('ReservationCapacityExceeded');
  await until(() => region.state.instance(first?.InstanceId ?? '')?.State?.Name === 'running');
  await region.ec2.TerminateInstances({ InstanceIds: [first?.InstanceId ?? ''] });
  expect((await find({}))[0]?.AvailableInstanceCount).toBe(1);
});

test('an instance that starts again needs its place again', async () => {
  const { CapacityReservationId: id } = await create({ InstanceMatchCriteria: 'targeted', InstanceCount: 1 });
  const idOf = async () => (await launch(into(id))).Instances?.[0]?.InstanceId ?? '';
  const first = await idOf();
  const reaches = (instanceId: string, state: string) =>
    until(() => region.state.instance(instanceId)?.State?.Name === state);
  await reaches(first, 'running');
  await region.ec2.StopInstances({ InstanceIds: [first] });
  await reaches(first, 'stopped');
  const second = await idOf();
  const start = () => region.ec2.StartInstances({ InstanceIds: [first] });
  expect(await codeOf(start)).toBe('ReservationCapacityExceeded');
  await reaches(second, 'running');
  await region.ec2.TerminateInstances({ InstanceIds: [second] });
  await start();
  expect((await find({}))[0]?.AvailableInstanceCount).toBe(0);
});

test('an open reservation takes what matches it, and only that', async () => {
  const { CapacityReservationId: id } = await create({ InstanceCount: 1 });
  const idOf = async (input?: object) => (await launch(input)).Instances?.[0]?.CapacityReservationId;
  const preferring = (CapacityReservationPreference: string) => ({
    CapacityReservationSpecification: { CapacityReservationPreference },
  });
  expect(await idOf(preferring('none'))).toBeUndefined();
  expect(await idOf({ InstanceType: 't3.small' })).toBeUndefined();
  expect(await idOf({ Placement: { AvailabilityZone: 'us-east-1b' } })).toBeUndefined();
  expect(await idOf()).toBe(id);
  expect(await idOf()).toBeUndefined();
  expect(await codeOf(() => launch(preferring('capacity-reservations-only')))).toBe(
    'ReservationCapacityExceeded',
  );
});

test('a launch that names another type, no reservation or two wishes at once is refused', async () => {
  const { CapacityReservationId: id } = await create();
  expect(await codeOf(() => launch({ ...into(id), InstanceType: 't3.small' }))).toBe(
    'ReservationCapacityExceeded',
  );
  expect(await codeOf(() => launch(into('cr-0123456789abcdef0')))).toBe(
    'InvalidCapacityReservationId.NotFound',
  );
  const both = {
    CapacityReservationPreference: 'open',
    CapacityReservationTarget: { CapacityReservationId: id },
  };
  expect(await codeOf(() => launch({ CapacityReservationSpecification: both }))).toBe(
    'InvalidParameterCombination',
  );
});

test('a reservation ends at its date, and what is reserved counts as vCPUs that are used', async () => {
  const soon = new Date(region.context.clock.now().getTime() + 3_600_000);
  await create({ EndDateType: 'limited', EndDate: soon });
  await region.aws.clock.sleep('61m');
  expect(await find({})).toMatchObject([{ State: 'expired', AvailableInstanceCount: 0 }]);
  expect(await codeOf(() => create({ InstanceCount: 100_000 }))).toBe('VcpuLimitExceeded');
  expect(await codeOf(() => create({ EndDateType: 'limited' }))).toBe('InvalidParameterCombination');
});
