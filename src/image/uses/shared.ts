import {
  CreateImageUsageReportCommand,
  DescribeImageAttributeCommand,
  type ImageUsageReport,
  type LaunchPermission,
  paginateDescribeImageUsageReportEntries,
  paginateDescribeImageUsageReports,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';

const DAY = 24 * 60 * 60_000;
/** A report that is older says nothing of today. */
const FRESH_MILLISECONDS = 7 * DAY;
/** EC2 is not asked more often for a report that it could not make. */
const AGAIN_MILLISECONDS = DAY;

/** Whom an image is shared with: accounts, organizations, everybody. */
export async function findPermissions(ImageId: string, region?: string): Promise<LaunchPermission[]> {
  const { LaunchPermissions = [] } = await ec2(region).send(
    new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }),
  );
  return LaunchPermissions;
}

/**
 * Why an image that is shared must stay, if it must: other accounts use it, or it is not known yet. EC2 takes its time over a report
 * of who uses an image, and keeps it for thirty days: one is asked for, and the next look finds it.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html
 *
 * @returns undefined when it is shared with nobody, or a report shows nobody on it
 */
export async function findOthersUse(imageId: string, region?: string): Promise<string | undefined> {
  if ((await findPermissions(imageId, region)).length === 0) return undefined;
  const report = await findReport(imageId, region);
  if (report?.State === 'available') return describeEntries(report, region);
  if (report?.State === 'error')
    return `it is shared, and EC2 could not report who uses it (${report.StateReason ?? 'no reason given'})`;
  if (!report) await requestReport(imageId, region);
  return 'it is shared, and EC2 still makes its report of who uses it';
}

async function findReport(imageId: string, region?: string): Promise<ImageUsageReport | undefined> {
  const reports: ImageUsageReport[] = [];
  const pages = paginateDescribeImageUsageReports({ client: ec2(region) }, { ImageIds: [imageId] });
  for await (const { ImageUsageReports = [] } of pages) reports.push(...ImageUsageReports);
  const ageOf = ({ CreationTime }: ImageUsageReport) => Date.now() - (CreationTime?.getTime() ?? 0);
  return reports
    .filter((report) => ageOf(report) < (report.State === 'error' ? AGAIN_MILLISECONDS : FRESH_MILLISECONDS))
    .sort((a, b) => ageOf(a) - ageOf(b))[0];
}

async function requestReport(ImageId: string, region?: string): Promise<void> {
  const ResourceTypes = [
    { ResourceType: 'ec2:Instance' },
    {
      ResourceType: 'ec2:LaunchTemplate',
      ResourceTypeOptions: [{ OptionName: 'version-depth', OptionValues: ['10000'] }],
    },
  ];
  await ec2(region).send(new CreateImageUsageReportCommand({ ImageId, ResourceTypes }));
}

async function describeEntries(report: ImageUsageReport, region?: string): Promise<string | undefined> {
  const users: string[] = [];
  const input = { ReportIds: [report.ReportId ?? ''] };
  for await (const page of paginateDescribeImageUsageReportEntries({ client: ec2(region) }, input))
    for (const { AccountId, ResourceType, UsageCount = 0 } of page.ImageUsageReportEntries ?? [])
      if (UsageCount > 0) users.push(`account ${AccountId} (${UsageCount} × ${ResourceType})`);
  return users.length > 0 ? `${users.join(', ')} uses it` : undefined;
}
