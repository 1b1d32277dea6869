import { held } from '../src/stage';
import { AwaitImageInput, awaitImage } from '../src/wait/await';

/** AwaitImage and AwaitCopy: park until an image is available. */
export const handler = held(AwaitImageInput, awaitImage);
