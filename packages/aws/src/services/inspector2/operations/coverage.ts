import type { CoveredResource } from '@aws-sdk/client-inspector2';
import { takePage } from '../../../core/paging';
import { invalid } from '../errors';
import { readCoverageFilters, tagsOf } from '../scans/filters';
import type { Watched } from '../scans/scans';
import type { Op } from '../state';

const PAGE_SIZE = 200;

export const ListCoverage: Op<'ListCoverage'> = (inspector, input) => {
  const { filterCriteria, maxResults = PAGE_SIZE, nextToken } = input;
  const { accountId } = inspector.context;
  const isMeant = readCoverageFilters(accountId, filterCriteria);
  const { items, next } = takePage(inspector.scans.list().filter(isMeant), {
    token: nextToken,
    size: maxResults,
    idOf: ({ instance }) => instance.InstanceId ?? '',
    refuse: () => invalid('The next token is not valid.'),
    question: filterCriteria,
  });
  return {
    coveredResources: items.map((watched) => showResource(accountId, watched)),
    ...(next && { nextToken: next }),
  };
};

function showResource(accountId: string, watched: Watched): CoveredResource {
  const { instance, status, lastScannedAt } = watched;
  return {
    resourceType: 'AWS_EC2_INSTANCE',
    resourceId: instance.InstanceId,
    accountId,
    scanType: 'PACKAGE',
    scanStatus: status,
    resourceMetadata: { ec2: { amiId: instance.ImageId, platform: 'LINUX', tags: tagsOf(watched) } },
    ...(lastScannedAt && { lastScannedAt }),
    scanMode: 'EC2_SSM_AGENT_BASED',
  };
}
