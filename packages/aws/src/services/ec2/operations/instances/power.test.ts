import { until } from '../../../../testing/until';
import { rememberedFor } from '../../instances/lifecycle';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
afterEach(() => region.stop());

function launch(more: object = {}) {
  return region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
}

function idOf(reservation: Awaited<ReturnType<typeof launch>>): string {
  return reservation.Instances?.[0]?.InstanceId ?? '';
}

function stateOf(id: string): string | undefined {
  return region.state.instance(id)?.State?.Name;
}

test('an instance goes through its states and takes its volumes and interfaces along', async () => {
  region = await newEc2Region();
  const id = idOf(await launch());
  expect(stateOf(id)).toBe('pending');
  await until(() => stateOf(id) === 'running');
  await region.ec2.TerminateInstances({ InstanceIds: [id] });
  await until(() => stateOf(id) === 'terminated');
  const states = region.events
    .filter((event) => event['detail-type'] === 'EC2 Instance State-change Notification')
    .map((event) => (event.detail as { state: string }).state);
  expect(states).toEqual(['pending', 'running', 'shutting-down', 'terminated']);
  expect((await region.ec2.DescribeVolumes({})).Volumes).toEqual([]);
  expect((await region.ec2.DescribeNetworkInterfaces({})).NetworkInterfaces).toEqual([]);
});

test('a stopped instance keeps its disk and private address, and loses its public one', async () => {
  region = await newEc2Region();
  const script = Buffer.from('#!/bin/bash\necho kept > /root/file; echo booted\n').toString('base64');
  const id = idOf(await launch({ UserData: script }));
  await until(() => stateOf(id) === 'running');
  const before = region.state.instance(id);
  await region.ec2.StopInstances({ InstanceIds: [id] });
  expect(stateOf(id)).toBe('stopping');
  await until(() => stateOf(id) === 'stopped');
  expect(region.state.instance(id)?.PublicIpAddress).toBeUndefined();
  expect(region.state.instance(id)?.PrivateIpAddress).toBe(before?.PrivateIpAddress);
  expect(region.state.instance(id)?.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
  await region.ec2.StartInstances({ InstanceIds: [id] });
  await until(() => stateOf(id) === 'running');
  expect(region.state.instance(id)?.PublicIpAddress).not.toBe(before?.PublicIpAddress);
});

test('a stopped instance cannot be rebooted, and a terminated one not started', async () => {
  region = await newEc2Region();
  const id = idOf(await launch());
  const call = { InstanceIds: [id] };
  expect(await codeOf(() => region.ec2.StopInstances(call))).toBe('IncorrectInstanceState');
  await until(() => stateOf(id) === 'running');
  await region.ec2.StopInstances(call);
  await until(() => stateOf(id) === 'stopped');
  expect(await codeOf(() => region.ec2.RebootInstances(call))).toBe('IncorrectInstanceState');
  await region.ec2.TerminateInstances(call);
  expect(await codeOf(() => region.ec2.StartInstances(call))).toBe('IncorrectInstanceState');
});

test('an instance that cannot hibernate is not stopped instead', async () => {
  region = await newEc2Region();
  const id = idOf(await launch());
  await until(() => stateOf(id) === 'running');
  const hibernate = () => region.ec2.StopInstances({ InstanceIds: [id], Hibernate: true });
  expect(await codeOf(hibernate)).toBe('UnsupportedHibernationConfiguration');
  expect(stateOf(id)).toBe('running');
});

test('an instance that is protected is not terminated', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const id = idOf(await launch({ DisableApiTermination: true }));
  const terminate = () => region.ec2.TerminateInstances({ InstanceIds: [id] });
  expect(await codeOf(terminate)).toBe('OperationNotPermitted');
  await region.ec2.ModifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } });
  expect((await terminate()).TerminatingInstances?.[0]?.CurrentState?.Name).toBe('shutting-down');
});

test('termination protection does not keep Auto Scaling from terminating', async () => {
  region = await newEc2Region({ timeScale: 1 });
  const id = idOf(await launch({ DisableApiTermination: true }));
  await region.ec2AsService.TerminateInstances({ InstanceIds: [id] });
  expect(stateOf(id)).toBe('shutting-down');
});

test('a terminated instance is remembered for an hour', async () => {
  region = await newEc2Region();
  const { clock } = region.aws;
  const id = idOf(await launch());
  await region.ec2.TerminateInstances({ InstanceIds: [id] });
  await until(() => stateOf(id) === 'terminated');
  await clock.sleep('55m');
  expect(stateOf(id)).toBe('terminated');
  await clock.sleep('10m');
  expect(stateOf(id)).toBeUndefined();
});

test('however fast the clock, clients that ask every 15 s of their own see twice that an instance is terminated', () => {
  for (const scale of [1, 60, 600, 20_000]) expect(rememberedFor(scale) / scale).toBeGreaterThan(31);
  expect(rememberedFor(20_000) / 20_000).toBeLessThan(60);
});

test('a clock twice as fast as an hour of memory allows lengthens it', async () => {
  region = await newEc2Region();
  const { clock } = region.aws;
  jest.replaceProperty(region.context.clock, 'scale', 200);
  const id = idOf(await launch());
  await region.ec2.TerminateInstances({ InstanceIds: [id] });
  await until(() => stateOf(id) === 'terminated');
  await clock.sleep(rememberedFor(200) - 60);
  expect(stateOf(id)).toBe('terminated');
  await clock.sleep(120);
  expect(stateOf(id)).toBeUndefined();
  jest.restoreAllMocks();
});
