import type { Op } from '../../state';

export const DescribeNetworkAcls: Op<'DescribeNetworkAcls'> = (ec2, input) => {
  const { items, NextToken } = ec2.networkAcls.describe(input, input.NetworkAclIds);
  return { NetworkAcls: items, NextToken };
};
