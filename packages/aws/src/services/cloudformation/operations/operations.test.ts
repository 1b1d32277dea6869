import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeAccountLimitsCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  paginateListStackResources,
  paginateListStacks,
  SignalResourceCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cloudFormationOf, parameter, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
let client: CloudFormationClient;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
  client = new CloudFormationClient(region.aws.client);
});
afterEach(async () => {
  client.destroy();
  await region.aws.stop();
});

const StackName = 's';
const body = (value: string) =>
  `Description: one\nResources: { A: ${parameter('/a', value)} }\nOutputs: { O: { Value: !Ref A } }`;

test('a stack is described with all that it was given, and listed after its deletion', async () => {
  const { StackId } = await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: body('1'),
      TimeoutInMinutes: 5,
      ClientRequestToken: 't',
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 30, minDelay: 1 }, { StackName });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks).toMatchObject([
    {
      StackId,
      StackName,
      Description: 'one',
      StackStatus: 'CREATE_COMPLETE',
      TimeoutInMinutes: 5,
      Outputs: [{ OutputKey: 'O', OutputValue: '/a' }],
    },
  ]);
  const again = new CreateStackCommand({ StackName, TemplateBody: body('1'), ClientRequestToken: 't' });
  expect((await client.send(again)).StackId).toBe(StackId);
  await client.send(new DeleteStackCommand({ StackName }));
  await cfn.settled(StackId);
  expect((await client.send(new DescribeStacksCommand({}))).Stacks).toEqual([]);
  const gone = new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] });
  expect((await client.send(gone)).StackSummaries).toMatchObject([
    { StackId, StackName, TemplateDescription: 'one', DeletionTime: expect.any(Date) },
  ]);
});

test('events have ids that say what became of which resource when, and its properties to the end', async () => {
  await cfn.create(StackName, body('x'));
  const { StackId } = (await cfn.describe(StackName)) ?? {};
  await cfn.aws.DeleteStack({ StackName });
  await cfn.settled(StackId);
  const { StackEvents = [] } = await cfn.aws.DescribeStackEvents({ StackName: StackId });
  const own = StackEvents.filter(({ LogicalResourceId }) => LogicalResourceId === 'A');
  expect(own.map(({ ResourceStatus }) => ResourceStatus)).toContain('DELETE_COMPLETE');
  for (const { EventId, ResourceStatus, ResourceProperties } of own) {
    expect(EventId).toMatch(new RegExp(`^A-${ResourceStatus}-\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$`));
    expect(JSON.parse(ResourceProperties ?? '')).toMatchObject({ Name: '/a', Value: 'x' });
  }
  expect(new Set(StackEvents.map(({ EventId }) => EventId)).size).toBe(StackEvents.length);
});

test('an update may change a policy of a resource alone, though the default says the same', async () => {
  const withPolicy = (policy: string) =>
    body('1').replace('Resources: { A: {', `Resources: { A: { ${policy}`);
  await cfn.create(StackName, withPolicy('UpdateReplacePolicy: Delete,'));
  expect((await cfn.update(StackName, withPolicy('')))?.StackStatus).toBe('UPDATE_COMPLETE');
});

test.each([
  [{}, 'ValidationError', 'StackName is required if ChangeSetName is not specified.'],
  [{ ChangeSetName: 'ghost' }, 'ValidationError', 'StackName is a required parameter.'],
  [{ StackName: 'ghost' }, 'ValidationError', 'Stack with id ghost does not exist'],
  [{ StackName, ChangeSetName: 'ghost' }, 'ChangeSetNotFound', 'ChangeSet [ghost] does not exist'],
])('GetTemplate of %j is refused', async (input, code, message) => {
  await cfn.create(StackName, body('1'));
  await expect(cfn.aws.GetTemplate(input)).rejects.toMatchObject({ code, message });
});

test('a stack that is only planned has no summary', async () => {
  const TemplateBody = body('1');
  await cfn.aws.CreateChangeSet({ StackName, ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody });
  await expect(cfn.aws.GetTemplateSummary({ StackName })).rejects.toThrow(
    'GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.',
  );
});

test('resources are found by their stack, their logical and their physical id', async () => {
  await cfn.create(StackName, body('1'));
  const resource = {
    StackName,
    LogicalResourceId: 'A',
    PhysicalResourceId: '/a',
    ResourceType: 'AWS::SSM::Parameter',
    ResourceStatus: 'CREATE_COMPLETE',
  };
  const byName = new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'A' });
  expect((await client.send(byName)).StackResourceDetail).toMatchObject(resource);
  const byId = new DescribeStackResourcesCommand({ PhysicalResourceId: '/a' });
  expect((await client.send(byId)).StackResources).toMatchObject([resource]);
  const listed = await client.send(new ListStackResourcesCommand({ StackName }));
  expect(listed.StackResourceSummaries).toMatchObject([{ LogicalResourceId: 'A', PhysicalResourceId: '/a' }]);
  const ghost = new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'B' });
  await expect(client.send(ghost)).rejects.toThrow('Resource B does not exist for stack s');
});

