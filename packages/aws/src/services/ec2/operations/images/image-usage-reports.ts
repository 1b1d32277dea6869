import type {
  CreateImageUsageReportCommandInput,
  ImageUsageReport,
  ImageUsageResourceTypeRequest,
} from '@aws-sdk/client-ec2';
import { durations } from '../../../../core/durations';
import { resourceId } from '../../../../core/ids';
import { compileFilters } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidParameterValue } from '../../errors';
import { requireOwnImage } from '../../images/access';
import type { Inventory } from '../../inventory';
import { type UsageReportRecord, usageEntryFilters } from '../../records/usage-reports';
import { isAccountId } from '../../requests/sharing';
import type { Op } from '../../state';

const KEPT_DAYS = 30;
const DEEPEST = 10_000;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html */
export const CreateImageUsageReport: Op<'CreateImageUsageReport'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['image-usage-report'], call);
  const ReportId = ec2.tokens.once('CreateImageUsageReport', input, () => {
    const { ImageId } = requireOwnImage(ec2, input.ImageId);
    for (const type of input.ResourceTypes ?? []) checkType(type);
    const stranger = input.AccountIds?.find((id) => !isAccountId(id));
    if (stranger !== undefined)
      throw invalidParameterValue(`Value (${stranger}) for parameter AccountId is invalid.`);
    const report = makeReport(ec2, ImageId, input);
    ec2.tags.add(report.ReportId, tagsFor('image-usage-report'));
    return report.ReportId;
  });
  return { ReportId };
};

function checkType({ ResourceType: type, ResourceTypeOptions: options = [] }: ImageUsageResourceTypeRequest) {
  if (type !== 'ec2:Instance' && type !== 'ec2:LaunchTemplate')
    throw invalidParameterValue(`Value (${type}) for parameter ResourceType is invalid.`);
  for (const { OptionName, OptionValues = [] } of options) {
    const isDepth = type === 'ec2:LaunchTemplate' && OptionName === 'version-depth';
    const wrong = OptionValues.find((value) => !/^\d+$/.test(value) || +value < 1 || +value > DEEPEST);
    if (!isDepth || wrong !== undefined)
      throw invalidParameterValue(
        `Value (${isDepth ? wrong : OptionName}) for parameter ResourceTypeOption is invalid.`,
      );
  }
}

/** Of other accounts nothing is known here: a report shows nobody. */
function makeReport(
  ec2: Inventory,
  ImageId: string,
  { ResourceTypes = [], AccountIds = [] }: CreateImageUsageReportCommandInput,
): UsageReportRecord {
  const { clock, ledger, region } = ec2.context;
  const ReportId = resourceId('amiur');
  const CreationTime = clock.now();
  const report = ec2.usageReports.add(ReportId, {
    ReportId,
    ImageId,
    State: 'pending',
    CreationTime,
    ExpirationTime: new Date(CreationTime.getTime() + KEPT_DAYS * 86_400_000),
    ResourceTypes,
    AccountIds,
    entries: [],
  });
  const done = ledger.begin('image usage report', ReportId, region);
  clock.after(durations.imageUsageReport.seconds, () => {
    done();
    report.State = 'available';
  });
  return report;
}

/** The reports that there are: EC2 deletes them after thirty days. */
function liveReports(ec2: Inventory): UsageReportRecord[] {
  const now = ec2.context.clock.millis();
  for (const [id, report] of ec2.usageReports.entries())
    if (report.ExpirationTime.getTime() <= now) ec2.usageReports.delete(id);
  return ec2.usageReports.values();
}

export const DescribeImageUsageReports: Op<'DescribeImageUsageReports'> = (ec2, input) => {
  liveReports(ec2);
  const { items } = ec2.usageReports.describe({ Filters: input.Filters }, input.ReportIds);
  const found = items.filter(({ ImageId }) => isAsked(input.ImageIds, ImageId));
  const page = paginate(found, input, {
    of: 'DescribeImageUsageReports',
    idOf: ({ ReportId }) => ReportId,
    min: 1,
    max: 1000,
    question: [input.ReportIds, input.ImageIds, input.Filters],
  });
  return { ImageUsageReports: page.items.map(showReport), NextToken: page.NextToken };
};

function showReport({ entries: _entries, ...shown }: UsageReportRecord): ImageUsageReport {
  return shown;
}

export const DescribeImageUsageReportEntries: Op<'DescribeImageUsageReportEntries'> = (ec2, input) => {
  if (input.ReportIds?.length) ec2.usageReports.requireAll(input.ReportIds);
  const matches = compileFilters(input.Filters, usageEntryFilters);
  const found = liveReports(ec2)
    .filter(({ ReportId, State }) => State === 'available' && isAsked(input.ReportIds, ReportId))
    .flatMap(({ entries }) => entries)
    .filter((entry) => isAsked(input.ImageIds, entry.ImageId) && matches(entry));
  const page = paginate(found, input, {
    of: 'DescribeImageUsageReportEntries',
    idOf: ({ ReportId, AccountId, ResourceType }) => `${ReportId} ${AccountId} ${ResourceType}`,
    min: 1,
    max: 1000,
    question: [input.ReportIds, input.ImageIds, input.Filters],
  });
  return { ImageUsageReportEntries: page.items, NextToken: page.NextToken };
};

function isAsked(asked: readonly string[] | undefined, id: string | undefined): boolean {
  return !asked || asked.length === 0 || asked.includes(id ?? '');
}

export const DeleteImageUsageReport: Op<'DeleteImageUsageReport'> = (ec2, input) => {
  const { ReportId } = ec2.usageReports.require(input.ReportId);
  ec2.usageReports.delete(ReportId);
  return { Return: true };
};
