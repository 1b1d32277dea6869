import { paginate } from '../../collections/pages';
import { invalidVpcEndpointIdNotFound } from '../../errors';
import type { Op } from '../../state';

/** There are none here. */
export const DescribeVpcEndpoints: Op<'DescribeVpcEndpoints'> = (_ec2, input) => {
  const [wanted] = input.VpcEndpointIds ?? [];
  if (wanted) {
    throw invalidVpcEndpointIdNotFound(`The Vpc Endpoint Id '${wanted}' does not exist`);
  }
  const { items, NextToken } = paginate([], input, {
    of: 'DescribeVpcEndpoints',
    idOf: String,
    min: 5,
    max: 1000,
  });
  return { VpcEndpoints: items, NextToken };
};
