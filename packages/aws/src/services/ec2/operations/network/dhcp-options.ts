import type { Op } from '../../state';

export const DescribeDhcpOptions: Op<'DescribeDhcpOptions'> = (ec2, input) => {
  const { items, NextToken } = ec2.dhcpOptions.describe(input, input.DhcpOptionsIds);
  return { DhcpOptions: items, NextToken };
};
