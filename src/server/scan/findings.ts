import { DescribeImagesCommand, type ScanResults } from '@aws-sdk/client-ec2';
import { type Finding, paginateListFindings } from '@aws-sdk/client-inspector2';
import * as z from 'zod';
import { ec2 } from '../../aws/ec2';
import { inspector } from '../../aws/inspector';

/** Of Inspector, the mildest first. What is untriaged has no severity yet. */
export const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is vulnerable on an image. */
export const Vulnerability = z.object({
  /** The vulnerability and its package, as Inspector puts it: `CVE-2026-1234 - openssl`. */
  title: z.string(),
  severity: z.enum(SEVERITIES),
  /** Whether there is a fix, of all or of a part of it. */
  hasFix: z.boolean(),
  /** The version of the package that mends it. */
  fixedIn: z.string().optional(),
});
export type Vulnerability = z.infer<typeof Vulnerability>;

/** What is known of an image itself, where that was scanned: Inspector does so where it is activated for images, at a time of its own. */
export interface ImageScan {
  readonly scannedAt?: Date;
  /** The worst there is, whether or not there is a fix. */
  readonly worst?: Severity;
  /** Of which there are some that have a fix. */
  readonly withFix: readonly Severity[];
}

/**
 * Asks EC2 what is known of an image itself.
 *
 * @returns undefined if it was not scanned
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ScanResults.html
 */
export async function findImageScan(imageId: string): Promise<ImageScan | undefined> {
  const { Images: [image] = [] } = await ec2().send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  const results = image?.ScanResults;
  if (!results) return undefined;
  const { FindingScanDate: scannedAt, HighestFindingSeverityLabel: worst } = results;
  return {
    ...(scannedAt && { scannedAt }),
    ...(worst && { worst: readSeverity(worst) }),
    withFix: (Object.keys(FIXES) as Severity[]).filter((name) => results[FIXES[name] ?? 'FindingScanDate']),
  };
}

/** Since when there is a fix for one of them. */
const FIXES: Partial<Record<Severity, keyof ScanResults>> = {
  INFORMATIONAL: 'InformationalFixAvailableSince',
  LOW: 'LowFixAvailableSince',
  MEDIUM: 'MediumFixAvailableSince',
  HIGH: 'HighFixAvailableSince',
  CRITICAL: 'CriticalFixAvailableSince',
};

/** How bad a severity is, beside others. */
export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/**
 * Asks Inspector for what it has found on a server, the worst first.
 *
 * @see https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html
 */
export async function findVulnerabilities(instanceId: string): Promise<Vulnerability[]> {
  const pages = paginateListFindings(
    { client: inspector() },
    {
      filterCriteria: {
        resourceId: [{ comparison: 'EQUALS', value: instanceId }],
        findingType: [{ comparison: 'EQUALS', value: 'PACKAGE_VULNERABILITY' }],
        // Those that somebody has suppressed, by a rule of Inspector, are not among them.
        findingStatus: [{ comparison: 'EQUALS', value: 'ACTIVE' }],
      },
    },
  );
  const found: Vulnerability[] = [];
  for await (const { findings = [] } of pages) found.push(...findings.map(readFinding));
  return found.toSorted((a, b) => rank(b.severity) - rank(a.severity) || a.title.localeCompare(b.title));
}

function readFinding({ title, severity, fixAvailable, packageVulnerabilityDetails }: Finding): Vulnerability {
  const { vulnerabilityId, vulnerablePackages = [] } = packageVulnerabilityDetails ?? {};
  const [first] = vulnerablePackages;
  const fixedIn = first?.fixedInVersion;
  return {
    title: title ?? `${vulnerabilityId} - ${first?.name}`,
    severity: readSeverity(severity),
    hasFix: fixAvailable === 'YES' || fixAvailable === 'PARTIAL',
    ...(fixedIn && fixedIn !== 'NotAvailable' && { fixedIn }),
  };
}

/** One that is missing, or that nobody knew when this was written, is no reason to let an image pass. */
function readSeverity(severity = ''): Severity {
  return SEVERITIES.find((one) => one === severity.toUpperCase()) ?? 'CRITICAL';
}
