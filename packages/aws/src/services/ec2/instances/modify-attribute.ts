import type {
  InstanceBlockDeviceMappingSpecification,
  ModifyInstanceAttributeCommandInput,
  ShutdownBehavior,
} from '@aws-sdk/client-ec2';
import { instanceTypes } from '../catalogue/instance-types';
import {
  incorrectInstanceState,
  invalidInstanceAttributeValue,
  invalidParameterCombination,
  invalidParameterValue,
} from '../errors';
import type { Inventory } from '../inventory';
import { setGroups, setSourceDestCheck } from '../network/interfaces';
import type { InstanceRecord } from '../records/instances';
import { checkUserData } from './user-data';

type Changes = Omit<ModifyInstanceAttributeCommandInput, 'Attribute' | 'Value'>;

/** The call's older form: the attribute by its name, with a text for its value. */
function fromNamedValue(input: ModifyInstanceAttributeCommandInput): Changes {
  const { Attribute: name, Value: value, ...changes } = input;
  if (!name || value === undefined) return changes;
  const flag = { Value: value.toLowerCase() === 'true' };
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
      throw invalidParameterValue(`Value (${name}) for parameter attribute is invalid.`);
  }
}

/** The attributes that a call may change, one at a time, by the name that EC2's messages have for them. */
const modifiable = {
  instanceType: 'InstanceType',
  userData: 'UserData',
  disableApiTermination: 'DisableApiTermination',
  disableApiStop: 'DisableApiStop',
  instanceInitiatedShutdownBehavior: 'InstanceInitiatedShutdownBehavior',
  blockDeviceMapping: 'BlockDeviceMappings',
  sourceDestCheck: 'SourceDestCheck',
  groupSet: 'Groups',
  ebsOptimized: 'EbsOptimized',
  enaSupport: 'EnaSupport',
  sriovNetSupport: 'SriovNetSupport',
  kernel: 'Kernel',
  ramdisk: 'Ramdisk',
} as const satisfies Record<string, keyof Changes>;

type Attribute = keyof typeof modifiable;

/** Those that an instance must be stopped for. */
const ofStopped: ReadonlySet<Attribute> = new Set([
  'instanceType',
  'userData',
  'ebsOptimized',
  'enaSupport',
  'sriovNetSupport',
  'kernel',
  'ramdisk',
]);

/**
 * The one attribute that the call changes.
 * @throws AwsError InvalidParameterCombination for none or several
 */
function attributeOf(input: Changes): Attribute {
  const given = (Object.keys(modifiable) as Attribute[]).filter(
    (name) => input[modifiable[name]] !== undefined,
  );
  const [only] = given;
  if (!only) throw invalidParameterCombination('No attributes specified.');
  if (given.length > 1) {
    throw invalidParameterCombination(`Fields for multiple attribute types specified: ${given.join(', ')}`);
  }
  return only;
}

/**
 * Changes the one attribute of an instance that the call names.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
 *
 * @throws AwsError for none or several attributes, a state that forbids it, and a value that is not valid
 */
export function modifyAttribute(
  ec2: Inventory,
  record: InstanceRecord,
  call: ModifyInstanceAttributeCommandInput,
): void {
  const input = fromNamedValue(call);
  const attribute = attributeOf(input);
  if (ofStopped.has(attribute)) requireStopped(record);
  switch (attribute) {
    case 'instanceType':
      record.type = requireCompatibleType(record, input.InstanceType?.Value ?? '');
      break;
    case 'userData':
      record.userData = checkUserData(Buffer.from(input.UserData?.Value ?? []).toString('base64'));
      break;
    case 'disableApiTermination':
      record.disableApiTermination = input.DisableApiTermination?.Value ?? false;
      break;
    case 'disableApiStop':
      record.disableApiStop = input.DisableApiStop?.Value ?? false;
      break;
    case 'instanceInitiatedShutdownBehavior':
      record.shutdownBehavior = readShutdownBehavior(input.InstanceInitiatedShutdownBehavior?.Value);
      break;
    case 'blockDeviceMapping':
      changeDevices(ec2, record, input.BlockDeviceMappings ?? []);
      break;
    case 'sourceDestCheck':
      setSourceDestCheck(
        ec2,
        ec2.interfaces.require(record.interfaceIds[0]),
        input.SourceDestCheck?.Value ?? true,
      );
      break;
    case 'groupSet':
      setGroups(ec2, ec2.interfaces.require(record.interfaceIds[0]), input.Groups ?? []);
      break;
    case 'ebsOptimized':
      record.ebsOptimized = input.EbsOptimized?.Value ?? false;
      break;
    // All images here have enhanced networking and their own kernel: there is nothing to change.
    case 'enaSupport':
    case 'sriovNetSupport':
    case 'kernel':
    case 'ramdisk':
      break;
  }
}

function readShutdownBehavior(behavior: string | undefined): ShutdownBehavior {
  if (behavior === 'stop' || behavior === 'terminate') return behavior;
  throw invalidParameterValue(
    `Value (${behavior}) for parameter instanceInitiatedShutdownBehavior is invalid. Invalid value.`,
  );
}

function changeDevices(
  ec2: Inventory,
  record: InstanceRecord,
  mappings: readonly InstanceBlockDeviceMappingSpecification[],
): void {
  const changes = mappings.map(({ DeviceName = '', Ebs }) => {
    const held = record.volumes.get(DeviceName);
    if (!held) {
      throw invalidInstanceAttributeValue(`No device is currently mapped at ${DeviceName}`);
    }
    return { held, deleteOnTermination: Ebs?.DeleteOnTermination ?? held.deleteOnTermination };
  });
  for (const { held, deleteOnTermination } of changes) {
    held.deleteOnTermination = deleteOnTermination;
    for (const attachment of ec2.volumes.find(held.volumeId)?.Attachments ?? []) {
      attachment.DeleteOnTermination = deleteOnTermination;
    }
  }
}

function requireStopped(record: InstanceRecord): void {
  if (record.state !== 'stopped') {
    throw incorrectInstanceState(`The instance '${record.id}' is not in the 'stopped' state.`);
  }
}

function requireCompatibleType(record: InstanceRecord, name: string): string {
  const type = instanceTypes.get(name);
  if (!type?.architectures.some((one) => one === record.architecture)) {
    throw invalidInstanceAttributeValue(
      `Invalid value '${name}' for instanceType; it must be an instance type of the architecture ${record.architecture}`,
    );
  }
  return type.name;
}
