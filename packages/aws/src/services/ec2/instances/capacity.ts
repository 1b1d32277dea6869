import type { CapacityReservation } from '@aws-sdk/client-ec2';
import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';
import { type CapacityReservationRecord, reservationState } from '../records/placement';

/** What is stopped, or ends, has given its place back. */
const IN_PLACE: readonly string[] = ['pending', 'running'];

/** What an instance must be to run in a reservation. */
interface Attributes {
  readonly type: string;
  readonly platformDetails: string;
  readonly zone: string;
  readonly tenancy: string;
}

/** How many more instances a Capacity Reservation has room for. */
export function availableCapacity(ec2: Inventory, reservation: CapacityReservationRecord): number {
  if (reservationState(reservation, ec2.context.clock.now()) !== 'active') return 0;
  return reservation.TotalInstanceCount - instancesIn(ec2, reservation).length;
}

/** The instances that run in a Capacity Reservation. */
function instancesIn(
  ec2: Inventory,
  { CapacityReservationId: id }: CapacityReservationRecord,
): InstanceRecord[] {
  return ec2.instances
    .values()
    .filter((one) => one.capacityReservation?.id === id && IN_PLACE.includes(one.state));
}

/** A Capacity Reservation as the API shows it. */
export function showReservation(ec2: Inventory, reservation: CapacityReservationRecord): CapacityReservation {
  const { cancelled: _, ...shown } = reservation;
  return {
    ...shown,
    State: reservationState(reservation, ec2.context.clock.now()),
    AvailableInstanceCount: availableCapacity(ec2, reservation),
    ...ec2.capacityReservations.tagsOf(reservation.CapacityReservationId),
  };
}

/**
 * Whether an instance may run in a reservation: only one of its type, platform, zone and tenancy.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html
 */
export function matches(reservation: CapacityReservationRecord, of: Attributes): boolean {
  return (
    reservation.InstanceType === of.type &&
    reservation.InstancePlatform === of.platformDetails &&
    reservation.AvailabilityZone === of.zone &&
    reservation.Tenancy === of.tenancy
  );
}

/** The oldest open reservation with room for such an instance. */
export function findOpenReservation(ec2: Inventory, of: Attributes): CapacityReservationRecord | undefined {
  return ec2.capacityReservations
    .values()
    .find(
      (one) => one.InstanceMatchCriteria === 'open' && matches(one, of) && availableCapacity(ec2, one) > 0,
    );
}
