import { isServiceCall } from '../../../../core/service-call';
import { instanceTypes } from '../../catalogue/instance-types';
import {
  incorrectInstanceState,
  mustContain,
  operationNotPermitted,
  unsupportedHibernationConfiguration,
  unsupportedOperation,
} from '../../errors';
import { retakeCapacity } from '../../instances/launch/capacity';
import { fitIntoQuota } from '../../instances/launch/vcpus';
import type { InstanceRecord, StateName } from '../../records/instances';
import { stateCodes } from '../../records/instances';
import type { Op } from '../../state';

export const StartInstances: Op<'StartInstances'> = (ec2, input) => {
  const records = ec2.instances.requireAll(requireIds(input.InstanceIds));
  checkStates(records, ['pending', 'running', 'stopped'], 'started');
  const stopped = records.filter(({ state }) => state === 'stopped');
  for (const name of new Set(stopped.map(({ type }) => type))) {
    const type = instanceTypes.get(name);
    const count = stopped.filter((one) => one.type === name).length;
    if (type) fitIntoQuota(ec2, type, count, count);
  }
  return {
    StartingInstances: changeAll(records, (record) => {
      if (record.state !== 'stopped') return;
      retakeCapacity(ec2, record);
      ec2.lifecycle.start(record);
    }),
  };
};

export const StopInstances: Op<'StopInstances'> = (ec2, input) => {
  const records = ec2.instances.requireAll(requireIds(input.InstanceIds));
  checkStates(records, ['running', 'stopping', 'stopped'], 'stopped');
  checkProtection(records, 'disableApiStop', 'stopped');
  const spot = records.find(({ spotRequestId }) => spotRequestId);
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/stop-spot-instances.html
  if (spot) {
    throw unsupportedOperation(
      `You can't stop the Spot Instance '${spot.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    );
  }
  const [first] = records;
  if (input.Hibernate && first) {
    throw unsupportedHibernationConfiguration(`The instance '${first.id}' is not enabled for hibernation.`);
  }
  return {
    StoppingInstances: changeAll(records, (record) => {
      if (record.state === 'running') ec2.lifecycle.stop(record);
    }),
  };
};

export const RebootInstances: Op<'RebootInstances'> = (ec2, input) => {
  const records = ec2.instances.requireAll(requireIds(input.InstanceIds));
  checkStates(records, ['running'], 'rebooted');
  for (const record of records) ec2.lifecycle.reboot(record);
  return {};
};

export const TerminateInstances: Op<'TerminateInstances'> = (ec2, input, call) => {
  const records = ec2.instances.requireAll(requireIds(input.InstanceIds));
  // Termination protection does not keep Auto Scaling from it:
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
  if (!isServiceCall(call)) checkProtection(records, 'disableApiTermination', 'terminated');
  return {
    TerminatingInstances: changeAll(records, (record) => {
      if (record.state !== 'terminated' && record.state !== 'shutting-down') ec2.lifecycle.terminate(record);
    }),
  };
};

function requireIds(ids: readonly string[] | undefined): readonly string[] {
  if (!ids || ids.length === 0) {
    throw mustContain('InstanceId');
  }
  return ids;
}

function checkStates(records: readonly InstanceRecord[], allowed: readonly StateName[], verb: string): void {
  const wrong = records.find((record) => !allowed.includes(record.state));
  if (wrong) {
    throw incorrectInstanceState(
      `The instance '${wrong.id}' is not in a state from which it can be ${verb}.`,
    );
  }
}

function checkProtection(
  records: readonly InstanceRecord[],
  attribute: 'disableApiTermination' | 'disableApiStop',
  verb: string,
): void {
  const protectedOne = records.find((record) => record[attribute] && record.state !== 'terminated');
  if (protectedOne) {
    throw operationNotPermitted(
      `The instance '${protectedOne.id}' may not be ${verb}. Modify its '${attribute}' instance attribute and try again.`,
    );
  }
}

function changeAll(records: readonly InstanceRecord[], change: (record: InstanceRecord) => void) {
  return records.map((record) => {
    const PreviousState = showState(record);
    change(record);
    return { InstanceId: record.id, PreviousState, CurrentState: showState(record) };
  });
}

function showState(record: InstanceRecord) {
  return { Code: stateCodes[record.state], Name: record.state };
}
