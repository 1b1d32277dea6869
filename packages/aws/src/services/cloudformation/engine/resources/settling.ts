/** How long CloudFormation waits for what it has made, in seconds of AWS time, until it calls it complete. */
export interface Settling {
  readonly seconds: number;
  /** Where the number comes from. */
  readonly source: string;
}

const EVENTS = 'events of stacks of the CDK with an Amazon EKS cluster, as their authors published them';

/**
 * What a service's own states do not tell: resources that are there at once, and that CloudFormation waits for nonetheless, until all of
 * AWS knows of them. What is not here is complete when its service says so.
 */
export const settling: Readonly<Record<string, Settling>> = {
  'AWS::EC2::Route': { seconds: 15, source: EVENTS },
  'AWS::EC2::SecurityGroup': { seconds: 7, source: EVENTS },
  'AWS::EC2::SubnetRouteTableAssociation': { seconds: 16, source: EVENTS },
  'AWS::EC2::VPCGatewayAttachment': { seconds: 16, source: EVENTS },
  'AWS::IAM::InstanceProfile': { seconds: 120, source: EVENTS },
  'AWS::IAM::Policy': { seconds: 12, source: EVENTS },
  'AWS::IAM::Role': { seconds: 13, source: EVENTS },
};
