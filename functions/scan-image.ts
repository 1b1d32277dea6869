import { ScanImageInput, scanImage } from '../src/server/scan/scan';
import { held } from '../src/stage';

/** ScanImage: parks until Amazon Inspector has scanned the server of the image. */
export const handler = held(ScanImageInput, scanImage);
