import type {
  InstanceAttribute,
  InstanceAttributeName,
  ModifyInstanceAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error';
import { definedOnly } from '../block-devices';
import { instanceTypes } from '../instance-types';
import { setGroups } from '../interfaces';
import type { InstanceRecord } from '../records/instances';
import type { Ec2Operations, Ec2State } from '../state';
import { checkUserData } from '../user-data';

type Show = (state: Ec2State, record: InstanceRecord) => InstanceAttribute;

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

/** Attributes of an instance, its metadata service and its monitoring. */
export function attributeOperations(state: Ec2State) {
  return {
    DescribeInstanceAttribute(input) {
      const record = state.instances.require(input.InstanceId);
      const show = input.Attribute && Object.hasOwn(shown, input.Attribute) && shown[input.Attribute];
      if (!show) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${input.Attribute}) for parameter attribute is invalid. Unknown attribute.`,
        );
      }
      return { InstanceId: record.id, ...show(state, record) };
    },
    ModifyInstanceAttribute(input) {
      const record = state.instances.require(input.InstanceId);
      modify(state, record, fromNamedValue(input));
      return {};
    },
    ModifyInstanceMetadataOptions(input) {
      const record = state.instances.require(input.InstanceId);
      if (record.state !== 'running' && record.state !== 'stopped' && record.state !== 'pending') {
        throw new AwsError('IncorrectInstanceState', `The instance '${record.id}' is ${record.state}.`);
      }
      const { InstanceId: _id, DryRun: _dryRun, ...options } = input;
      record.metadata = { ...record.metadata, ...definedOnly(options) };
      return { InstanceId: record.id, InstanceMetadataOptions: { ...record.metadata, State: 'pending' } };
    },
    MonitorInstances(input) {
      const records = state.instances.requireAll(input.InstanceIds ?? []);
      for (const record of records) record.monitoring = true;
      return {
        InstanceMonitorings: records.map((record) => ({
          InstanceId: record.id,
          Monitoring: { State: 'pending' as const },
        })),
      };
    },
    UnmonitorInstances(input) {
      const records = state.instances.requireAll(input.InstanceIds ?? []);
      for (const record of records) record.monitoring = false;
      return {
        InstanceMonitorings: records.map((record) => ({
          InstanceId: record.id,
          Monitoring: { State: 'disabling' as const },
        })),
      };
    },
    DescribeInstanceCreditSpecifications(input) {
      const ids = input.InstanceIds ?? [];
      const records = ids.length > 0 ? state.instances.requireAll(ids) : state.instances.values();
      return {
        InstanceCreditSpecifications: records
          .filter((record) => record.creditSpecification && record.state !== 'terminated')
          .map((record) => ({ InstanceId: record.id, CpuCredits: record.creditSpecification })),
      };
    },
  } satisfies Ec2Operations;
}

type Changes = Omit<ModifyInstanceAttributeCommandInput, 'Attribute' | 'Value'>;

/** The call's older form: the attribute by its name, with a text for its value. */
function fromNamedValue(input: ModifyInstanceAttributeCommandInput): Changes {
  const { Attribute: name, Value: value, ...changes } = input;
  if (!name || value === undefined) return changes;
  const flag = { Value: value === 'true' };
  switch (name) {
    case 'instanceType':
      return { ...changes, InstanceType: { Value: value } };
    case 'userData':
      return { ...changes, UserData: { Value: Buffer.from(value, 'base64') } };
    case 'disableApiTermination':
      return { ...changes, DisableApiTermination: flag };
    case 'disableApiStop':
      return { ...changes, DisableApiStop: flag };
    case 'instanceInitiatedShutdownBehavior':
      return { ...changes, InstanceInitiatedShutdownBehavior: { Value: value } };
    case 'ebsOptimized':
      return { ...changes, EbsOptimized: flag };
    case 'sourceDestCheck':
      return { ...changes, SourceDestCheck: flag };
    default:
      throw new AwsError('InvalidParameterValue', `Value (${name}) for parameter attribute is invalid.`);
  }
}

function modify(state: Ec2State, record: InstanceRecord, input: Changes): void {
  if (input.DisableApiTermination) record.disableApiTermination = input.DisableApiTermination.Value ?? false;
  if (input.DisableApiStop) record.disableApiStop = input.DisableApiStop.Value ?? false;
  if (input.InstanceInitiatedShutdownBehavior) {
    const behavior = input.InstanceInitiatedShutdownBehavior.Value;
    if (behavior !== 'stop' && behavior !== 'terminate') {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${behavior}) for parameter instanceInitiatedShutdownBehavior is invalid. Invalid value.`,
      );
    }
    record.shutdownBehavior = behavior;
  }
  if (input.SourceDestCheck) record.sourceDestCheck = input.SourceDestCheck.Value ?? true;
  if (input.Groups) {
    const nic = state.interfaces.require(record.interfaceIds[0]);
    setGroups(state, nic, input.Groups);
  }
  if (input.InstanceType || input.UserData || input.EbsOptimized) requireStopped(record);
  if (input.InstanceType) record.type = requireCompatibleType(record, input.InstanceType.Value ?? '');
  if (input.UserData) {
    record.userData = checkUserData(Buffer.from(input.UserData.Value ?? []).toString('base64'));
  }
  if (input.EbsOptimized) record.ebsOptimized = input.EbsOptimized.Value ?? false;
  for (const mapping of input.BlockDeviceMappings ?? []) {
    const held = record.volumes.get(mapping.DeviceName ?? '');
    if (!held) {
      throw new AwsError(
        'InvalidInstanceAttributeValue',
        `No device is currently mapped at ${mapping.DeviceName}`,
      );
    }
    if (mapping.Ebs?.DeleteOnTermination !== undefined) {
      held.deleteOnTermination = mapping.Ebs.DeleteOnTermination;
    }
  }
}

function requireStopped(record: InstanceRecord): void {
  if (record.state !== 'stopped') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${record.id}' is not in the 'stopped' state.`,
    );
  }
}

function requireCompatibleType(record: InstanceRecord, name: string): string {
  const type = instanceTypes.get(name);
  if (type?.architecture !== record.architecture) {
    throw new AwsError(
      'InvalidInstanceAttributeValue',
      `Invalid value '${name}' for instanceType; it must be an instance type of the architecture ${record.architecture}`,
    );
  }
  return type.name;
}
