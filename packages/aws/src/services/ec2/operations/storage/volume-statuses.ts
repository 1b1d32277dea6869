import type { VolumeStatusItem } from '@aws-sdk/client-ec2';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import type { VolumeRecord } from '../../records/storage';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';

/** What is checked of a volume: nothing ever impairs one here. https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-checks.html */
const CHECKS = [
  { Name: 'io-enabled', Status: 'passed' },
  { Name: 'io-performance', Status: 'not-applicable' },
] as const;

/** Actions and events are listed because they can be asked for: there are none. */
const statusFilters: FilterTable<VolumeRecord> = {
  'action.code': () => [],
  'action.description': () => [],
  'action.event-id': () => [],
  'availability-zone': (volume) => volume.AvailabilityZone,
  'event.description': () => [],
  'event.event-id': () => [],
  'event.event-type': () => [],
  'event.not-after': () => [],
  'event.not-before': () => [],
  'volume-status.details-name': () => CHECKS.map(({ Name }) => Name),
  'volume-status.details-status': () => CHECKS.map(({ Status }) => Status),
  'volume-status.status': () => 'ok',
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumeStatus.html */
export const DescribeVolumeStatus: Op<'DescribeVolumeStatus'> = (ec2, input) => {
  const ids = input.VolumeIds ?? [];
  refuseIdsWithPages('volumeSet', ids, input.MaxResults);
  const matches = compileFilters(input.Filters, statusFilters);
  const found = (ids.length > 0 ? ec2.volumes.requireAll(ids) : ec2.volumes.values()).filter(matches);
  const page = paginate(found, input, {
    of: 'DescribeVolumeStatus',
    idOf: ({ VolumeId }) => VolumeId,
    min: 5,
    max: 1000,
    question: [ids, input.Filters],
  });
  return { VolumeStatuses: page.items.map(showStatus), NextToken: page.NextToken };
};

function showStatus(volume: VolumeRecord): VolumeStatusItem {
  return {
    VolumeId: volume.VolumeId,
    AvailabilityZone: volume.AvailabilityZone,
    AvailabilityZoneId: volume.AvailabilityZoneId,
    VolumeStatus: { Status: 'ok', Details: [...CHECKS] },
    Actions: [],
    Events: [],
    AttachmentStatuses: volume.Attachments.map(({ InstanceId }) => ({
      InstanceId,
      IoPerformance: 'not-applicable',
    })),
  };
}
