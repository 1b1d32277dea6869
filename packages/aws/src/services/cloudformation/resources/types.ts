import { apiGatewayTypes } from '../../apigatewayv2/resources';
import { autoScalingTypes } from '../../auto-scaling/resources';
import { cloudWatchTypes } from '../../cloudwatch/resources';
import { logsTypes } from '../../cloudwatch-logs/resources';
import { dynamoDbTypes } from '../../dynamodb/resources';
import { ec2ComputeTypes } from '../../ec2/resources/compute';
import { ec2NetworkTypes } from '../../ec2/resources/network';
import { ec2SecurityGroupTypes } from '../../ec2/resources/security-groups';
import { elbv2Types } from '../../elastic-load-balancing-v2/resources';
import { eventsTypes } from '../../eventbridge/resources';
import { iamTypes } from '../../iam/resources';
import { lambdaTypes } from '../../lambda/resources';
import { s3Types } from '../../s3/resources';
import { schedulerTypes } from '../../scheduler/resources';
import { statesTypes } from '../../sfn/resources';
import { snsTypes } from '../../sns/resources';
import { ssmTypes } from '../../ssm/resources';
import { cloudFormationTypes } from './cloudformation';
import type { ResourceType } from './resource';

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
