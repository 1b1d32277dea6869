import type {
  CoverageFilterCriteria,
  DateFilter,
  FilterCriteria,
  Finding,
  MapFilter,
  NumberFilter,
  StringFilter,
} from '@aws-sdk/client-inspector2';
import { lackingFilter } from '../errors';
import type { Watched } from './scans';

/** Values of one kind of filter, by its name. */
type Texts<Item> = Readonly<Record<string, (item: Item) => readonly (string | undefined)[]>>;

const instanceOf = ({ resources }: Finding) => resources?.[0]?.details?.awsEc2Instance;

const FINDING_TEXTS: Texts<Finding> = {
  findingArn: ({ findingArn }) => [findingArn],
  awsAccountId: ({ awsAccountId }) => [awsAccountId],
  findingType: ({ type }) => [type],
  severity: ({ severity }) => [severity],
  findingStatus: ({ status }) => [status],
  title: ({ title }) => [title],
  resourceType: ({ resources = [] }) => resources.map(({ type }) => type),
  resourceId: ({ resources = [] }) => resources.map(({ id }) => id),
  ec2InstanceImageId: (finding) => [instanceOf(finding)?.imageId],
  ec2InstanceVpcId: (finding) => [instanceOf(finding)?.vpcId],
  ec2InstanceSubnetId: (finding) => [instanceOf(finding)?.subnetId],
  vulnerabilityId: ({ packageVulnerabilityDetails: details }) => [details?.vulnerabilityId],
  vulnerabilitySource: ({ packageVulnerabilityDetails: details }) => [details?.source],
  vendorSeverity: ({ packageVulnerabilityDetails: details }) => [details?.vendorSeverity],
  fixAvailable: ({ fixAvailable }) => [fixAvailable],
  exploitAvailable: ({ exploitAvailable }) => [exploitAvailable],
};

const FINDING_NUMBERS: Readonly<Record<string, (finding: Finding) => number | undefined>> = {
  inspectorScore: ({ inspectorScore }) => inspectorScore,
};

const FINDING_DATES: Readonly<Record<string, (finding: Finding) => Date | undefined>> = {
  firstObservedAt: ({ firstObservedAt }) => firstObservedAt,
  lastObservedAt: ({ lastObservedAt }) => lastObservedAt,
  updatedAt: ({ updatedAt }) => updatedAt,
};

/**
 * Reads the filters of ListFindings: one value of each must fit, and none that must not.
 * https://docs.aws.amazon.com/inspector/v2/APIReference/API_FilterCriteria.html
 *
 * @throws AwsError ValidationException for filters that are not here
 */
export function readFindingFilters(criteria: FilterCriteria = {}): (finding: Finding) => boolean {
  const tests = Object.entries(criteria).map(([name, filters]): ((finding: Finding) => boolean) => {
    const [texts, number, date] = [FINDING_TEXTS[name], FINDING_NUMBERS[name], FINDING_DATES[name]];
    if (texts) return (finding) => fitsTexts(texts(finding), filters as StringFilter[]);
    if (number) return (finding) => fitsRanges(number(finding), filters as NumberFilter[]);
    if (date) return (finding) => fitsDates(date(finding), filters as DateFilter[]);
    if (name === 'resourceTags')
      return ({ resources = [] }) => fitsTags(resources[0]?.tags ?? {}, filters as MapFilter[]);
    throw lackingFilter(name);
  });
  return (finding) => tests.every((test) => test(finding));
}

const COVERAGE_TEXTS: Texts<Watched> = {
  scanStatusCode: ({ status }) => [status.statusCode],
  scanStatusReason: ({ status }) => [status.reason],
  resourceId: ({ instance }) => [instance.InstanceId],
  resourceType: () => ['AWS_EC2_INSTANCE'],
  scanType: () => ['PACKAGE'],
  scanMode: () => ['EC2_SSM_AGENT_BASED'],
};

/**
 * Reads the filters of ListCoverage.
 * @throws AwsError ValidationException for filters that are not here
 */
export function readCoverageFilters(
  accountId: string,
  criteria: CoverageFilterCriteria = {},
): (watched: Watched) => boolean {
  const tests = Object.entries(criteria).map(([name, filters]): ((watched: Watched) => boolean) => {
    const texts = name === 'accountId' ? () => [accountId] : COVERAGE_TEXTS[name];
    if (texts) return (watched) => fitsTexts(texts(watched), filters as StringFilter[]);
    if (name === 'lastScannedAt')
      return (watched) => fitsDates(watched.lastScannedAt, filters as DateFilter[]);
    if (name === 'ec2InstanceTags') return (watched) => fitsTags(tagsOf(watched), filters as MapFilter[]);
    throw lackingFilter(name);
  });
  return (watched) => tests.every((test) => test(watched));
}

/** The tags of an instance, by their keys. */
export function tagsOf({ instance: { Tags = [] } }: Watched): Record<string, string> {
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function fitsTexts(
  texts: readonly (string | undefined)[],
  filters: readonly Pick<StringFilter, 'comparison' | 'value'>[],
): boolean {
  const has = ({ comparison, value = '' }: Pick<StringFilter, 'comparison' | 'value'>) =>
    texts.some((text) => (comparison === 'PREFIX' ? text?.startsWith(value) : text === value));
  const wanted = filters.filter(({ comparison }) => comparison !== 'NOT_EQUALS');
  const unwanted = filters.filter(({ comparison }) => comparison === 'NOT_EQUALS');
  return (wanted.length === 0 || wanted.some(has)) && !unwanted.some(has);
}

function fitsRanges(number: number | undefined, filters: readonly NumberFilter[]): boolean {
  return filters.some(
    ({ lowerInclusive = Number.NEGATIVE_INFINITY, upperInclusive = Number.POSITIVE_INFINITY }) =>
      number !== undefined && number >= lowerInclusive && number <= upperInclusive,
  );
}

function fitsDates(date: Date | undefined, filters: readonly DateFilter[]): boolean {
  return filters.some(
    ({ startInclusive, endInclusive }) =>
      date !== undefined &&
      (!startInclusive || date >= startInclusive) &&
      (!endInclusive || date <= endInclusive),
  );
}

function fitsTags(tags: Readonly<Record<string, string>>, filters: readonly MapFilter[]): boolean {
  return filters.some(
    ({ key = '', value }) => Object.hasOwn(tags, key) && (value === undefined || tags[key] === value),
  );
}
