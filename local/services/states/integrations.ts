import type { Realm } from '../../realm';
import type { Call } from '../../service';
import { AwsError } from '../../wire/aws-error';
import { serviceCall } from '../directories';
import type { InvokeRequest, InvokeResult } from '../lambda/invoke';
import type { Json } from './language';
import type { TaskCall } from './scope';
import { StatesError } from './states-error';

/** What Step Functions needs of Lambda. */
export interface FunctionRunner {
  invoke(request: InvokeRequest): Promise<InvokeResult>;
  invokeLater(request: InvokeRequest): string;
}

/** What Step Functions stands on. All but `lambda` and `iam` are read when needed, so they may be getters. */
export interface IntegrationTargets {
  readonly lambda: FunctionRunner;
  /**
   * Calls any operation of any service of the region in-process, for `aws-sdk:` and the optimized integrations.
   * @param service name in the catalogue, e.g. `ec2`, `dynamodb`, `sns`, `events`
   * @param operation e.g. `DescribeImages`
   */
  readonly callService?: (service: string, operation: string, input: object, call: Call) => Promise<unknown>;
}

/** Calls what tasks name, and puts the answers and errors into the shapes that Step Functions gives them. */
export class Integrations {
  constructor(
    private readonly realm: Realm,
    private readonly targets: IntegrationTargets,
  ) {}

  /** @throws StatesError with the integration's error name */
  async call({ resource, parameters, traceId }: TaskCall): Promise<Json> {
    if (resource.service === 'lambda-function')
      return this.invokeFunction({
        functionName: resource.arn,
        payload: JSON.stringify(parameters),
        traceId,
      }).then(({ payload }) => JSON.parse(payload));
    if (resource.service === 'lambda') return this.invokeLambda(parameters, traceId);
    if (resource.pattern === 'sync')
      throw new StatesError('States.Runtime', `The embedded AWS lacks the integration ${resource.arn}`);
    return this.callSdk(resource.service, resource.action, parameters, traceId);
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
  private async invokeLambda(parameters: Json, traceId: string): Promise<Json> {
    const input = parameters as {
      FunctionName?: string;
      Payload?: Json;
      Qualifier?: string;
      InvocationType?: string;
    };
    if (typeof input !== 'object' || input === null || typeof input.FunctionName !== 'string')
      throw new StatesError('States.Runtime', "The Parameters of lambda:invoke need a 'FunctionName'");
    const request = {
      functionName: input.FunctionName,
      qualifier: input.Qualifier,
      payload: JSON.stringify(input.Payload ?? {}),
      traceId,
    };
    if (input.InvocationType === 'Event') {
      const requestId = this.refused(() => this.targets.lambda.invokeLater(request));
      return describeAnswer(requestId, 202, {});
    }
    const { payload, executedVersion, requestId } = await this.invokeFunction(request);
    return describeAnswer(requestId, 200, { ExecutedVersion: executedVersion, Payload: JSON.parse(payload) });
  }

  private async invokeFunction(request: InvokeRequest): Promise<InvokeResult> {
    const fault = this.realm.faults.take('lambda', 'Invoke', 'error');
    if (fault)
      throw lambdaError(
        new AwsError(
          fault.code ?? 'ServiceException',
          fault.message ?? 'Internal error',
          fault.status ?? 500,
        ),
      );
    let result: InvokeResult;
    try {
      result = await this.targets.lambda.invoke(request);
    } catch (error) {
      throw error instanceof AwsError ? lambdaError(error) : error;
    }
    if (result.error) throw new StatesError(result.error.errorType || 'Lambda.Unknown', result.payload);
    return result;
  }

  private refused<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      throw error instanceof AwsError ? lambdaError(error) : error;
    }
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
  private async callSdk(service: string, action: string, parameters: Json, traceId: string): Promise<Json> {
    const { callService } = this.targets;
    if (!callService)
      throw new StatesError('States.Runtime', `The embedded AWS lacks the integration ${service}:${action}`);
    const isSdk = service.startsWith('aws-sdk:');
    const plain = isSdk ? service.slice('aws-sdk:'.length) : service;
    const name = SERVICE_NAMES[plain] ?? plain;
    const operation = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
    try {
      const answer = await callService(name, operation, memberNames(name, parameters), {
        ...serviceCall(this.realm, 'states'),
        traceId,
      });
      return JSON.parse(JSON.stringify(answer ?? {}));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const prefix = PREFIXES[plain] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
      const code = /Exception$/.test(error.code) ? error.code : `${prefix}Exception`;
      throw new StatesError(
        `${isSdk ? prefix : (OPTIMIZED_PREFIXES[plain] ?? prefix)}.${code}`,
        `${error.message} (Service: ${prefix}, Status Code: ${error.status}, Request ID: ${serviceCall(this.realm, 'states').requestId}, Error Code: ${error.code})`,
      );
    }
  }
}

/** Services whose name in a Resource is another than in the catalogue. */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  sfn: 'states',
  eventbridge: 'events',
  elasticloadbalancingv2: 'elbv2',
  cloudwatchlogs: 'logs',
};

const PREFIXES: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDb',
  autoscaling: 'AutoScaling',
  elasticloadbalancingv2: 'ElasticLoadBalancingV2',
  eventbridge: 'EventBridge',
  events: 'EventBridge',
};

const OPTIMIZED_PREFIXES: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB',
  sns: 'SNS',
  events: 'Events',
};

/** Services whose API begins its members in lower case, while Resource parameters are always in upper case. */
const LOWER_CASE_SERVICES = ['states', 'logs'];

function memberNames(service: string, parameters: Json): object {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return {};
  if (!LOWER_CASE_SERVICES.includes(service)) return parameters;
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  );
}

function lambdaError(error: AwsError): StatesError {
  return new StatesError(
    `Lambda.${error.code}`,
    `${error.message} (Service: Lambda, Status Code: ${error.status}, Request ID: 00000000-0000-0000-0000-000000000000)`,
  );
}

function describeAnswer(requestId: string, statusCode: number, members: { [key: string]: Json }): Json {
  const headers = {
    'Content-Type': 'application/json',
    'X-Amz-Executed-Version': '$LATEST',
    'x-amzn-RequestId': requestId,
  };
  return {
    ...members,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: statusCode,
  };
}
