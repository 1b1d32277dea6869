import { step } from '../src/lambda';
import { VerifyFleetInput, verifyFleet } from '../src/wait/await';

/** VerifyFleet: parks until every server runs the new version and is healthy. */
export const handler = step(VerifyFleetInput, verifyFleet);
