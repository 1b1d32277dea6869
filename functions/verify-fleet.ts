import { held } from '../src/stage';
import { VerifyFleetInput, verifyFleet } from '../src/wait/await';

/** VerifyFleet: parks until every server runs the new version and is healthy. */
export const handler = held(VerifyFleetInput, verifyFleet);
