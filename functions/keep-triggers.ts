import { KeepInput, keepInTime } from '../src/build/unattended/clockwork/stack';
import { step } from '../src/lambda';

/**
 * A custom resource of the stack: with it schedules and rules of pipelines come, change and go. Each night it makes good what somebody has
 * changed of them by hand.
 */
export const handler = step(KeepInput, keepInTime);
