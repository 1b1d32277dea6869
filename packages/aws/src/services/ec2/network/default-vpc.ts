import { resourceId } from '../../../core/ids';
import { zonesOf } from '../catalogue/regions';
import type { Inventory } from '../inventory';
import { createSubnet } from './subnets';
import { createVpc } from './vpcs';

const DEFAULT_CIDR = '172.31.0.0/16';

/** The default VPC that a new account has in each region: a public subnet in every zone. */
export function createDefaultVpc(ec2: Inventory): void {
  const vpc = createVpc(ec2, DEFAULT_CIDR, { isDefault: true });
  zonesOf(ec2.context.region).forEach((zone, i) => {
    createSubnet(ec2, vpc, `172.31.${i * 16}.0/20`, zone, { isDefault: true });
  });
  const InternetGatewayId = resourceId('igw');
  ec2.internetGateways.add(InternetGatewayId, {
    InternetGatewayId,
    OwnerId: ec2.owner,
    Attachments: [{ VpcId: vpc.VpcId, State: 'available' as never }],
  });
  ec2.routeTables
    .values()
    .find((table) => table.VpcId === vpc.VpcId)
    ?.Routes.push({
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: InternetGatewayId,
      Origin: 'CreateRoute',
      State: 'active',
    });
}
