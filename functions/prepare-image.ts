import { PrepareImageInput, prepareImage } from '../src/server/prepare/prepare';
import { held } from '../src/stage';

/** PrepareImage: sends the base instance what prepares it, and parks until that has ended. */
export const handler = held(PrepareImageInput, prepareImage);
