import { clientOf } from '../../core/client';
import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import { serviceCall } from '../../core/service-call';
import { Network } from '../../network';
import { type ApiOfStates, apiOf } from '../../testing/api';
import { noCorridor } from '../../testing/no-corridor';
import { AutoScaling } from '../auto-scaling';
import { Logs } from '../cloudwatch-logs';
import { DynamoDbState } from '../dynamodb/state';
import { Ec2 } from '../ec2';
import { ElbV2 } from '../elastic-load-balancing-v2';
import { IamState } from '../iam/state';
import { S3State } from '../s3/state';
import { SnsState } from '../sns/state';
import { Ssm } from '../ssm';
import { CloudFormation } from '.';

const region = 'us-east-1';
const accountId = '000000000000';

/** A region with CloudFormation and the real services that it makes most resources in. */
export function openRegion() {
  const clock = new Clock(2000);
  const bus = new EventBus(region, accountId, () => clock.now());
  const context: Context = {
    region,
    accountId,
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus,
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:4566',
    ...noCorridor,
  };
  const iam = new IamState(context);
  const ssm = new Ssm(context);
  const network = new Network(context);
  const ec2 = new Ec2(context, { network, iam, ssm });
  const elbv2 = new ElbV2(context, { ec2, network });
  const autoscaling = new AutoScaling(context, { ec2, elbv2 });
  const dynamodb = new DynamoDbState(context);
  const sns = new SnsState(context, { allows: () => true });
  const s3: S3State = new S3State({
    ...context,
    at: () => ({
      ...context,
      invoke: (call, service, operation, input) => api.corridor.invoke(call, service, operation, input),
    }),
  });
  const logs = new Logs(context);
  const api: ApiOfStates = apiOf({
    iam,
    s3,
    ssm,
    ec2,
    'elastic-load-balancing-v2': elbv2,
    'auto-scaling': autoscaling,
    dynamodb,
    sns,
    'cloudwatch-logs': logs,
  });
  const cloudFormation = new CloudFormation({
    ...context,
    invoke: (call, service, operation, input) => api.corridor.invoke(call, service, operation, input),
  });
  const aws = cloudFormation.operations;
  return {
    aws,
    call: serviceCall(context, 'test'),
    s3: clientOf<typeof import('@aws-sdk/client-s3')>(api.corridor, 's3', () => serviceCall(context, 'test')),
    ec2: ec2.operations,
    elbv2: elbv2.operations,
    autoscaling: autoscaling.operations,
    ssm: ssm.operations,
    settled: (name: string) => cloudFormation.settled(name),
    /** The stack's status, and what failed and why. */
    state(StackName: string): { status?: string; failures: string[] } {
      const failures = aws
        .DescribeStackEvents({ StackName })
        .StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'))
        .map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`);
      return { status: aws.DescribeStacks({ StackName }).Stacks[0]?.StackStatus, failures };
    },
    physicalId: (StackName: string, LogicalResourceId: string) =>
      aws.DescribeStackResource({ StackName, LogicalResourceId }).StackResourceDetail.PhysicalResourceId ??
      '',
    async close() {
      cloudFormation.dispose();
      autoscaling.dispose();
      elbv2.dispose();
      await Promise.all([ec2, dynamodb, sns, ssm, logs].map((service: object) => disposeOf(service)));
      clock.stop();
    },
  };
}

async function disposeOf(service: { dispose?: () => unknown }): Promise<void> {
  await service.dispose?.();
}
