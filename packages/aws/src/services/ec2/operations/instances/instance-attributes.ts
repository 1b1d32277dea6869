import type { InstanceAttribute, InstanceAttributeName } from '@aws-sdk/client-ec2';
import { incorrectInstanceState, invalidParameterValue } from '../../errors';
import { checkMetadataOptions } from '../../instances/launch/metadata-options';
import { modifyAttribute } from '../../instances/modify-attribute';
import type { Inventory } from '../../inventory';
import type { InstanceRecord } from '../../records/instances';
import { definedOnly } from '../../requests/defined-only';
import type { Op } from '../../state';

type Show = (ec2: Inventory, record: InstanceRecord) => InstanceAttribute;

const shown: Readonly<Record<InstanceAttributeName, Show | undefined>> = {
  instanceType: (_state, record) => ({ InstanceType: { Value: record.type } }),
  kernel: () => ({ KernelId: {} }),
  ramdisk: () => ({ RamdiskId: {} }),
  userData: (_state, record) => ({ UserData: record.userData ? { Value: record.userData } : {} }),
  disableApiTermination: (_state, record) => ({
    DisableApiTermination: { Value: record.disableApiTermination },
  }),
  disableApiStop: (_state, record) => ({ DisableApiStop: { Value: record.disableApiStop } }),
  instanceInitiatedShutdownBehavior: (_state, record) => ({
    InstanceInitiatedShutdownBehavior: { Value: record.shutdownBehavior },
  }),
  rootDeviceName: (_state, record) => ({ RootDeviceName: { Value: record.rootDeviceName } }),
  blockDeviceMapping: (_state, record) => ({
    BlockDeviceMappings: [...record.volumes].map(([DeviceName, volume]) => ({
      DeviceName,
      Ebs: {
        VolumeId: volume.volumeId,
        DeleteOnTermination: volume.deleteOnTermination,
        AttachTime: volume.attachTime,
        Status: 'attached' as const,
      },
    })),
  }),
  productCodes: () => ({ ProductCodes: [] }),
  sourceDestCheck: (_state, record) => ({ SourceDestCheck: { Value: record.sourceDestCheck } }),
  groupSet: (state, record) => ({ Groups: state.interfaces.find(record.interfaceIds[0])?.Groups ?? [] }),
  ebsOptimized: (_state, record) => ({ EbsOptimized: { Value: record.ebsOptimized } }),
  sriovNetSupport: () => ({ SriovNetSupport: {} }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  enclaveOptions: () => ({ EnclaveOptions: { Enabled: false } }),
};

export const DescribeInstanceAttribute: Op<'DescribeInstanceAttribute'> = (ec2, input) => {
  const record = ec2.instances.require(input.InstanceId);
  const show = input.Attribute && Object.hasOwn(shown, input.Attribute) && shown[input.Attribute];
  if (!show) {
    throw invalidParameterValue(
      `Value (${input.Attribute}) for parameter attribute is invalid. Unknown attribute.`,
    );
  }
  return { InstanceId: record.id, ...show(ec2, record) };
};

export const ModifyInstanceAttribute: Op<'ModifyInstanceAttribute'> = (ec2, input) => {
  const record = ec2.instances.require(input.InstanceId);
  modifyAttribute(ec2, record, input);
  return {};
};

export const ModifyInstanceMetadataOptions: Op<'ModifyInstanceMetadataOptions'> = (ec2, input) => {
  const record = ec2.instances.require(input.InstanceId);
  if (record.state !== 'running' && record.state !== 'stopped' && record.state !== 'pending') {
    throw incorrectInstanceState(`The instance '${record.id}' is ${record.state}.`);
  }
  const { InstanceId: _id, DryRun: _dryRun, ...options } = input;
  checkMetadataOptions(options);
  record.metadata = { ...record.metadata, ...definedOnly(options) };
  return { InstanceId: record.id, InstanceMetadataOptions: { ...record.metadata, State: 'pending' } };
};

export const MonitorInstances: Op<'MonitorInstances'> = (ec2, input) => {
  const records = ec2.instances.requireAll(input.InstanceIds ?? []);
  for (const record of records) record.monitoring = true;
  return {
    InstanceMonitorings: records.map((record) => ({
      InstanceId: record.id,
      Monitoring: { State: 'pending' as const },
    })),
  };
};

export const UnmonitorInstances: Op<'UnmonitorInstances'> = (ec2, input) => {
  const records = ec2.instances.requireAll(input.InstanceIds ?? []);
  for (const record of records) record.monitoring = false;
  return {
    InstanceMonitorings: records.map((record) => ({
      InstanceId: record.id,
      Monitoring: { State: 'disabling' as const },
    })),
  };
};

export const DescribeInstanceCreditSpecifications: Op<'DescribeInstanceCreditSpecifications'> = (
  ec2,
  input,
) => {
  const ids = input.InstanceIds ?? [];
  const records = ids.length > 0 ? ec2.instances.requireAll(ids) : ec2.instances.values();
  return {
    InstanceCreditSpecifications: records
      .filter((record) => record.creditSpecification && record.state !== 'terminated')
      .map((record) => ({ InstanceId: record.id, CpuCredits: record.creditSpecification })),
  };
};
