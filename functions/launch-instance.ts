import { LaunchInstanceInput, launchInstance, probeNext } from '../src/image/launch';
import { stage } from '../src/stage';

/** LaunchInstance and TestImage: runs an instance of the build. */
export const handler = stage(LaunchInstanceInput, launchInstance, probeNext);
