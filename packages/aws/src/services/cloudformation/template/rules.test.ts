import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const HANDLE = 'Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }';

/** What every stack of the CDK has. */
const CDK = `
Parameters:
  BootstrapVersion: { Type: "AWS::SSM::Parameter::Value<String>", Default: /cdk-bootstrap/hnb659fds/version }
Rules:
  CheckBootstrapVersion:
    Assertions:
      - Assert: { "Fn::Not": [{ "Fn::Contains": [["1", "2", "3", "4", "5"], { Ref: BootstrapVersion }] }] }
        AssertDescription: CDK bootstrap stack version 6 required.
Resources:
  CDKMetadata: { Type: AWS::CDK::Metadata, Properties: { Analytics: "v2:deflate64:H4sIAAAA" } }
`;

const setVersion = (Value: string) =>
  region
    .api('ssm')
    .PutParameter({ Name: '/cdk-bootstrap/hnb659fds/version', Value, Type: 'String', Overwrite: true });

test("a stack of the CDK, with its metadata and its rule about the bootstrap's version, is made, changed and deleted", async () => {
  await setVersion('30');
  await cfn.create('app', CDK);
  expect(await cfn.state('app')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  await cfn.update('app', CDK.replace('H4sIAAAA', 'H4sIBBBB'));
  expect(await cfn.state('app')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  await cfn.aws.DeleteStack({ StackName: 'app' });
  await cfn.settled((await cfn.aws.ListStacks({})).StackSummaries?.[0]?.StackId);
  await expect(cfn.describe('app')).rejects.toThrow('does not exist');
});

test('an assertion that does not hold is told before anything is made', async () => {
  await setVersion('5');
  await expect(cfn.aws.CreateStack({ StackName: 'app', TemplateBody: CDK })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(
      /Rule CheckBootstrapVersion failed: CDK bootstrap stack version 6 required\.$/,
    ),
  });
  expect((await cfn.aws.ListStacks({})).StackSummaries).toEqual([]);
});

/** Whether a template whose parameter `Size` is `m` may be made with a rule. */
async function isAllowed(rule: string): Promise<boolean> {
  const TemplateBody = `
Parameters:
  Size: { Type: String, Default: m }
  Sizes: { Type: CommaDelimitedList, Default: "m,m" }
  Other: { Type: String, Default: x }
Rules: { R: ${rule} }
${HANDLE}`;
  try {
    await cfn.aws.CreateStack({ StackName: 'ruled', TemplateBody });
    return true;
  } catch (error) {
    expect((error as Error).message).toContain('Rule R failed');
    return false;
  }
}

const asserting = (condition: string) => `{ Assertions: [{ Assert: ${condition} }] }`;

test.each([
  ['Contains', '{ "Fn::Contains": [[s, m], { Ref: Size }] }', '{ "Fn::Contains": [[s], { Ref: Size }] }'],
  [
    'EachMemberEquals',
    '{ "Fn::EachMemberEquals": [{ Ref: Sizes }, m] }',
    '{ "Fn::EachMemberEquals": [[m, s], m] }',
  ],
  [
    'EachMemberIn',
    '{ "Fn::EachMemberIn": [{ Ref: Sizes }, [s, m]] }',
    '{ "Fn::EachMemberIn": [[m, l], [s, m]] }',
  ],
  [
    'RefAll',
    '{ "Fn::EachMemberIn": [{ "Fn::RefAll": String }, [m, x]] }',
    '{ "Fn::EachMemberIn": [{ "Fn::RefAll": String }, [m]] }',
  ],
  [
    'And, Or, Not and Equals around them',
    '{ "Fn::And": [{ "Fn::Not": [{ "Fn::Contains": [[s], { Ref: Size }] }] }, { "Fn::Or": [{ "Fn::Equals": [{ Ref: Size }, s] }, { "Fn::Equals": [{ Ref: Size }, m] }] }] }',
    '{ "Fn::And": [{ "Fn::Contains": [[m], { Ref: Size }] }, { "Fn::Equals": [{ Ref: Size }, s] }] }',
  ],
])('rules have %s', async (_name, holds, fails) => {
  expect(await isAllowed(asserting(fails))).toBe(false);
  expect(await isAllowed(asserting(holds))).toBe(true);
});

test('a rule whose condition is false asserts nothing', async () => {
  const never = (size: string) =>
    `{ RuleCondition: { "Fn::Equals": [{ Ref: Size }, ${size}] }, Assertions: [{ Assert: { "Fn::Equals": [a, b] } }] }`;
  expect(await isAllowed(never('m'))).toBe(false);
  expect(await isAllowed(never('s'))).toBe(true);
});

test.each([
  ['{ Assertions: [] }', 'must contain Assertions'],
  ['{ Assertions: [{ Assert: { Ref: Size } }] }', 'functions that are true or false'],
  ['{ Assertion: [] }', "Invalid template rule property 'Assertion'"],
  [
    '{ Assertions: [{ Assert: { "Fn::Contains": [[a], { "Fn::ValueOf": [Size, Tags] }] } }] }',
    'Fn::ValueOf in the Rules section is not supported by the embedded AWS',
  ],
])('the rule %s is refused', async (rule, message) => {
  const TemplateBody = `
Parameters: { Size: { Type: String, Default: m } }
Rules: { R: ${rule} }
${HANDLE}`;
  await expect(cfn.aws.CreateStack({ StackName: 'ruled', TemplateBody })).rejects.toThrow(message);
});

test.each([
  'AutoScalingRollingUpdate: { MaxBatchSize: 1 }',
  'AutoScalingReplacingUpdate: { WillReplace: true }',
])('the update policy %s, on which nothing would act, is refused by its name', async (policy) => {
  const TemplateBody = `
Resources:
  A: { Type: AWS::AutoScaling::AutoScalingGroup, Properties: { MinSize: "0", MaxSize: "1" }, UpdatePolicy: { ${policy} } }`;
  await expect(cfn.aws.CreateStack({ StackName: 's', TemplateBody })).rejects.toThrow(
    `the UpdatePolicy ${policy.split(':')[0]} of AWS::AutoScaling::AutoScalingGroup is not supported by the embedded AWS (resource A)`,
  );
});

test('a creation policy on which nothing would act is refused by its name', async () => {
  const policy = 'CreationPolicy: { ResourceSignal: { Count: 1 } }';
  await expect(
    cfn.aws.CreateStack({
      StackName: 's',
      TemplateBody: `Resources: { A: { Type: AWS::SNS::Topic, ${policy} } }`,
    }),
  ).rejects.toThrow(
    'the CreationPolicy ResourceSignal of AWS::SNS::Topic is not supported by the embedded AWS (resource A)',
  );
});
