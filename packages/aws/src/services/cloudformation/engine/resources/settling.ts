/** How long CloudFormation waits for what it has made, in seconds of AWS time, until it calls it complete. */
export interface Settling {
  readonly seconds: number;
  /** Where the number comes from. */
  readonly source: string;
}

const CLUSTER = 'events of stacks of the CDK with an Amazon EKS cluster, as their authors published them';
/** The newer one: where both tell of a type, it counts. */
const FUNCTIONS =
  'events of a stack of the CDK with a VPC, functions and rules in September 2025, as its author published them';
const TABLES = 'events of four stacks of the CDK with a table, as their authors published them';

/**
 * What a service's own states do not tell: resources that are there at once, and that CloudFormation waits for nonetheless, until all of
 * AWS knows of them. What is not here is complete when its service says so.
 */
export const settling: Readonly<Record<string, Settling>> = {
  'AWS::DynamoDB::Table': { seconds: 30, source: TABLES },
  'AWS::EC2::EIP': { seconds: 16, source: FUNCTIONS },
  'AWS::EC2::InternetGateway': { seconds: 16, source: FUNCTIONS },
  'AWS::EC2::Route': { seconds: 1, source: FUNCTIONS },
  'AWS::EC2::RouteTable': { seconds: 11, source: FUNCTIONS },
  'AWS::EC2::SecurityGroup': { seconds: 7, source: FUNCTIONS },
  'AWS::EC2::Subnet': { seconds: 3, source: FUNCTIONS },
  'AWS::EC2::SubnetRouteTableAssociation': { seconds: 1, source: FUNCTIONS },
  'AWS::EC2::VPC': { seconds: 11, source: FUNCTIONS },
  'AWS::EC2::VPCGatewayAttachment': { seconds: 2, source: FUNCTIONS },
  'AWS::Events::Rule': { seconds: 61, source: FUNCTIONS },
  'AWS::IAM::InstanceProfile': { seconds: 120, source: CLUSTER },
  'AWS::IAM::Policy': { seconds: 16, source: FUNCTIONS },
  'AWS::IAM::Role': { seconds: 17, source: FUNCTIONS },
  'AWS::Lambda::Function': { seconds: 6, source: FUNCTIONS },
  'AWS::Lambda::Permission': { seconds: 1, source: FUNCTIONS },
  'AWS::Logs::LogGroup': { seconds: 9, source: FUNCTIONS },
  'AWS::S3::Bucket': { seconds: 14, source: FUNCTIONS },
};
