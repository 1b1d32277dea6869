import { AwsError } from '../../../../core/aws-error';
import { isServiceCall } from '../../../../core/service-call';
import { makeInstances } from '../../instances/launch/make-instances';
import { planLaunch } from '../../instances/launch/plan';
import type { Lifecycle } from '../../instances/lifecycle';
import { showReservations } from '../../instances/show';
import type { InstanceRecord, StateName } from '../../records/instances';
import { stateCodes } from '../../records/instances';
import { checkDryRun } from '../../requests/dry-run';
import type { Ec2Operations, Ec2State } from '../../state';

/** RunInstances. */
export function runOperations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    RunInstances(input, call) {
      const { DryRun, ...request } = input;
      if (DryRun) {
        planLaunch(state, request, call);
        checkDryRun(input);
      }
      const records = state.tokens.once('RunInstances', request, () => {
        const plan = planLaunch(state, request, call);
        const made = makeInstances(state, plan, call);
        for (const record of made) {
          lifecycle.launch(record, state.context.faults.take('ec2', 'RunInstances', 'lateFailure'));
        }
        return made;
      });
      const [reservation] = showReservations(state, records);
      return reservation ?? {};
    },
  } satisfies Ec2Operations;
}

/** StartInstances, StopInstances, RebootInstances and TerminateInstances: all instances of a call, or none. */
export function powerOperations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    StartInstances(input) {
      const records = state.instances.requireAll(requireIds(input.InstanceIds));
      checkStates(records, ['pending', 'running', 'stopped'], 'started');
      return {
        StartingInstances: changeAll(records, (record) => {
          if (record.state === 'stopped') lifecycle.start(record);
        }),
      };
    },
    StopInstances(input) {
      const records = state.instances.requireAll(requireIds(input.InstanceIds));
      checkStates(records, ['running', 'stopping', 'stopped'], 'stopped');
      checkProtection(records, 'disableApiStop', 'stopped');
      const [first] = records;
      if (input.Hibernate && first) {
        throw new AwsError(
          'UnsupportedHibernationConfiguration',
          `The instance '${first.id}' is not enabled for hibernation.`,
        );
      }
      return {
        StoppingInstances: changeAll(records, (record) => {
          if (record.state === 'running') lifecycle.stop(record);
        }),
      };
    },
    RebootInstances(input) {
      const records = state.instances.requireAll(requireIds(input.InstanceIds));
      checkStates(records, ['running'], 'rebooted');
      for (const record of records) lifecycle.reboot(record);
      return {};
    },
    TerminateInstances(input, call) {
      const records = state.instances.requireAll(requireIds(input.InstanceIds));
      // Termination protection does not keep Auto Scaling from it:
      // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
      if (!isServiceCall(call)) checkProtection(records, 'disableApiTermination', 'terminated');
      return {
        TerminatingInstances: changeAll(records, (record) => {
          if (record.state !== 'terminated' && record.state !== 'shutting-down') lifecycle.terminate(record);
        }),
      };
    },
  } satisfies Ec2Operations;
}

function requireIds(ids: readonly string[] | undefined): readonly string[] {
  if (!ids || ids.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceId');
  }
  return ids;
}

function checkStates(records: readonly InstanceRecord[], allowed: readonly StateName[], verb: string): void {
  const wrong = records.find((record) => !allowed.includes(record.state));
  if (wrong) {
    throw new AwsError(
      'IncorrectInstanceState',
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
    throw new AwsError(
      'OperationNotPermitted',
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
