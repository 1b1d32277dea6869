import * as z from 'zod';
import { type Scanned, updateRecord } from '../../build/record';
import { BuildState, Plan, type Scan } from '../../build/state';
import { ImageScanFailed } from '../../errors';
import { logger } from '../../log';
import { awaitScan } from '../../wait/await';
import { findingsKey } from '../packages/keys';
import { findImageScan, findVulnerabilities } from './findings';
import { countSeverities, describeRefused, findRefused, findWorst, listRefused } from './judge';
import { EndedScan, findDoubt } from './look';
import { findScanChanges, keepFindings } from './record';

const Test = z.object({ instance: z.object({ instanceId: z.string() }) });

export const ScanImageInput = BuildState.extend({ plan: Plan, test: Test, token: z.string() });

/** Parks until Amazon Inspector has scanned the server that was booted from the image. */
export async function scanImage({
  build,
  stage,
  plan,
  test,
  token,
}: z.infer<typeof ScanImageInput>): Promise<void> {
  const { within } = wanted(plan);
  await awaitScan({ build, stage, token }, test.instance.instanceId, within);
}

export const CheckScanInput = BuildState.extend({
  plan: Plan,
  test: Test,
  image: z.object({ id: z.string() }),
  ended: EndedScan,
});

/**
 * Judges what was found on an image. An answer that is missing is no pass.
 *
 * @throws ImageScanFailed if there is worse than the pipeline allows, or nobody knows; unless it says `onFail: warn`
 */
export async function checkScan({
  build,
  plan,
  test,
  image,
  ended,
}: z.infer<typeof CheckScanInput>): Promise<void> {
  const scan = wanted(plan);
  const { scanned, problem } =
    'missing' in ended
      ? { scanned: { outcome: 'missing' as const, why: ended.missing }, problem: ended.missing }
      : await judge(build.id, scan, test.instance.instanceId, image.id, ended.scannedAt);
  const isIgnored = problem !== undefined && scan.onFail === 'warn';
  await updateRecord(build.id, { scanned: { ...scanned, ...(isIgnored && { ignored: true }) } });
  if (problem === undefined) return;
  if (!isIgnored) throw new ImageScanFailed(problem);
  logger.warn('the scan of the image is no pass, and the pipeline goes on', { problem });
}

async function judge(
  build: string,
  scan: Scan,
  instanceId: string,
  imageId: string,
  scannedAt: number,
): Promise<{ scanned: Scanned; problem: string | undefined }> {
  const [found, ofImage] = await Promise.all([findVulnerabilities(instanceId), findImageScan(imageId)]);
  const refused = findRefused(found, scan);
  const worst = findWorst(ofImage, scan);
  const isRefused = refused.length > 0 || worst !== undefined;
  // Nothing found says only of a server that is still scanned that nothing is there.
  const doubt = isRefused ? undefined : await findDoubt(instanceId);
  if (doubt) return { scanned: { outcome: 'missing', why: doubt }, problem: doubt };
  const changes = await findScanChanges(build, found);
  const scanned: Scanned = {
    outcome: isRefused ? 'failed' : 'passed',
    scannedAt: new Date(scannedAt).toISOString(),
    counts: countSeverities(found),
    ...(ofImage?.worst && { worstByEc2: ofImage.worst }),
    ...(refused.length > 0 && { refused: listRefused(refused) }),
    key: findingsKey(build),
    ...(changes && { changes }),
  };
  // First the record: a build that ends between the two leaves nothing that nobody knows of.
  await updateRecord(build, { scanned: { ...scanned, outcome: 'missing', why: 'It was not judged.' } });
  await keepFindings(build, found);
  return { scanned, problem: isRefused ? describeRefused(refused, worst, scan) : undefined };
}

function wanted({ image: { scan } }: Plan): Scan {
  if (!scan) throw new Error('The plan has no scan, and the state machine asked for one.');
  return scan;
}
