import type { ImageUsageReport, ImageUsageReportEntry } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A report of who uses an image. */
export type UsageReportRecord = Has<
  Omit<ImageUsageReport, 'Tags'>,
  'ReportId' | 'ImageId' | 'State' | 'CreationTime' | 'ExpirationTime' | 'ResourceTypes' | 'AccountIds'
> & {
  entries: ImageUsageReportEntry[];
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageUsageReports.html */
export const usageReportFilters: FilterTable<UsageReportRecord> = {
  'creation-time': (report) => report.CreationTime,
  state: (report) => report.State,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageUsageReportEntries.html */
export const usageEntryFilters: FilterTable<ImageUsageReportEntry> = {
  'account-id': (entry) => entry.AccountId,
  'creation-time': (entry) => entry.ReportCreationTime,
  'resource-type': (entry) => entry.ResourceType,
};
