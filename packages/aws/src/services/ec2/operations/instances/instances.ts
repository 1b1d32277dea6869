import type { InstanceStatus, SummaryStatus } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { instanceTypes } from '../../catalogue/instance-types';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import type { Lifecycle } from '../../instances/lifecycle';
import { showReservations, viewInstance } from '../../instances/show';
import { type InstanceRecord, stateCodes } from '../../records/instances';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Ec2Operations, Ec2State } from '../../state';

type Status = Exclude<SummaryStatus, 'impaired' | 'insufficient-data'>;

const statusFilters: FilterTable<InstanceRecord> = {
  'availability-zone': (record) => record.zone,
  'event.code': () => undefined,
  'instance-state-code': (record) => stateCodes[record.state],
  'instance-state-name': (record) => record.state,
  'instance-status.reachability': (record) => reachabilityOf(record),
  'instance-status.status': (record) => statusOf(record),
  'system-status.reachability': (record) => reachabilityOf(record),
  'system-status.status': (record) => statusOf(record),
};

/** DescribeInstances, DescribeInstanceStatus and GetConsoleOutput. */
export function describeOperations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    DescribeInstances(input) {
      const ids = input.InstanceIds ?? [];
      refuseIdsWithPages('instancesSet', ids, input.MaxResults);
      const records = ids.length > 0 ? state.instances.requireAll(ids) : state.instances.values();
      const matches = compileFilters(input.Filters, state.instanceFilters, (view) =>
        state.tags.of(view.record.id),
      );
      const found = records.filter((record) => matches(viewInstance(state, record)));
      const page = paginate(found, (record) => record.id, input, { min: 5, max: 1000 }, [ids, input.Filters]);
      return { Reservations: showReservations(state, page.items), NextToken: page.NextToken };
    },
    DescribeInstanceStatus(input) {
      const ids = input.InstanceIds ?? [];
      refuseIdsWithPages('instancesSet', ids, input.MaxResults);
      const records = ids.length > 0 ? state.instances.requireAll(ids) : state.instances.values();
      const matches = compileFilters(input.Filters, statusFilters, (record) => state.tags.of(record.id));
      const found = records.filter(
        (record) => (input.IncludeAllInstances || record.state === 'running') && matches(record),
      );
      const page = paginate(found, (record) => record.id, input, { min: 5, max: 1000 }, [
        ids,
        input.Filters,
        input.IncludeAllInstances,
      ]);
      return { InstanceStatuses: page.items.map(showStatus), NextToken: page.NextToken };
    },
    GetConsoleOutput(input) {
      const record = state.instances.require(input.InstanceId);
      if (input.Latest && !instanceTypes.get(record.type)?.nitro) {
        throw new AwsError(
          'UnsupportedOperation',
          `This instance type does not support retrieving the latest console logs.`,
        );
      }
      const posted = lifecycle.console(record, input.Latest ?? false);
      return {
        InstanceId: record.id,
        Timestamp: posted?.at ?? state.context.clock.now(),
        ...(posted ? { Output: Buffer.from(posted.text).toString('base64') } : {}),
      };
    },
  } satisfies Ec2Operations;
}

function showStatus(record: InstanceRecord): InstanceStatus {
  const reachability = reachabilityOf(record);
  const status = {
    Status: statusOf(record),
    ...(reachability ? { Details: [{ Name: 'reachability' as const, Status: reachability }] } : {}),
  };
  return {
    InstanceId: record.id,
    AvailabilityZone: record.zone,
    InstanceState: { Code: stateCodes[record.state], Name: record.state },
    InstanceStatus: status,
    SystemStatus: status,
    Events: [],
  };
}

function statusOf(record: InstanceRecord): Status {
  if (record.state !== 'running') return 'not-applicable';
  return record.checksPassed ? 'ok' : 'initializing';
}

function reachabilityOf(record: InstanceRecord): 'passed' | 'initializing' | undefined {
  if (record.state !== 'running') return undefined;
  return record.checksPassed ? 'passed' : 'initializing';
}
