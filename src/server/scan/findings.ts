import { DescribeImagesCommand, type ImageFinding, paginateGetImageFindings } from '@aws-sdk/client-ec2';
import { type Finding, paginateListFindings } from '@aws-sdk/client-inspector2';
import * as z from 'zod';
import { ec2, inspector } from '../../aws';

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

/**
 * Asks Inspector for what it has found on the server of an image, and EC2 for what is known of the image itself, where that was scanned.
 *
 * @throws the errors of both: what they do not answer is not known
 * @see https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetImageFindings.html
 */
export async function findVulnerabilities(instanceId: string, imageId: string): Promise<Vulnerability[]> {
  const [ofServer, ofImage] = await Promise.all([askInspector(instanceId), askEc2(imageId)]);
  const found = new Map<string, Vulnerability>();
  for (const one of [...ofImage, ...ofServer]) found.set(one.title, worst(found.get(one.title), one));
  return [...found.values()].toSorted(
    (a, b) => rank(b.severity) - rank(a.severity) || a.title.localeCompare(b.title),
  );
}

/** How bad a severity is, beside others. */
export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function worst(one: Vulnerability | undefined, other: Vulnerability): Vulnerability {
  if (!one) return other;
  const [bad, less] = rank(other.severity) >= rank(one.severity) ? [other, one] : [one, other];
  const fixedIn = bad.fixedIn ?? less.fixedIn;
  return { ...bad, hasFix: bad.hasFix || less.hasFix, ...(fixedIn && { fixedIn }) };
}

async function askInspector(instanceId: string): Promise<Vulnerability[]> {
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
  return found;
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

/** Nothing where the image was not scanned: Inspector does so where that is activated, at a time of its own. */
async function askEc2(imageId: string): Promise<Vulnerability[]> {
  const { Images: [image] = [] } = await ec2().send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  if (!image?.ScanResults) return [];
  const found: Vulnerability[] = [];
  for await (const { ImageFindings = [] } of paginateGetImageFindings(
    { client: ec2() },
    { ImageId: imageId },
  ))
    found.push(...ImageFindings.map(readImageFinding));
  return found;
}

function readImageFinding({ Title = 'unnamed', SeverityLabel, FixAvailable }: ImageFinding): Vulnerability {
  return { title: Title, severity: readSeverity(SeverityLabel), hasFix: FixAvailable === true };
}

/** One that is missing, or that nobody knew when this was written, is no reason to let an image pass. */
function readSeverity(severity = ''): Severity {
  return SEVERITIES.find((one) => one === severity.toUpperCase()) ?? 'CRITICAL';
}
