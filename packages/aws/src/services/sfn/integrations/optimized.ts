import type { TaskOrigin } from '../execution/scope';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import type { SdkError } from './sdk-calls';
import { exceptionName, javaName } from './sdk-names';

type Members = { [key: string]: Json };

/** How the AWS SDK for Java calls a service, where its name is not the Resource's with a capital. */
const SDK_NAMES: Readonly<Record<string, string>> = {
  apigatewayv2: 'ApiGatewayV2',
  autoscaling: 'AutoScaling',
  cloudformation: 'CloudFormation',
  cloudwatch: 'CloudWatch',
  cloudwatchlogs: 'CloudWatchLogs',
  dynamodb: 'DynamoDb',
  elasticloadbalancingv2: 'ElasticLoadBalancingV2',
  eventbridge: 'EventBridge',
};

/** The optimized integrations are older than the SDK ones: the prefix of their errors, and the service's name in the cause. */
const OPTIMIZED: Readonly<Record<string, { readonly prefix: string; readonly service: string }>> = {
  dynamodb: { prefix: 'DynamoDB', service: 'AmazonDynamoDBv2' },
  events: { prefix: 'EventBridge', service: 'AmazonEventBridge' },
  sns: { prefix: 'SNS', service: 'AmazonSNS' },
  states: { prefix: 'StepFunctions', service: 'AWSStepFunctions' },
};

/** An error of an `aws-sdk:` integration: `Ec2.Ec2Exception`, `Ssm.ParameterNotFoundException`. */
export function sdkError(name: string, { shape, message, status, requestId }: SdkError): StatesError {
  const prefix = SDK_NAMES[name] ?? javaName(name);
  return new StatesError(
    `${prefix}.${shape === undefined ? `${prefix}Exception` : exceptionName(shape)}`,
    `${message} (Service: ${prefix}, Status Code: ${status}, Request ID: ${requestId})`,
  );
}

/** An error of an optimized integration: `DynamoDB.ConditionalCheckFailedException`, `DynamoDB.AmazonDynamoDBException`. */
export function optimizedError(name: string, error: SdkError): StatesError {
  const { prefix, service } = OPTIMIZED[name] ?? { prefix: javaName(name), service: javaName(name) };
  const { shape, message, status, code, requestId } = error;
  return new StatesError(
    `${prefix}.${shape === undefined ? `Amazon${prefix}Exception` : exceptionName(shape)}`,
    `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/**
 * The parameters of an optimized integration, which takes JSON where the API has texts.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
 */
export function adaptParameters(name: string, parameters: Json, origin: TaskOrigin): Json {
  if (!isObject(parameters)) return parameters;
  if (name === 'sns') return asText(parameters, 'Message');
  if (name === 'states') return asText(parameters, 'Input');
  if (name !== 'events' || !Array.isArray(parameters.Entries)) return parameters;
  const added = [origin.stateMachineArn, origin.executionArn];
  const Entries = parameters.Entries.map((entry) =>
    isObject(entry)
      ? {
          ...asText(entry, 'Detail'),
          Resources: [...(Array.isArray(entry.Resources) ? entry.Resources : []), ...added],
        }
      : entry,
  );
  return { ...parameters, Entries };
}

/**
 * The result of an optimized integration: the API's output and how it was answered. That of PutEvents is the output alone.
 * @throws StatesError EventBridge.FailedEntry when a bus did not take all events
 */
export function adaptOutput(name: string, output: Json, requestId: string): Json {
  if (!isObject(output)) return output;
  if (name !== 'events') return { ...output, ...sdkMetadata(requestId, 200) };
  if (output.FailedEntryCount) throw new StatesError('EventBridge.FailedEntry', JSON.stringify(output));
  return output;
}

/** How an API answered, as the older integrations show it. */
export function sdkMetadata(requestId: string, status: number, more: Record<string, string> = {}): Members {
  const headers = { 'Content-Type': 'application/json', ...more, 'x-amzn-RequestId': requestId };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: status,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

function asText(members: Members, name: string): Members {
  const value = members[name];
  return value === undefined || typeof value === 'string'
    ? members
    : { ...members, [name]: JSON.stringify(value) };
}

function isObject(value: Json): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
