import type { CreateCapacityReservationRequest } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../../core/ids';
import { instanceTypes } from '../../catalogue/instance-types';
import { zonesOf } from '../../catalogue/regions';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  incorrectState,
  invalidInstanceType,
  invalidParameterCombination,
  invalidParameterValue,
  mustContain,
  unsupported,
} from '../../errors';
import { showReservation } from '../../instances/capacity';
import { fitIntoQuota } from '../../instances/launch/vcpus';
import type { Inventory } from '../../inventory';
import { reservationState } from '../../records/placement';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';

export const CreateCapacityReservation: Op<'CreateCapacityReservation'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['capacity-reservation'], call);
  const { InstanceType, InstancePlatform, InstanceCount: count, EndDate } = input;
  if (!InstanceType || !InstancePlatform || count === undefined)
    throw mustContain('InstanceType, InstancePlatform and InstanceCount');
  const type = instanceTypes.get(InstanceType);
  if (!type) throw invalidInstanceType(`Invalid instance type: ${InstanceType}`);
  if (count < 1)
    throw invalidParameterValue(
      `Value (${count}) for parameter instanceCount is invalid. Minimum value is 1.`,
    );
  refuseUnsupported(input);
  const zone = readZone(ec2, input);
  const EndDateType = readEnd(ec2, input);
  return ec2.tokens.once('CreateCapacityReservation', input, () => {
    fitIntoQuota(ec2, type, count, count);
    const CapacityReservationId = resourceId('cr');
    const now = ec2.context.clock.now();
    const made = ec2.capacityReservations.add(CapacityReservationId, {
      ...{ CapacityReservationId, InstanceType, InstancePlatform, EndDateType, EndDate },
      CapacityReservationArn: ec2.arn(`capacity-reservation/${CapacityReservationId}`),
      OwnerId: ec2.owner,
      AvailabilityZone: zone.name,
      AvailabilityZoneId: zone.id,
      Tenancy: input.Tenancy ?? 'default',
      TotalInstanceCount: count,
      EbsOptimized: input.EbsOptimized ?? false,
      EphemeralStorage: input.EphemeralStorage ?? false,
      InstanceMatchCriteria: input.InstanceMatchCriteria ?? 'open',
      ReservationType: 'default',
      CreateDate: now,
      StartDate: now,
      cancelled: false,
    });
    ec2.tags.add(CapacityReservationId, tagsFor('capacity-reservation'));
    return { CapacityReservation: showReservation(ec2, made) };
  });
};

export const DescribeCapacityReservations: Op<'DescribeCapacityReservations'> = (ec2, input) => {
  const { CapacityReservationIds: ids } = input;
  refuseIdsWithPages('capacityReservationIdSet', ids, input.MaxResults);
  const { items, NextToken } = ec2.capacityReservations.describe(input, ids, { min: 1, max: 1000 });
  const CapacityReservations = items.map(({ CapacityReservationId: id }) =>
    showReservation(ec2, ec2.capacityReservations.require(id)),
  );
  return { CapacityReservations, NextToken };
};

/** Instances that run in it go on, as On-Demand Instances. */
export const CancelCapacityReservation: Op<'CancelCapacityReservation'> = (ec2, input) => {
  const found = ec2.capacityReservations.require(input.CapacityReservationId);
  const state = reservationState(found, ec2.context.clock.now());
  if (state !== 'active') {
    throw incorrectState(`The Capacity Reservation '${found.CapacityReservationId}' is ${state}.`);
  }
  found.cancelled = true;
  return { Return: true };
};

function readZone(ec2: Inventory, input: CreateCapacityReservationRequest) {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  if (!name && !id) throw mustContain('AvailabilityZone');
  const found = zonesOf(ec2.context.region).find((one) => one.name === name || one.id === id);
  if (!found) throw invalidParameterValue(`Invalid availability zone: [${name ?? id}]`);
  return found;
}

function readEnd(ec2: Inventory, { EndDate, EndDateType }: CreateCapacityReservationRequest) {
  const type = EndDateType ?? (EndDate ? 'limited' : 'unlimited');
  if ((type === 'limited') !== (EndDate !== undefined))
    throw invalidParameterCombination('An end date is given with the end date type limited, and only then.');
  if (EndDate && EndDate <= ec2.context.clock.now())
    throw invalidParameterValue('The end date must be in the future.');
  return type;
}

function refuseUnsupported(input: CreateCapacityReservationRequest): void {
  if (input.StartDate || input.CommitmentDuration || input.DeliveryPreference)
    throw unsupported('Capacity Reservations of a later date are not supported here');
  if (input.OutpostArn || input.PlacementGroupArn)
    throw unsupported(
      'Capacity Reservations of Outposts and cluster placement groups are not supported here',
    );
}
