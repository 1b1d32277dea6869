import type { Inventory } from '../inventory';
import type { InternetGatewayRecord } from '../records/network';

/** The internet gateway that is attached to a VPC. */
export function gatewayOf(ec2: Inventory, vpcId: string): InternetGatewayRecord | undefined {
  return ec2.internetGateways
    .values()
    .find((gateway) => gateway.Attachments.some((one) => one.VpcId === vpcId));
}
