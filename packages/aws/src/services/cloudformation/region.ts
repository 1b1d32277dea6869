import { clientOf } from '../../core/client';
import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import type { Call } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import { Network } from '../../network';
import { apiOf } from '../../testing/api';
import { noCorridor } from '../../testing/no-corridor';
import { AutoScalingState } from '../auto-scaling/state';
import { LogsState } from '../cloudwatch-logs/state';
import { DynamoDbState } from '../dynamodb/state';
import { Ec2 } from '../ec2';
import { publicImageParameters } from '../ec2/images/amazon-images';
import { LoadBalancingState } from '../elastic-load-balancing-v2/state';
import { IamState } from '../iam/state';
import { S3State } from '../s3/state';
import { SnsState } from '../sns/state';
import { publicParameters } from '../ssm/public-parameters';
import { SsmState } from '../ssm/state';
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
    invoke: (call, service, operation, input) => api.corridor.invoke(call, service, operation, input),
  };
  const iam = new IamState(context);
  const s3 = new S3State({ ...context, at: () => context });
  const ssm = new SsmState(context, publicParameters(publicImageParameters(region)));
  const network = new Network(context);
  const ec2 = new Ec2(context, { network, iam, ssm });
  const elbv2 = new LoadBalancingState(context, { ec2, network });
  const autoscaling = new AutoScalingState(context, { ec2, 'elastic-load-balancing-v2': elbv2 });
  const dynamodb = new DynamoDbState(context);
  const sns = new SnsState(context, { allows: () => true });
  const logs = new LogsState(context);
  const api = apiOf({
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
  const cloudFormation = new CloudFormation(context);
  const makeCall = () => serviceCall(context, 'test');
  const elbApi = clientOf<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>(
    context,
    'elastic-load-balancing-v2',
    makeCall,
  );
  const autoScalingApi = clientOf<typeof import('@aws-sdk/client-auto-scaling')>(
    context,
    'auto-scaling',
    makeCall,
  );
  const aws = cloudFormation.operations;
  return {
    aws,
    call: serviceCall(context, 'test'),
    s3: clientOf<typeof import('@aws-sdk/client-s3')>(api.corridor, 's3', () => serviceCall(context, 'test')),
    ec2: ec2.operations,
    elbv2: { DescribeLoadBalancers: (input: object, _call: Call) => elbApi.DescribeLoadBalancers(input) },
    autoscaling: {
      DescribeAutoScalingGroups: (input: object, _call: Call) =>
        autoScalingApi.DescribeAutoScalingGroups(input),
    },
    ssm: clientOf<typeof import('@aws-sdk/client-ssm')>(api.corridor, 'ssm', () =>
      serviceCall(context, 'test'),
    ),
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
