import { elasticIp } from './elastic-ips';
import { instance } from './instances';
import { internetGateway, vpcGatewayAttachment } from './internet-gateways';
import { keyPair } from './key-pairs';
import { launchTemplate } from './launch-templates';
import { natGateway } from './nat-gateways';
import { route, routeTable, subnetRouteTableAssociation } from './route-tables';
import { securityGroup, securityGroupEgress, securityGroupIngress } from './security-groups';
import { subnet } from './subnets';
import { volume } from './volumes';
import { vpcEndpoint } from './vpc-endpoints';
import { vpc } from './vpcs';

/** AWS::EC2. Ref and Fn::GetAtt: CloudFormation User Guide, EC2 resource type reference. */
export const ec2Types = [
  elasticIp,
  instance,
  internetGateway,
  keyPair,
  launchTemplate,
  natGateway,
  route,
  routeTable,
  securityGroup,
  securityGroupEgress,
  securityGroupIngress,
  subnet,
  subnetRouteTableAssociation,
  volume,
  vpc,
  vpcEndpoint,
  vpcGatewayAttachment,
];
