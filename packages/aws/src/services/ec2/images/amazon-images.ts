import { createHash } from 'node:crypto';

/** The account that owns Amazon's Linux images. */
export const AMAZON_OWNER = '137112412989';

/** One of Amazon's public images in a region. */
export interface AmazonImage {
  readonly imageId: string;
  readonly snapshotId: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  /** ISO 8601, milliseconds zero, as EC2 shows it. */
  readonly creationDate: string;
  /** When set, and passed, only those who ask for deprecated images see it. */
  readonly deprecationTime?: string;
  /** GiB of the root volume. */
  readonly volumeSize: number;
  readonly minimal: boolean;
}

interface Release {
  /** As in the names: `2023.9.20251110.1`. */
  readonly version: string;
  readonly at: string;
  readonly deprecated?: true;
}

/** Releases that are still listed, newest first. https://docs.aws.amazon.com/linux/al2023/release-notes/relnotes.html */
const releases: readonly [Release, ...Release[]] = [
  { version: '2023.9.20251110.1', at: '2025-11-10T21:22:40.000Z' },
  { version: '2023.9.20251105.0', at: '2025-11-05T20:04:17.000Z' },
  { version: '2023.9.20251027.0', at: '2025-10-27T22:16:05.000Z', deprecated: true },
  { version: '2023.8.20250915.0', at: '2025-09-15T19:41:52.000Z', deprecated: true },
];

const architectures = ['x86_64', 'arm64'] as const;

const editions = [
  { prefix: 'al2023-ami', minimal: false, volumeSize: 8, label: '' },
  { prefix: 'al2023-ami-minimal', minimal: true, volumeSize: 2, label: ' minimal' },
] as const;

const KERNEL = '6.1';
const DAYS_UNTIL_DEPRECATION = 90;

/** Amazon's images in a region, newest first. The ids are the same at every birth of the region. */
export function amazonImages(region: string): AmazonImage[] {
  return releases.flatMap((release) =>
    architectures.flatMap((architecture) =>
      editions.map((edition) => describeRelease(region, release, architecture, edition)),
    ),
  );
}

/**
 * The public SSM parameters that name Amazon's newest images, by name.
 * https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
 */
export function publicImageParameters(region: string): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const architecture of architectures) {
    for (const edition of editions) {
      const { imageId } = describeRelease(region, releases[0], architecture, edition);
      for (const kernel of ['kernel-default', `kernel-${KERNEL}`]) {
        parameters[`/aws/service/ami-amazon-linux-latest/${edition.prefix}-${kernel}-${architecture}`] =
          imageId;
      }
    }
  }
  return parameters;
}

function describeRelease(
  region: string,
  release: Release,
  architecture: 'x86_64' | 'arm64',
  edition: (typeof editions)[number],
): AmazonImage {
  const name = `${edition.prefix}-${release.version}-kernel-${KERNEL}-${architecture}`;
  const deprecation = new Date(Date.parse(release.at) + DAYS_UNTIL_DEPRECATION * 86_400_000);
  const deprecationTime = `${deprecation.toISOString().slice(0, 16)}:00.000Z`;
  return {
    imageId: `ami-0${digest(`${region} image ${name}`)}`,
    snapshotId: `snap-0${digest(`${region} snapshot ${name}`)}`,
    name,
    description: `Amazon Linux 2023${edition.label} AMI ${release.version} ${architecture} HVM kernel-${KERNEL}`,
    architecture,
    creationDate: release.at,
    ...(release.deprecated ? { deprecationTime } : {}),
    volumeSize: edition.volumeSize,
    minimal: edition.minimal,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
