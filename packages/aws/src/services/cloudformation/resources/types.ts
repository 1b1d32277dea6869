import { apiGatewayTypes } from '../../apigatewayv2/resources';
import { autoScalingTypes } from '../../auto-scaling/resources';
import { cloudWatchTypes } from '../../cloudwatch/resources';
import { logsTypes } from '../../cloudwatch-logs/resources';
import { dynamoDbTypes } from '../../dynamodb/resources';
import { ec2Types } from '../../ec2/resources/types';
import { ecrTypes } from '../../ecr/resources';
import { elbTypes } from '../../elastic-load-balancing/resources';
import { elbv2Types } from '../../elastic-load-balancing-v2/resources';
import { eventsTypes } from '../../eventbridge/resources';
import { iamTypes } from '../../iam/resources';
import { kmsTypes } from '../../kms/resources';
import { lambdaTypes } from '../../lambda/resources';
import { s3Types } from '../../s3/resources';
import { schedulerTypes } from '../../scheduler/resources';
import { statesTypes } from '../../sfn/resources';
import { snsTypes } from '../../sns/resources';
import { ssmTypes } from '../../ssm/resources';
import { cloudFormationTypes } from './cloudformation';
import type { ResourceHandler, ResourceType } from './resource';
import { loadResourceTypes } from './schema/resource-schema';

const handlers: readonly ResourceHandler[] = [
  ...apiGatewayTypes,
  ...autoScalingTypes,
  ...cloudFormationTypes,
  ...cloudWatchTypes,
  ...dynamoDbTypes,
  ...ec2Types,
  ...ecrTypes,
  ...elbTypes,
  ...elbv2Types,
  ...eventsTypes,
  ...iamTypes,
  ...kmsTypes,
  ...lambdaTypes,
  ...logsTypes,
  ...s3Types,
  ...schedulerTypes,
  ...snsTypes,
  ...ssmTypes,
  ...statesTypes,
];

/** How the resource types that templates may use are handled, by their names. */
export const resourceTypes: Readonly<Record<string, ResourceHandler>> = Object.fromEntries(
  handlers.map((handler) => [handler.type, handler]),
);

/** The resource types that templates may use, by their names, each with its schema. */
export async function loadTypes(): Promise<ReadonlyMap<string, ResourceType>> {
  const schemas = await loadResourceTypes();
  return new TypeMap(
    handlers.map((handler) => {
      const schema = schemas[handler.type];
      if (!schema) throw new Error(`data/resource-types.json has no ${handler.type}`);
      const isOpen = handler.type === CUSTOM;
      return [handler.type, { name: handler.type, schema: isOpen ? { ...schema, isOpen } : schema, handler }];
    }),
  );
}

const CUSTOM = 'AWS::CloudFormation::CustomResource';

/** The types, those among them that templates name themselves: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html */
class TypeMap extends Map<string, ResourceType> {
  override get(name: string): ResourceType | undefined {
    const custom = isCustom(name) ? super.get(CUSTOM) : undefined;
    return custom ? { ...custom, name } : super.get(name);
  }

  override has(name: string): boolean {
    return isCustom(name) || super.has(name);
  }
}

function isCustom(name: string): boolean {
  return /^Custom::[\w@-]{1,60}$/.test(name);
}
