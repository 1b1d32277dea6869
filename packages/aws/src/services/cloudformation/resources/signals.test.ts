import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

/** A group of three servers, of which so many percent have to signal that they have come up. */
const group = (percent: number) => `
Resources:
  T: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: t3.micro, ImageId: "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}" } } }
  A:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { AvailabilityZones: !GetAZs "", MinSize: "0", MaxSize: "4", LaunchTemplate: { LaunchTemplateId: !Ref T, Version: "1" } }
    CreationPolicy:
      AutoScalingCreationPolicy: { MinSuccessfulInstancesPercent: ${percent} }
      ResourceSignal: { Count: 3, Timeout: PT10M }`;

async function signal(...statuses: ('SUCCESS' | 'FAILURE')[]): Promise<void> {
  await until(
    () => region.state('cloudformation').stacks.get('s').resources.get('A')?.physicalId || undefined,
  );
  for (const [i, Status] of statuses.entries())
    await cfn.aws.SignalResource({ StackName: 's', LogicalResourceId: 'A', UniqueId: `i-${i}`, Status });
}

test('a group is made when enough of its servers have signalled success', async () => {
  await cfn.aws.CreateStack({ StackName: 's', TemplateBody: group(60) });
  await signal('SUCCESS', 'FAILURE', 'SUCCESS');
  await cfn.settled('s');
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
});

test('a group of which too many fail is not made', async () => {
  await cfn.aws.CreateStack({ StackName: 's', TemplateBody: group(100) });
  await signal('SUCCESS', 'FAILURE');
  await cfn.settled('s');
  expect(await cfn.state('s')).toEqual({
    status: 'ROLLBACK_COMPLETE',
    failures: [
      'A: Received 1 FAILURE signal(s) out of 3. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement',
    ],
  });
});

test('what does not signal in time counts as failed', async () => {
  const { clock } = region.context;
  const began = clock.millis();
  await cfn.create('s', group(60));
  expect((await cfn.state('s')).failures).toEqual([
    'A: Received 3 FAILURE signal(s) out of 3. Unable to satisfy 60% MinSuccessfulInstancesPercent requirement',
  ]);
  expect((clock.millis() - began) / 60_000).toBeGreaterThan(10);
});

test('a launch configuration is not to be had any more, as on AWS', async () => {
  const properties = 'ImageId: ami-0123456789abcdef0, InstanceType: t3.micro';
  await cfn.create(
    's',
    `Resources: { A: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ${properties} } } }`,
  );
  expect((await cfn.state('s')).failures).toEqual([expect.stringMatching(/^A: .*launch configuration/i)]);
});
