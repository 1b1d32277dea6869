import type { CapacityReservation, PlacementGroup } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A placement group, by its id. */
export type PlacementGroupRecord = Has<
  PlacementGroup,
  'GroupId' | 'GroupName' | 'GroupArn' | 'Strategy' | 'State'
>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePlacementGroups.html */
export const placementGroupFilters: FilterTable<PlacementGroupRecord> = {
  'group-arn': (group) => group.GroupArn,
  'group-name': (group) => group.GroupName,
  'spread-level': (group) => group.SpreadLevel,
  state: (group) => group.State,
  strategy: (group) => group.Strategy,
};

/** A Capacity Reservation. Its state depends on the time, and what of it is free on instances (`instances/capacity.ts`). */
export type CapacityReservationRecord = Has<
  Omit<CapacityReservation, 'State' | 'AvailableInstanceCount' | 'Tags'>,
  | 'CapacityReservationId'
  | 'InstanceType'
  | 'InstancePlatform'
  | 'AvailabilityZone'
  | 'Tenancy'
  | 'TotalInstanceCount'
  | 'InstanceMatchCriteria'
  | 'EndDateType'
> & { cancelled: boolean };

/** What state a Capacity Reservation is in at a time. */
export function reservationState(
  { cancelled, EndDate }: CapacityReservationRecord,
  now: Date,
): 'active' | 'cancelled' | 'expired' {
  if (cancelled) return 'cancelled';
  return EndDate !== undefined && EndDate <= now ? 'expired' : 'active';
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCapacityReservations.html */
export const capacityReservationFilters = (
  stateOf: (reservation: CapacityReservationRecord) => string,
): FilterTable<CapacityReservationRecord> => ({
  'availability-zone': (one) => one.AvailabilityZone,
  'availability-zone-id': (one) => one.AvailabilityZoneId,
  'end-date': (one) => one.EndDate,
  'end-date-type': (one) => one.EndDateType,
  'instance-match-criteria': (one) => one.InstanceMatchCriteria,
  'instance-platform': (one) => one.InstancePlatform,
  'instance-type': (one) => one.InstanceType,
  'outpost-arn': (one) => one.OutpostArn,
  'owner-id': (one) => one.OwnerId,
  'placement-group-arn': (one) => one.PlacementGroupArn,
  'start-date': (one) => one.StartDate,
  state: stateOf,
  tenancy: (one) => one.Tenancy,
});
