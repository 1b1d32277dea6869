import {
  type CoverageFilterCriteria,
  type CoveredResource,
  paginateListCoverage,
} from '@aws-sdk/client-inspector2';
import * as z from 'zod';
import { inspector } from '../../aws/inspector';
import { lookAtEach, type Seen } from '../../wait/look';
import type { Outcome, Said, Wait } from '../../wait/wait';
import { findLoss } from '../command/look';

/** How the scan of a server ended: it was scanned, or why not. */
export const EndedScan = z.union([
  z.object({
    /** Milliseconds since 1970. */
    scannedAt: z.number(),
  }),
  z.object({ missing: z.string() }),
]);
export type EndedScan = z.infer<typeof EndedScan>;

/** Inspector may say that it has scanned before it lists all that it has found. Milliseconds. */
const LISTED_WITHIN = 60_000;

/** What no waiting changes. https://docs.aws.amazon.com/inspector/v2/APIReference/API_ScanStatus.html */
const FINAL: Readonly<Record<string, string>> = {
  UNSUPPORTED_OS: 'Inspector does not scan its operating system',
  EXCLUDED_BY_TAG: 'it has the tag InspectorEc2Exclusion, with which Inspector leaves it out',
  RESOURCE_TERMINATED: 'Inspector says that it is terminated',
};

/** Looks at scans of servers that are waited for. One whose server is lost has ended. */
export function lookAtScans(waits: Wait[]): Promise<Seen> {
  return lookAtEach(waits, lookAtScan);
}

async function lookAtScan(wait: Wait): Promise<Outcome | Said> {
  const covered = await findCoverage(wait.resource);
  const scannedAt = covered && readScan(covered);
  if (scannedAt !== undefined && Date.now() - scannedAt >= LISTED_WITHIN) return end({ scannedAt });
  const lost = await findLoss(wait.resource, 'while Inspector was to scan it');
  if (lost) return { error: 'InstanceFailed', cause: lost };
  const reason = covered?.scanStatus?.reason ?? '';
  const why = FINAL[reason];
  if (why) return end({ missing: `Amazon Inspector has not scanned ${wait.resource}: ${why}.` });
  const says = describe(covered, scannedAt);
  if (wait.until === undefined || Date.now() < wait.until) return { says };
  return end({
    missing: `Amazon Inspector has not scanned ${wait.resource} in the time that it has (image.scan.within): ${says}.`,
  });
}

/**
 * Why what Inspector lists of a server need not be all that it has found there, in words; undefined if it is. It closes the findings of a
 * server that it scans no more. Ask after they were listed.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/findings-understanding.html
 */
export async function findDoubt(instanceId: string): Promise<string | undefined> {
  const covered = await findCoverage(instanceId);
  if (covered?.scanStatus?.statusCode !== 'ACTIVE')
    return `What Amazon Inspector has found on ${instanceId} is not known any more: ${covered ? describe(covered, undefined) : 'Inspector does not cover it'}.`;
  return findLoss(instanceId, 'before what Inspector has found there was known');
}

function end(output: EndedScan): Outcome {
  return { output, isOpen: true };
}

async function findCoverage(instanceId: string): Promise<CoveredResource | undefined> {
  const filterCriteria = {
    resourceId: [{ comparison: 'EQUALS', value: instanceId }],
    resourceType: [{ comparison: 'EQUALS', value: 'AWS_EC2_INSTANCE' }],
  } satisfies CoverageFilterCriteria;
  for await (const page of paginateListCoverage({ client: inspector() }, { filterCriteria })) {
    // A server is covered by scans of its packages, and by those of the network's reach, which find nothing in its image.
    const found = page.coveredResources?.find(({ scanType }) => scanType === 'PACKAGE');
    if (found) return found;
  }
  return undefined;
}

/** When its packages were scanned last; undefined if they were not. */
function readScan({ scanStatus, lastScannedAt }: CoveredResource): number | undefined {
  const isScanned = scanStatus?.statusCode === 'ACTIVE' && scanStatus.reason === 'SUCCESSFUL';
  return isScanned ? lastScannedAt?.getTime() : undefined;
}

function describe(covered: CoveredResource | undefined, scannedAt: number | undefined): string {
  if (!covered) return 'Inspector does not cover it yet';
  if (scannedAt !== undefined) return 'Inspector has scanned it, and lists what it has found';
  const { statusCode, reason } = covered.scanStatus ?? {};
  return `Inspector says ${reason ?? 'nothing'} (${statusCode ?? 'no status'})`;
}
