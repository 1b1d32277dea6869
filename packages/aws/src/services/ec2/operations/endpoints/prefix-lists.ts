import type { Filter } from '@aws-sdk/client-ec2';
import { gatewayServices } from '../../catalogue/endpoint-services';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { type Page, type PageRequest, paginate } from '../../collections/pages';
import { invalidPrefixListIdNotFound } from '../../errors';
import type { Inventory } from '../../inventory';
import { prefixListOf } from '../../network/vpc-endpoints';
import type { Op } from '../../state';

/** Some of the addresses of each service in us-east-1, here those of all regions: https://ip-ranges.amazonaws.com/ip-ranges.json */
const CIDRS: Readonly<Record<string, string[]>> = {
  s3: ['3.5.0.0/19', '52.216.0.0/15', '54.231.0.0/16'],
  dynamodb: ['3.218.180.0/22', '52.94.0.0/22', '52.119.224.0/20'],
};

interface PrefixList {
  readonly PrefixListId: string;
  readonly PrefixListName: string;
  readonly Cidrs: string[];
}

const prefixListFilters: FilterTable<PrefixList> = {
  'prefix-list-id': (list) => list.PrefixListId,
  'prefix-list-name': (list) => list.PrefixListName,
};

/** Those of AWS's services, to which gateway endpoints route. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePrefixLists.html */
export const DescribePrefixLists: Op<'DescribePrefixLists'> = (ec2, input) => {
  const page = findLists(ec2, input, 'DescribePrefixLists', prefixListFilters);
  return { PrefixLists: page.items, NextToken: page.NextToken };
};

const managedListFilters: FilterTable<PrefixList> = { ...prefixListFilters, 'owner-id': () => 'AWS' };

/** All are AWS's: others cannot be made here. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeManagedPrefixLists.html */
export const DescribeManagedPrefixLists: Op<'DescribeManagedPrefixLists'> = (ec2, input) => {
  const page = findLists(ec2, input, 'DescribeManagedPrefixLists', managedListFilters);
  const PrefixLists = page.items.map(({ PrefixListId, PrefixListName }) => ({
    PrefixListId,
    PrefixListName,
    PrefixListArn: `arn:aws:ec2:${ec2.context.region}:aws:prefix-list/${PrefixListId}`,
    AddressFamily: 'IPv4',
    State: 'create-complete' as const,
    OwnerId: 'AWS',
  }));
  return { PrefixLists, NextToken: page.NextToken };
};

export const GetManagedPrefixListEntries: Op<'GetManagedPrefixListEntries'> = (ec2, input) => {
  const [list] = requireLists(listsOf(ec2), [input.PrefixListId ?? '']);
  const page = paginate(list?.Cidrs ?? [], input, {
    of: 'GetManagedPrefixListEntries',
    idOf: (cidr) => cidr,
    min: 1,
    max: 100,
    question: input.PrefixListId,
  });
  return { Entries: page.items.map((Cidr) => ({ Cidr })), NextToken: page.NextToken };
};

function listsOf(ec2: Inventory): PrefixList[] {
  return gatewayServices(ec2.context.region).map((PrefixListName) => ({
    PrefixListId: prefixListOf(PrefixListName),
    PrefixListName,
    Cidrs: CIDRS[PrefixListName.split('.').at(-1) ?? ''] ?? [],
  }));
}

/** @throws AwsError InvalidPrefixListID.NotFound */
function requireLists(lists: readonly PrefixList[], ids: readonly string[]): PrefixList[] {
  return ids.map((id) => {
    const found = lists.find(({ PrefixListId }) => PrefixListId === id);
    if (!found) throw invalidPrefixListIdNotFound(`The prefix list ID '${id}' does not exist`);
    return found;
  });
}

function findLists(
  ec2: Inventory,
  input: PageRequest & { readonly Filters?: Filter[]; readonly PrefixListIds?: string[] },
  of: string,
  filters: FilterTable<PrefixList>,
): Page<PrefixList> {
  const ids = input.PrefixListIds ?? [];
  const wanted = ids.length > 0 ? requireLists(listsOf(ec2), ids) : listsOf(ec2);
  return paginate(wanted.filter(compileFilters(input.Filters, filters)), input, {
    of,
    idOf: ({ PrefixListId }) => PrefixListId,
    ...{ min: 1, max: of === 'DescribePrefixLists' ? 1000 : 100 },
    question: [ids, input.Filters],
  });
}
