import type { InstanceStatus, InstanceStatusSummary, SummaryStatus } from '@aws-sdk/client-ec2';
import { instanceTypes, isNitro } from '../../catalogue/instance-types';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { unsupportedOperation } from '../../errors';
import { showReservations, viewInstance } from '../../instances/show';
import { type InstanceRecord, stateCodes } from '../../records/instances';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';

type Status = Exclude<SummaryStatus, 'insufficient-data'>;

const statusFilters: FilterTable<InstanceRecord> = {
  'availability-zone': (record) => record.zone,
  'event.code': () => undefined,
  'instance-state-code': (record) => stateCodes[record.state],
  'instance-state-name': (record) => record.state,
  'instance-status.reachability': (record) => REACHABILITY[statusOf(record)],
  'instance-status.status': (record) => statusOf(record),
  'system-status.reachability': (record) => REACHABILITY[systemStatusOf(record)],
  'system-status.status': (record) => systemStatusOf(record),
};

export const DescribeInstances: Op<'DescribeInstances'> = (ec2, input) => {
  const ids = input.InstanceIds ?? [];
  refuseIdsWithPages('instancesSet', ids, input.MaxResults);
  const records = ids.length > 0 ? ec2.instances.requireAll(ids) : ec2.instances.values();
  const matches = compileFilters(input.Filters, ec2.instanceFilters, (view) => ec2.tags.of(view.record.id));
  const found = records.filter((record) => matches(viewInstance(ec2, record)));
  const page = paginate(found, input, {
    of: 'DescribeInstances',
    idOf: (record) => record.id,
    min: 5,
    max: 1000,
    question: [ids, input.Filters],
  });
  return { Reservations: showReservations(ec2, page.items), NextToken: page.NextToken };
};

export const DescribeInstanceStatus: Op<'DescribeInstanceStatus'> = (ec2, input) => {
  const ids = input.InstanceIds ?? [];
  refuseIdsWithPages('instancesSet', ids, input.MaxResults);
  const records = ids.length > 0 ? ec2.instances.requireAll(ids) : ec2.instances.values();
  const matches = compileFilters(input.Filters, statusFilters, (record) => ec2.tags.of(record.id));
  const found = records.filter(
    (record) => (input.IncludeAllInstances || record.state === 'running') && matches(record),
  );
  const page = paginate(found, input, {
    of: 'DescribeInstanceStatus',
    idOf: (record) => record.id,
    min: 5,
    max: 1000,
    question: [ids, input.Filters, input.IncludeAllInstances],
  });
  return { InstanceStatuses: page.items.map(showStatus), NextToken: page.NextToken };
};

export const GetConsoleOutput: Op<'GetConsoleOutput'> = (ec2, input) => {
  const record = ec2.instances.require(input.InstanceId);
  if (input.Latest && !isNitro(instanceTypes.get(record.type))) {
    throw unsupportedOperation(`This instance type does not support retrieving the latest console logs.`);
  }
  const posted = ec2.lifecycle.console(record, input.Latest ?? false);
  return {
    InstanceId: record.id,
    Timestamp: posted?.at ?? ec2.context.clock.now(),
    ...(posted ? { Output: Buffer.from(posted.text).toString('base64') } : {}),
  };
};

function showStatus(record: InstanceRecord): InstanceStatus {
  return {
    InstanceId: record.id,
    AvailabilityZone: record.zone,
    InstanceState: { Code: stateCodes[record.state], Name: record.state },
    InstanceStatus: summarize(record, statusOf(record)),
    SystemStatus: summarize(record, systemStatusOf(record)),
    Events: [],
  };
}

const REACHABILITY = {
  ok: 'passed',
  impaired: 'failed',
  initializing: 'initializing',
  'not-applicable': undefined,
} as const;

/** An instance that was never reachable is impaired since its launch: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusDetails.html */
function summarize(record: InstanceRecord, status: Status): InstanceStatusSummary {
  const reachability = REACHABILITY[status];
  if (!reachability) return { Status: status };
  const since = status === 'impaired' ? { ImpairedSince: record.launchTime } : {};
  return { Status: status, Details: [{ Name: 'reachability', Status: reachability, ...since }] };
}

function statusOf(record: InstanceRecord): Status {
  return record.state === 'running' ? record.checks : 'not-applicable';
}

/** AWS's own hardware is well, whatever runs on it. */
function systemStatusOf(record: InstanceRecord): Status {
  const status = statusOf(record);
  return status === 'impaired' ? 'ok' : status;
}
