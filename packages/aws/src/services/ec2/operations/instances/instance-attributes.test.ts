import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
let InstanceId: string;

beforeEach(async () => {
  born = bearEc2();
  await launch();
});
afterEach(() => born.dispose());

async function launch(more: object = {}): Promise<void> {
  const { Instances } = born.operations.RunInstances(
    { ImageId: born.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...more },
    born.call,
  );
  InstanceId = Instances?.[0]?.InstanceId ?? '';
  await reach('running');
}

const reach = (name: string) => born.until(() => born.ec2.instance(InstanceId)?.State?.Name === name);
const modify = (change: object) =>
  born.operations.ModifyInstanceAttribute({ InstanceId, ...change }, born.call);

test('one attribute is changed at a time', async () => {
  expect(await codeOf(() => modify({}))).toBe('InvalidParameterCombination');
  const both = { DisableApiTermination: { Value: true }, SourceDestCheck: { Value: false } };
  expect(() => modify(both)).toThrow(
    'Fields for multiple attribute types specified: disableApiTermination, sourceDestCheck',
  );
  const shown = born.operations.DescribeInstanceAttribute(
    { InstanceId, Attribute: 'disableApiTermination' },
    born.call,
  );
  expect(shown.DisableApiTermination).toEqual({ Value: false });
});

test('the type, the user data and the network driver change only while the instance is stopped', async () => {
  const changes = [
    { InstanceType: { Value: 't3.small' } },
    { UserData: { Value: Buffer.from('#!/bin/bash') } },
    { EnaSupport: { Value: true } },
  ];
  for (const change of changes) expect(await codeOf(() => modify(change))).toBe('IncorrectInstanceState');
  born.operations.StopInstances({ InstanceIds: [InstanceId] }, born.call);
  await reach('stopped');
  for (const change of changes) modify(change);
  expect(born.ec2.instance(InstanceId)?.InstanceType).toBe('t3.small');
});

test('a volume that is kept says so itself, and outlives the instance', async () => {
  const mapping = { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } };
  expect(await codeOf(() => modify({ BlockDeviceMappings: [mapping, { DeviceName: '/dev/sdz' }] }))).toBe(
    'InvalidInstanceAttributeValue',
  );
  const attachment = () => born.operations.DescribeVolumes({}, born.call).Volumes?.[0]?.Attachments?.[0];
  expect(attachment()).toMatchObject({ DeleteOnTermination: true });
  modify({ BlockDeviceMappings: [mapping] });
  expect(attachment()).toMatchObject({ DeleteOnTermination: false });
  born.operations.TerminateInstances({ InstanceIds: [InstanceId] }, born.call);
  await reach('terminated');
  expect(born.operations.DescribeVolumes({}, born.call).Volumes).toMatchObject([{ State: 'available' }]);
});

test('the source and destination check of an instance is that of its primary interface', () => {
  const shown = () => {
    const instance = born.ec2.instance(InstanceId);
    return [instance?.SourceDestCheck, instance?.NetworkInterfaces?.[0]?.SourceDestCheck];
  };
  modify({ SourceDestCheck: { Value: false } });
  expect(shown()).toEqual([false, false]);
  born.operations.ModifyNetworkInterfaceAttribute(
    {
      NetworkInterfaceId: born.ec2.instance(InstanceId)?.NetworkInterfaces?.[0]?.NetworkInterfaceId,
      SourceDestCheck: { Value: true },
    },
    born.call,
  );
  expect(shown()).toEqual([true, true]);
});

test('metadata options are checked before any of them is changed', async () => {
  const change = (options: object) =>
    born.operations.ModifyInstanceMetadataOptions({ InstanceId, ...options }, born.call);
  expect(await codeOf(() => change({ HttpTokens: 'optional', HttpEndpoint: 'maybe' }))).toBe(
    'InvalidParameterValue',
  );
  expect(await codeOf(() => change({ HttpPutResponseHopLimit: 0 }))).toBe('InvalidParameterValue');
  expect(born.ec2.instance(InstanceId)?.MetadataOptions).toMatchObject({ HttpTokens: 'required' });
  change({ HttpTokens: 'optional', HttpPutResponseHopLimit: 3 });
  expect(born.ec2.instance(InstanceId)?.MetadataOptions).toMatchObject({
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
  born.operations.ModifyInstanceMetadataOptions(
    { InstanceId, HttpTokens: 'optional', InstanceMetadataTags: 'enabled' },
    born.call,
  );
  await born.until(() => {
    const { Output = '' } = born.operations.GetConsoleOutput({ InstanceId, Latest: true }, born.call);
    return Buffer.from(Output, 'base64').toString().includes('seen from inside');
  });
});
