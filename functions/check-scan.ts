import { CheckScanInput, checkScan } from '../src/server/scan/scan';
import { stage } from '../src/stage';

/** CheckScan: how bad what was found on the image is. */
export const handler = stage(CheckScanInput, checkScan);
