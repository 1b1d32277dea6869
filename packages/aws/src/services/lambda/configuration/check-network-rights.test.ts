import { addActiveFunction, addRole } from '../../../testing/functions';
import { newRegion } from '../../../testing/region';

test('the role of a function in a VPC must be allowed to make its network interface', async () => {
  await using region = await newRegion();
  const { Subnets: [subnet] = [] } = await region.api('ec2').DescribeSubnets({});
  const { SecurityGroups: [group] = [] } = await region.api('ec2').DescribeSecurityGroups({});
  const VpcConfig = { SubnetIds: [subnet?.SubnetId ?? ''], SecurityGroupIds: [group?.GroupId ?? ''] };
  const make = async (actions: string[]) =>
    addActiveFunction(region, 'inside', 'exports.handler = async () => {}', {
      ...{ Role: await addRole(region, 'inside', ['lambda.amazonaws.com'], actions), VpcConfig },
    });
  await expect(make(['ec2:DescribeSubnets'])).rejects.toThrow(
    'The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
  );
  await make(['ec2:CreateNetworkInterface']);
});