test('an update is made by its template, and gives that template out again', async () => {
  await cfn.create(StackName, body('1'));
  const { StackId } = await client.send(new UpdateStackCommand({ StackName, TemplateBody: body('2') }));
  await cfn.settled(StackId);
  const template = await client.send(new GetTemplateCommand({ StackName }));
  expect(template).toMatchObject({ TemplateBody: body('2'), StagesAvailable: ['Original', 'Processed'] });
  const events = await client.send(new DescribeStackEventsCommand({ StackName }));
  expect(events.StackEvents?.[0]).toMatchObject({ StackId, ResourceStatus: 'UPDATE_COMPLETE' });
});

test('a protected stack is not deleted', async () => {
  await cfn.create(StackName, body('1'));
  const protect = new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: true });
  const { StackId } = await client.send(protect);
  expect(await cfn.describe(StackId)).toMatchObject({ EnableTerminationProtection: true });
  await expect(client.send(new DeleteStackCommand({ StackName }))).rejects.toThrow(
    'Stack [s] cannot be deleted while TerminationProtection is enabled',
  );
});

const waiting = (count: number) => `
Parameters: { Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 } }
Resources:
  A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image, InstanceType: t3.micro }, CreationPolicy: { ResourceSignal: { Count: ${count}, Timeout: PT1H } } }`;

/** Resolves when the instance of the stack has been launched. */
const awaitLaunch = () =>
  until(() =>
    region.state('cloudformation').stacks.get(StackName).resources.get('A')?.physicalId.startsWith('i-'),
  );

test('signals let an instance be, or fail it', async () => {
  await client.send(new CreateStackCommand({ StackName, TemplateBody: waiting(1) }));
  await awaitLaunch();
  const signal = { StackName, LogicalResourceId: 'A', UniqueId: 'one' };
  await client.send(new SignalResourceCommand({ ...signal, Status: 'SUCCESS' }));
  await cfn.settled(StackName);
  expect(await cfn.state(StackName)).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  expect(StackEvents.map((event) => event.ResourceStatusReason)).toContain(
    'Received SUCCESS signal with UniqueId one',
  );
  await expect(client.send(new SignalResourceCommand({ ...signal, Status: 'FAILURE' }))).rejects.toThrow(
    'Resource A is not in a state in which it can be signaled',
  );
});

test('a failure signal takes the stack back', async () => {
  await client.send(new CreateStackCommand({ StackName, TemplateBody: waiting(2) }));
  await awaitLaunch();
  await client.send(
    new SignalResourceCommand({ StackName, LogicalResourceId: 'A', UniqueId: 'i', Status: 'FAILURE' }),
  );
  await cfn.settled(StackName);
  expect(await cfn.state(StackName)).toEqual({
    status: 'ROLLBACK_COMPLETE',
    failures: ['A: Received FAILURE signal with UniqueId i'],
  });
});

test('an update that is cancelled is taken back', async () => {
  await cfn.create(StackName, `Resources: { B: ${parameter('/b', '1')} }`);
  await client.send(
    new UpdateStackCommand({ StackName, TemplateBody: `${waiting(1)}\n  B: ${parameter('/b', '1')}` }),
  );
  await awaitLaunch();
  await client.send(new CancelUpdateStackCommand({ StackName }));
  await cfn.settled(StackName);
  expect(await cfn.describe(StackName)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  await expect(client.send(new CancelUpdateStackCommand({ StackName }))).rejects.toThrow(
    'CancelUpdateStack cannot be called from current stack status',
  );
});

test('an account has its limits', async () => {
  const { AccountLimits } = await client.send(new DescribeAccountLimitsCommand({}));
  expect(AccountLimits).toContainEqual({ Name: 'StackLimit', Value: 2000 });
});

test('lists come in pages, and a token that was never given is refused', async () => {
  const handles = Array.from(
    { length: 120 },
    (_, i) => `H${i}: { Type: AWS::CloudFormation::WaitConditionHandle }`,
  );
  await cfn.create(StackName, `Resources: { ${handles.join(', ')} }`);
  const pages: (number | undefined)[] = [];
  const ids = new Set<string | undefined>();
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    pages.push(page.StackResourceSummaries?.length);
    for (const { LogicalResourceId } of page.StackResourceSummaries ?? []) ids.add(LogicalResourceId);
  }
  expect(pages).toEqual([100, 20]);
  expect(ids.size).toBe(120);
  for await (const page of paginateListStacks({ client }, {})) expect(page.StackSummaries).toHaveLength(1);
  for (const NextToken of ['x', 'bnVsbA==', '\u0000'])
    await expect(
      region.api('cloudformation').ListStackResources({ StackName, NextToken }),
    ).rejects.toMatchObject({ code: 'ValidationError' });
});
