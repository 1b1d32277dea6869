import { apiGatewayTypes } from './apigateway';
import { autoScalingTypes } from './autoscaling';
import { cloudFormationTypes } from './cloudformation';
import { cloudWatchTypes } from './cloudwatch';
import { dynamoDbTypes } from './dynamodb';
import { ec2ComputeTypes } from './ec2-compute';
import { ec2NetworkTypes } from './ec2-network';
import { ec2SecurityGroupTypes } from './ec2-security-groups';
import { elbv2Types } from './elbv2';
import { eventsTypes } from './events';
import { iamTypes } from './iam';
import { lambdaTypes } from './lambda';
import { logsTypes } from './logs';
import type { ResourceType } from './resource';
import { s3Types } from './s3';
import { schedulerTypes } from './scheduler';
import { snsTypes } from './sns';
import { ssmTypes } from './ssm';
import { statesTypes } from './states';

/** The resource types that templates may use, by name. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...apiGatewayTypes,
  ...autoScalingTypes,
  ...cloudFormationTypes,
  ...cloudWatchTypes,
  ...dynamoDbTypes,
  ...ec2ComputeTypes,
  ...ec2NetworkTypes,
  ...ec2SecurityGroupTypes,
  ...elbv2Types,
  ...eventsTypes,
  ...iamTypes,
  ...lambdaTypes,
  ...logsTypes,
  ...s3Types,
  ...schedulerTypes,
  ...snsTypes,
  ...ssmTypes,
  ...statesTypes,
};
