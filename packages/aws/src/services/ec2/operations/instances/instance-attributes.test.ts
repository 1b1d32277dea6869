import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let InstanceId: string;

beforeEach(async () => {
  region = await newEc2Region();
  await launch();
});
afterEach(() => region.stop());

async function launch(more: object = {}): Promise<void> {
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  InstanceId = Instances?.[0]?.InstanceId ?? '';
  await reach('running');
}

const reach = (name: string) => until(() => region.state.instance(InstanceId)?.State?.Name === name);
const modify = (change: object) => region.ec2.ModifyInstanceAttribute({ InstanceId, ...change });

test('one attribute is changed at a time', async () => {
  expect(await codeOf(() => modify({}))).toBe('InvalidParameterCombination');
  const both = { DisableApiTermination: { Value: true }, SourceDestCheck: { Value: false } };
  await expect(modify(both)).rejects.toThrow(
    'Fields for multiple attribute types specified: disableApiTermination, sourceDestCheck',
  );
  const shown = await region.ec2.DescribeInstanceAttribute({
    InstanceId,
    Attribute: 'disableApiTermination',
  });
  expect(shown.DisableApiTermination).toEqual({ Value: false });
});

test('the type, the user data and the network driver change only while the instance is stopped', async () => {
  const changes = [
    { InstanceType: { Value: 't3.small' } },
    { UserData: { Value: Buffer.from('#!/bin/bash') } },
    { EnaSupport: { Value: true } },
  ];
  for (const change of changes) expect(await codeOf(() => modify(change))).toBe('IncorrectInstanceState');
  await region.ec2.StopInstances({ InstanceIds: [InstanceId] });
  await reach('stopped');
  for (const change of changes) await modify(change);
  expect(region.state.instance(InstanceId)?.InstanceType).toBe('t3.small');
});

test('a volume that is kept says so itself, and outlives the instance', async () => {
  const mapping = { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } };
  expect(await codeOf(() => modify({ BlockDeviceMappings: [mapping, { DeviceName: '/dev/sdz' }] }))).toBe(
    'InvalidInstanceAttributeValue',
  );
  const attachment = async () => (await region.ec2.DescribeVolumes({})).Volumes?.[0]?.Attachments?.[0];
  expect(await attachment()).toMatchObject({ DeleteOnTermination: true });
  await modify({ BlockDeviceMappings: [mapping] });
  expect(await attachment()).toMatchObject({ DeleteOnTermination: false });
  await region.ec2.TerminateInstances({ InstanceIds: [InstanceId] });
  await reach('terminated');
  expect((await region.ec2.DescribeVolumes({})).Volumes).toMatchObject([{ State: 'available' }]);
});

test('the source and destination check of an instance is that of its primary interface', async () => {
  const shown = () => {
    const instance = region.state.instance(InstanceId);
    return [instance?.SourceDestCheck, instance?.NetworkInterfaces?.[0]?.SourceDestCheck];
  };
  await modify({ SourceDestCheck: { Value: false } });
  expect(shown()).toEqual([false, false]);
  await region.ec2.ModifyNetworkInterfaceAttribute({
    NetworkInterfaceId: region.state.instance(InstanceId)?.NetworkInterfaces?.[0]?.NetworkInterfaceId,
    SourceDestCheck: { Value: true },
  });
  expect(shown()).toEqual([true, true]);
});

test('metadata options are checked before any of them is changed', async () => {
  const change = (options: object) => region.ec2.ModifyInstanceMetadataOptions({ InstanceId, ...options });
  expect(await codeOf(() => change({ HttpTokens: 'optional', HttpEndpoint: 'maybe' }))).toBe(
    'InvalidParameterValue',
  );
  expect(await codeOf(() => change({ HttpPutResponseHopLimit: 0 }))).toBe('InvalidParameterValue');
  expect(region.state.instance(InstanceId)?.MetadataOptions).toMatchObject({ HttpTokens: 'required' });
  await change({ HttpTokens: 'optional', HttpPutResponseHopLimit: 3 });
  expect(region.state.instance(InstanceId)?.MetadataOptions).toMatchObject({
    HttpTokens: 'optional',
    HttpPutResponseHopLimit: 3,
    HttpEndpoint: 'enabled',
  });
});

test('metadata options that change hold for the running machine', async () => {
  const script = `#!/bin/bash
until curl -sf http://169.254.169.254/latest/meta-data/tags/instance/site; do sleep 5; done
`;
  await launch({
    UserData: Buffer.from(script).toString('base64'),
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'site', Value: 'seen from inside' }] }],
  });
  await region.ec2.ModifyInstanceMetadataOptions({
    InstanceId,
    HttpTokens: 'optional',
    InstanceMetadataTags: 'enabled',
  });
  await until(async () => {
    const { Output = '' } = await region.ec2.GetConsoleOutput({ InstanceId, Latest: true });
    return Buffer.from(Output, 'base64').toString().includes('seen from inside');
  });
});

test('detailed monitoring is switched on and off', async () => {
  const monitoring = () => region.state.instance(InstanceId)?.Monitoring?.State;
  expect(await region.ec2.MonitorInstances({ InstanceIds: [InstanceId] })).toEqual({
    InstanceMonitorings: [{ InstanceId, Monitoring: { State: 'pending' } }],
  });
  expect(monitoring()).toBe('enabled');
  expect(await region.ec2.UnmonitorInstances({ InstanceIds: [InstanceId] })).toEqual({
    InstanceMonitorings: [{ InstanceId, Monitoring: { State: 'disabling' } }],
  });
  expect(monitoring()).toBe('disabled');
});

test('a burstable instance says how it spends its credits', async () => {
  expect(await region.ec2.DescribeInstanceCreditSpecifications({ InstanceIds: [InstanceId] })).toEqual({
    InstanceCreditSpecifications: [{ InstanceId, CpuCredits: 'unlimited' }],
  });
});
