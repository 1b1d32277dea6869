import { held } from '../src/stage';
import { AwaitFleetInput, awaitFleet } from '../src/wait/await';

/** AwaitFleet: parks until AWS sees every server on the new version and healthy. */
export const handler = held(AwaitFleetInput, awaitFleet);
