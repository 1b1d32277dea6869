import { apigatewayv2 } from './apigatewayv2/service';
import { autoScaling } from './auto-scaling/service';
import { cloudformation } from './cloudformation/service';
import { cloudwatch } from './cloudwatch/service';
import { cloudwatchLogs } from './cloudwatch-logs/service';
import { dynamodb } from './dynamodb/service';
import { ec2 } from './ec2/service';
import { ecr } from './ecr/service';
import { elasticLoadBalancing } from './elastic-load-balancing/service';
import { elasticLoadBalancingV2 } from './elastic-load-balancing-v2/service';
import { eventbridge } from './eventbridge/service';
import { iam } from './iam/service';
import { inspector2 } from './inspector2/service';
import { kms } from './kms/service';
import { lambda } from './lambda/service';
import { s3 } from './s3/service';
import { scheduler } from './scheduler/service';
import { secretsManager } from './secrets-manager/service';
import { serviceQuotas } from './service-quotas/service';
import { sfn } from './sfn/service';
import { sns } from './sns/service';
import { ssm } from './ssm/service';
import { sts } from './sts/service';

/** The services of the embedded AWS, by the suffix of their SDK client: a service is registered by its line here. */
export const services = {
  apigatewayv2,
  'auto-scaling': autoScaling,
  cloudformation,
  cloudwatch,
  'cloudwatch-logs': cloudwatchLogs,
  dynamodb,
  ec2,
  ecr,
  'elastic-load-balancing': elasticLoadBalancing,
  'elastic-load-balancing-v2': elasticLoadBalancingV2,
  eventbridge,
  iam,
  inspector2,
  kms,
  lambda,
  s3,
  scheduler,
  'secrets-manager': secretsManager,
  'service-quotas': serviceQuotas,
  sfn,
  sns,
  ssm,
  sts,
} as const;

/** The name of a service: its folder, and the suffix of its SDK client. */
export type ServiceName = keyof typeof services;

/** The state of a service, as its `service.ts` makes it. */
export type ServiceState<Name extends ServiceName> = ReturnType<(typeof services)[Name]['create']>;

/** The SDK client module of a service. */
export type ServiceClient<Name extends ServiceName> = Awaited<ReturnType<(typeof services)[Name]['client']>>;
