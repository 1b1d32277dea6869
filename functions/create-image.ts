import { CreateImageInput, createImage } from '../src/image/create';
import { stage } from '../src/stage';

/** CreateImage: the healthy base instance becomes an AMI. */
export const handler = stage(CreateImageInput, createImage);
