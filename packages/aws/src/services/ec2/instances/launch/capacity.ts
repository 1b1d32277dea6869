import type { AwsError } from '../../../../core/aws-error';
import { invalidParameterCombination, reservationCapacityExceeded, unsupported } from '../../errors';
import type { Inventory } from '../../inventory';
import type { InstanceRecord } from '../../records/instances';
import type { CapacityReservationRecord } from '../../records/placement';
import { availableCapacity, findOpenReservation, matches } from '../capacity';
import type { LaunchRequest } from './request';

/** Whether instances run in a Capacity Reservation, and in which. */
export interface CapacityPlan {
  readonly preference: 'open' | 'none' | 'capacity-reservations-only';
  /** The one that was asked for by its id. */
  readonly target?: CapacityReservationRecord;
}

/** What the instances of a launch are like, as far as reservations are concerned. */
type Instances = Parameters<typeof matches>[1];

/**
 * Reads where a launch is to take its capacity from.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityReservationSpecification.html
 *
 * @throws AwsError ReservationCapacityExceeded for a reservation that is for others or too small; for one that is not there
 */
export function planCapacity(
  ec2: Inventory,
  { CapacityReservationSpecification: given }: LaunchRequest,
  instances: Instances,
  minCount: number,
): CapacityPlan {
  const { CapacityReservationPreference: preference, CapacityReservationTarget: target } = given ?? {};
  if (target?.CapacityReservationResourceGroupArn)
    throw unsupported('Groups of Capacity Reservations are not supported here; name a Capacity Reservation');
  if (target?.CapacityReservationId === undefined) {
    if (preference === 'capacity-reservations-only' && !findOpenReservation(ec2, instances)) throw exceeded();
    return { preference: preference ?? 'open' };
  }
  if (preference !== undefined && preference !== 'capacity-reservations-only') {
    throw invalidParameterCombination(
      `The Capacity Reservation preference '${preference}' cannot be used together with a Capacity Reservation target.`,
    );
  }
  const found = ec2.capacityReservations.require(target.CapacityReservationId);
  if (!matches(found, instances) || availableCapacity(ec2, found) < minCount) throw exceeded();
  return { preference: 'capacity-reservations-only', target: found };
}

/** The reservation that one more instance of a launch runs in. @throws AwsError ReservationCapacityExceeded where there must be one */
export function takeCapacity(
  ec2: Inventory,
  { preference, target }: CapacityPlan,
  instances: Instances,
): string | undefined {
  if (preference === 'none') return undefined;
  if (target && availableCapacity(ec2, target) < 1) throw exceeded();
  const found = target ?? findOpenReservation(ec2, instances);
  if (!found && preference === 'capacity-reservations-only') throw exceeded();
  return found?.CapacityReservationId;
}

/** An instance that starts again takes its capacity anew, as it was launched to. @throws AwsError as `takeCapacity` */
export function retakeCapacity(ec2: Inventory, record: InstanceRecord): void {
  const { preference, target: id } = record.capacityReservation;
  const target = id === undefined ? undefined : ec2.capacityReservations.require(id);
  record.capacityReservation.id = takeCapacity(ec2, { preference, target }, record);
}

function exceeded(): AwsError {
  return reservationCapacityExceeded(
    'The requested reservation does not have sufficient compatible and available capacity for this request.',
  );
}
