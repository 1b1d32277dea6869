import { paginate } from '../../collections/pages';
import { natGatewayNotFound } from '../../errors';
import type { Op } from '../../state';

/** There are none here. */
export const DescribeNatGateways: Op<'DescribeNatGateways'> = (_ec2, input) => {
  const [wanted] = input.NatGatewayIds ?? [];
  if (wanted) throw natGatewayNotFound(`NAT gateway ${wanted} was not found`);
  const { items, NextToken } = paginate([], input, {
    of: 'DescribeNatGateways',
    idOf: String,
    min: 5,
    max: 1000,
  });
  return { NatGateways: items, NextToken };
};
