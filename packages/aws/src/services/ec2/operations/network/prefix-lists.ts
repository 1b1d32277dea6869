import { gatewayServices } from '../../catalogue/endpoint-services';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { invalidPrefixListIdNotFound } from '../../errors';
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
  const lists = gatewayServices(ec2.context.region).map((PrefixListName) => ({
    PrefixListId: prefixListOf(PrefixListName),
    PrefixListName,
    Cidrs: CIDRS[PrefixListName.split('.').at(-1) ?? ''] ?? [],
  }));
  const ids = input.PrefixListIds ?? [];
  const unknown = ids.find((id) => !lists.some(({ PrefixListId }) => PrefixListId === id));
  if (unknown !== undefined)
    throw invalidPrefixListIdNotFound(`The prefix list ID '${unknown}' does not exist`);
  const matches = compileFilters(input.Filters, prefixListFilters);
  const found = lists.filter(
    (list) => (ids.length === 0 || ids.includes(list.PrefixListId)) && matches(list),
  );
  const page = paginate(found, input, {
    of: 'DescribePrefixLists',
    idOf: ({ PrefixListId }) => PrefixListId,
    min: 1,
    max: 1000,
    question: [ids, input.Filters],
  });
  return { PrefixLists: page.items, NextToken: page.NextToken };
};
