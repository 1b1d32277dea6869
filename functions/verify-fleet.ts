import { VerifyFleetInput, verifyFleet } from '../src/rollout/verify';
import { stage } from '../src/stage';

/** VerifyFleet: after its servers have answered for the site, the fleet is looked at once more. */
export const handler = stage(VerifyFleetInput, verifyFleet);
