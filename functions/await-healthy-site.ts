import { AwaitHealthySiteInput, awaitHealthySite } from '../src/image/probe';
import { step } from '../src/lambda';

/** AwaitHealthySite: asks the site of an instance whether it answers as it should. Runs in the VPC. */
export const handler = step(AwaitHealthySiteInput, awaitHealthySite);
