import { familyOf, type InstanceTypeFacts, instanceTypes } from '../../catalogue/instance-types';
import { invalidParameterCombination, invalidParameterValue } from '../../errors';
import type { ImageRecord } from '../../records/storage';
import type { LaunchRequest } from './request';

const DEFAULT_TYPE = 'm1.small';

/** @throws AwsError for a type that is not there, or that the image does not run on */
export function requireType(name: string | undefined, image: ImageRecord): InstanceTypeFacts {
  if (name === undefined) {
    // The default type is one of before HVM, which no image of today boots on.
    throw invalidParameterCombination(
      `Non-Windows instances with a virtualization type of '${image.VirtualizationType}' are currently not supported for this instance type : ${DEFAULT_TYPE}`,
    );
  }
  const type = instanceTypes.get(name);
  if (!type) {
    throw invalidParameterValue(`Invalid value '${name}' for InstanceType.`);
  }
  if (!type.architectures.some((one) => one === image.Architecture)) {
    throw invalidParameterValue(
      `The architecture '${type.architectures.join(',')}' of the specified instance type does not match the architecture '${image.Architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  if (type.ena === 'required' && !image.EnaSupport) {
    throw invalidParameterCombination(
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.name}' instance type. Ensure that you are using an AMI that is enabled for ENA.`,
    );
  }
  return type;
}

/** How CPU credits are spent; undefined for a type that earns none. */
export function readCredits(request: LaunchRequest, type: InstanceTypeFacts): string | undefined {
  const given = request.CreditSpecification?.CpuCredits;
  if (given !== undefined && given !== 'standard' && given !== 'unlimited') {
    throw invalidParameterValue(
      `Value (${given}) for parameter CpuCredits is invalid. Valid values are 'standard' and 'unlimited'.`,
    );
  }
  if (!type.burstable) return undefined;
  return given ?? (familyOf(type) === 't2' ? 'standard' : 'unlimited');
}
