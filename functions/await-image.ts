import { step } from '../src/lambda';
import { AwaitImageInput, awaitImage } from '../src/wait/await';

/** AwaitImage and AwaitCopy: park until an image is available. */
export const handler = step(AwaitImageInput, awaitImage);
