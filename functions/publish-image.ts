import { PublishImageInput, publishImage } from '../src/image/distribute';
import { stage } from '../src/stage';

/** PublishImage: deprecation date and copies of an image that passed its test. */
export const handler = stage(PublishImageInput, publishImage);
