import type { Finding, SortCriteria } from '@aws-sdk/client-inspector2';
import { takePage } from '../../../core/paging';
import { invalid } from '../errors';
import { readFindingFilters } from '../scans/filters';
import type { Op } from '../state';

const PAGE_SIZE = 100;

export const ListFindings: Op<'ListFindings'> = (inspector, input) => {
  const { filterCriteria, sortCriteria, maxResults = PAGE_SIZE, nextToken } = input;
  const isMeant = readFindingFilters(filterCriteria);
  const found = inspector.scans.findings.map(({ shown }) => shown).filter(isMeant);
  const { items, next } = takePage(sorted(found, sortCriteria), {
    token: nextToken,
    size: maxResults,
    idOf: ({ findingArn = '' }) => findingArn,
    refuse: () => invalid('The next token is not valid.'),
    question: { filterCriteria, sortCriteria },
  });
  return { findings: items, ...(next && { nextToken: next }) };
};

const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

const FIELDS: Readonly<Record<string, (finding: Finding) => string | number>> = {
  AWS_ACCOUNT_ID: ({ awsAccountId = '' }) => awsAccountId,
  FINDING_TYPE: ({ type = '' }) => type,
  SEVERITY: ({ severity = '' }) => SEVERITIES.indexOf(severity),
  FIRST_OBSERVED_AT: ({ firstObservedAt }) => firstObservedAt?.getTime() ?? 0,
  LAST_OBSERVED_AT: ({ lastObservedAt }) => lastObservedAt?.getTime() ?? 0,
  FINDING_STATUS: ({ status = '' }) => status,
  RESOURCE_TYPE: ({ resources = [] }) => resources[0]?.type ?? '',
  VULNERABILITY_ID: ({ packageVulnerabilityDetails: details }) => details?.vulnerabilityId ?? '',
  VULNERABILITY_SOURCE: ({ packageVulnerabilityDetails: details }) => details?.source ?? '',
  VENDOR_SEVERITY: ({ packageVulnerabilityDetails: details }) => details?.vendorSeverity ?? '',
  INSPECTOR_SCORE: ({ inspectorScore = 0 }) => inspectorScore,
};

function sorted(findings: readonly Finding[], criteria: SortCriteria | undefined): Finding[] {
  if (!criteria) return [...findings];
  // What belongs to other kinds of resources is the same for all.
  const read = FIELDS[criteria.field ?? ''] ?? (() => 0);
  const sign = criteria.sortOrder === 'DESC' ? -1 : 1;
  return [...findings].sort((a, b) => {
    const [left, right] = [read(a), read(b)];
    return left === right ? 0 : left < right ? -sign : sign;
  });
}
