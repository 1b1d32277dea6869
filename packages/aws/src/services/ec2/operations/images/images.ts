import { AwsError } from '../../../../core/aws-error';
import { readTagSpecifications } from '../../collections/tags';
import { makeImage } from '../../images/making';
import type { Lifecycle } from '../../instances/lifecycle';
import type { Ec2Operations, Ec2State } from '../../state';
import { copyOperations } from './image-copies';
import { listingOperations } from './image-listing';
import { registrationOperations } from './image-registration';
import { stateOperations } from './image-states';

/** Images: made, copied, registered, described, deprecated, disabled and deregistered. */
export function imageOperations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    CreateImage(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], call);
      const instance = state.instances.require(input.InstanceId);
      if (instance.state !== 'running' && instance.state !== 'stopped') {
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in the 'running' or 'stopped' state; it is ${instance.state}.`,
        );
      }
      return { ImageId: makeImage(state, lifecycle, instance, input, tagsFor).ImageId };
    },
    ...copyOperations(state),
    ...registrationOperations(state),
    ...listingOperations(state),
    ...stateOperations(state),
  } satisfies Ec2Operations;
}
