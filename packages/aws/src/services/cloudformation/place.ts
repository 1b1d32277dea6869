import { AwsError } from '../../core/aws-error';
import { clientOf } from '../../core/client';
import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import type { Call } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import { apiOf } from '../../testing/api';
import { noCorridor } from '../../testing/no-corridor';
import { IamState } from '../iam/state';
import { CloudFormation } from '.';

/** A Parameter Store and log groups, as small as templates need them. */
class Shelf {
  readonly values = new Map<string, string>();
  /** Operations in the order in which they were called, e.g. `CreateLogGroup a`. */
  readonly calls: string[] = [];
  /** Names that are refused. */
  readonly refused = new Set<string>();
  /** Called after each parameter that was put. */
  onPut: (name: string) => void = () => {};
  readonly operations = {
    GetParameter: ({ Name = '' }: { Name?: string }) => {
      const Value = this.values.get(Name);
      if (Value === undefined) throw new AwsError('ParameterNotFound', `Parameter ${Name} not found`);
      return { Parameter: { Name, Value } };
    },
    PutParameter: ({ Name = '', Value = '' }: { Name?: string; Value?: string }) => {
      this.act('PutParameter', Name);
      this.values.set(Name, Value);
      this.onPut(Name);
      return {};
    },
    DeleteParameter: ({ Name = '' }: { Name?: string }) => {
      this.act('DeleteParameter', Name);
      this.values.delete(Name);
      return {};
    },
    AddTagsToResource: ({ ResourceId = '' }: { ResourceId?: string }) => {
      this.act('AddTagsToResource', ResourceId);
      return {};
    },
  };

  private act(operation: string, name: string): void {
    if (this.refused.has(name)) throw new AwsError('ValidationException', `${name} is refused`);
    this.calls.push(`${operation} ${name}`);
  }
}

/** A region with CloudFormation, the real IAM and a small Parameter Store. */
export function openPlace() {
  const clock = new Clock(10_000);
  const context: Context = {
    region: 'eu-north-1',
    accountId: '000000000000',
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus: new EventBus('eu-north-1', '000000000000', () => clock.now()),
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:4566',
    ...noCorridor,
  };
  const iam = new IamState(context);
  const ssm = new Shelf();
  const objects = new Map<string, string>();
  const api = apiOf({ iam, ssm });
  const cloudFormation = new CloudFormation(
    {
      ...context,
      invoke: (call, service, operation, input) => api.corridor.invoke(call, service, operation, input),
    },
    {
      readObject: async (bucket, key) => objects.get(`${bucket}/${key}`) ?? '',
    },
  );
  const call: Call = serviceCall(context, 'test');
  const aws = cloudFormation.operations;
  return {
    aws,
    call,
    iam: {
      instanceProfile: (nameOrArn: string) => iam.instanceProfile(nameOrArn),
      operations: clientOf<typeof import('@aws-sdk/client-iam')>(api.corridor, 'iam', () => call),
    },
    ssm,
    objects,
    close: () => {
      cloudFormation.dispose();
      clock.stop();
    },
    /** Creates a stack and waits for its end. Gives the stack as it is then. */
    async create(
      StackName: string,
      TemplateBody: string,
      more: Partial<Parameters<typeof aws.CreateStack>[0]> = {},
    ) {
      await aws.CreateStack({ StackName, TemplateBody, ...more });
      await cloudFormation.settled(StackName);
      return aws.DescribeStacks({ StackName }).Stacks[0];
    },
    async update(
      StackName: string,
      TemplateBody: string,
      more: Partial<Parameters<typeof aws.UpdateStack>[0]> = {},
    ) {
      await aws.UpdateStack({ StackName, TemplateBody, ...more });
      await cloudFormation.settled(StackName);
      return aws.DescribeStacks({ StackName }).Stacks[0];
    },
    async remove(StackName: string) {
      const StackId = aws.DescribeStacks({ StackName }).Stacks[0]?.StackId ?? '';
      aws.DeleteStack({ StackName });
      await cloudFormation.settled(StackId);
      return aws.DescribeStacks({ StackName: StackId }).Stacks[0];
    },
    settled: (name: string) => cloudFormation.settled(name),
    outputs(StackName: string): Record<string, string | undefined> {
      const { Outputs = [] } = aws.DescribeStacks({ StackName }).Stacks[0] ?? {};
      return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    },
    /** `LogicalId STATUS`, oldest first. */
    story(StackName: string): string[] {
      const { StackEvents } = aws.DescribeStackEvents({ StackName });
      return [...StackEvents].reverse().map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`);
    },
    reason(StackName: string, logicalId: string): string | undefined {
      return aws
        .DescribeStackEvents({ StackName })
        .StackEvents.find((event) => event.LogicalResourceId === logicalId && event.ResourceStatusReason)
        ?.ResourceStatusReason;
    },
  };
}

export type Place = ReturnType<typeof openPlace>;
