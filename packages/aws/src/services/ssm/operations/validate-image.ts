import { clientOf } from '../../../core/client';
import { durations } from '../../../core/durations';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import type { ParameterVersion, StoredParameter } from '../parameter';
import type { SsmState } from '../state';

type Ec2 = typeof import('@aws-sdk/client-ec2');

/** The data type of parameters that hold the id of an image. */
export const IMAGE_TYPE = 'aws:ec2:image';

/**
 * Looks, with the rights of who writes a parameter, whether it holds an image that is there, some time after that was answered. Only then
 * is it written; where there is none, or its writer may not describe images, only an event tells of it.
 *
 * @param parameter as it would be, without the version
 * @param write is called if all is well
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
 */
export async function validateImage(
  ssm: SsmState,
  parameter: StoredParameter,
  version: ParameterVersion,
  call: Call,
  write: () => void,
): Promise<void> {
  const { name } = parameter;
  ssm.validating.add(name);
  try {
    await ssm.context.clock.sleep(durations.imageParameterValidated.seconds);
    if (await isAvailable(ssm, version.value, call)) write();
    else
      ssm.announce(parameter, version, parameter.versions.length > 0 ? 'Update' : 'Create', {
        dataType: IMAGE_TYPE,
        exception: 'Unable to Describe Resource',
      });
  } finally {
    ssm.validating.delete(name);
  }
}

async function isAvailable(ssm: SsmState, imageId: string, call: Call): Promise<boolean> {
  const ec2 = clientOf<Ec2>(ssm.context, 'ec2', () => forwarded(call, 'ssm.amazonaws.com'));
  try {
    const { Images = [] } = await ec2.DescribeImages({ ImageIds: [imageId] });
    return Images[0]?.State === 'available';
  } catch {
    return false;
  }
}
