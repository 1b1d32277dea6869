import { requestTriggeredBuild, TriggerInput } from '../src/build/unattended/triggers';
import { step } from '../src/lambda';

/** On a schedule or an event of a pipeline: requests a build. */
export const handler = step(TriggerInput, requestTriggeredBuild);
