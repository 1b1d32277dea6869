import { invalidParameterValue } from '../../errors';
import type { Inventory } from '../../inventory';
import type { Op } from '../../state';

/** What an account may do and have; the values of a new one. */
const accountAttributes: Readonly<Record<string, (ec2: Inventory) => string[]>> = {
  'supported-platforms': () => ['VPC'],
  'default-vpc': (state) => [state.vpcs.values().find((vpc) => vpc.IsDefault)?.VpcId ?? 'none'],
  'max-instances': () => ['20'],
  'vpc-max-security-groups-per-interface': () => ['5'],
  'max-elastic-ips': () => ['5'],
  'vpc-max-elastic-ips': () => ['5'],
};

export const DescribeAccountAttributes: Op<'DescribeAccountAttributes'> = (ec2, input) => {
  const names: readonly string[] = input.AttributeNames ?? [];
  for (const name of names) {
    if (!Object.hasOwn(accountAttributes, name)) {
      throw invalidParameterValue(`Value (${name}) for parameter attributeName is invalid.`);
    }
  }
  return {
    AccountAttributes: Object.entries(accountAttributes)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .map(([AttributeName, values]) => ({
        AttributeName,
        AttributeValues: values(ec2).map((AttributeValue) => ({ AttributeValue })),
      })),
  };
};
