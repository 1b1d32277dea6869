import type { CreateStackCommandInput, Stack, UpdateStackCommandInput } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/aws-error';
import type { NewRegion } from '../../testing/region';

/** The CloudFormation of a region as tests use it: what they begin is waited for. */
export function cloudFormationOf(region: NewRegion) {
  const aws = region.api('cloudformation');
  /** Resolves when nothing is in progress on the stack any more. */
  const { clock } = region.context;
  const settled = (name: string | undefined) =>
    region.state('cloudformation').stacks.get(name).settled.finally(clock.awaited());
  const describe = async (StackName: string | undefined): Promise<Stack | undefined> =>
    (await aws.DescribeStacks({ StackName })).Stacks?.[0];
  const events = async (StackName: string) =>
    (await aws.DescribeStackEvents({ StackName })).StackEvents ?? [];
  async function create(
    StackName: string,
    TemplateBody: string,
    more: Partial<CreateStackCommandInput> = {},
  ) {
    await aws.CreateStack({ StackName, TemplateBody, ...more });
    await settled(StackName);
    return describe(StackName);
  }
  async function update(
    StackName: string,
    TemplateBody: string,
    more: Partial<UpdateStackCommandInput> = {},
  ) {
    await aws.UpdateStack({ StackName, TemplateBody, ...more });
    await settled(StackName);
    return describe(StackName);
  }
  /** The stack's status, and what failed and why. */
  async function state(StackName: string): Promise<{ status?: string; failures: string[] }> {
    const failures = (await events(StackName))
      .filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'))
      .map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`);
    return { status: (await describe(StackName))?.StackStatus, failures };
  }
  async function physicalId(StackName: string, LogicalResourceId: string): Promise<string> {
    const { StackResourceDetail } = await aws.DescribeStackResource({ StackName, LogicalResourceId });
    return StackResourceDetail?.PhysicalResourceId ?? '';
  }
  return {
    aws,
    settled,
    describe,
    create,
    update,
    state,
    physicalId,
    /** Makes the stack `s`, changes it, and tells whether its resource `A` is still the same, and what failed. */
    async change(before: string, after: string) {
      const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
      await create('s', before, { Capabilities });
      const made = await state('s');
      if (made.failures.length > 0) return { ...made, id: '', isSame: false };
      const id = await physicalId('s', 'A');
      await update('s', after, { Capabilities });
      return { ...(await state('s')), id, isSame: (await physicalId('s', 'A')) === id };
    },
    async remove(StackName: string) {
      const id = (await describe(StackName))?.StackId;
      await aws.DeleteStack({ StackName });
      await settled(id);
      return describe(id);
    },
    async outputs(StackName: string): Promise<Record<string, string | undefined>> {
      const { Outputs = [] } = (await describe(StackName)) ?? {};
      return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    },
    /** `LogicalId STATUS`, oldest first. */
    story: async (StackName: string) =>
      (await events(StackName))
        .reverse()
        .map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`),
    /** The newest reason that an event of the resource gives. */
    reason: async (StackName: string, logicalId: string) =>
      (await events(StackName)).find(
        (event) => event.LogicalResourceId === logicalId && event.ResourceStatusReason,
      )?.ResourceStatusReason,
  };
}

export type TestedCloudFormation = ReturnType<typeof cloudFormationOf>;

/** Operations in the place of the Parameter Store's, which refuse what a test wants refused. */
export class RefusingParameters {
  readonly values = new Map<string, string>();
  /** Operations in the order in which they were called, e.g. `PutParameter /a`. */
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
    GetParameters: ({ Names = [] }: { Names?: readonly string[] }) => {
      const found = Names.filter((name) => this.values.has(name));
      return { Parameters: found.map((Name) => ({ Name, Value: this.values.get(Name) })) };
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

/** A resource of a template: a parameter of the Parameter Store. */
export function parameter(name: string, value: string, more = ''): string {
  return `{ Type: AWS::SSM::Parameter, Properties: { Name: ${name}, Type: String, Value: ${value} }${more} }`;
}
