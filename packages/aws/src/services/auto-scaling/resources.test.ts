import { type NewRegion, newRegion } from '../../testing/region';
import { until } from '../../testing/until';
import { cloudFormationOf, type TestedCloudFormation } from '../cloudformation/testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const stack = (more: string) => `
Resources:
  T: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: t3.micro, ImageId: "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}" } } }
  A:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { AutoScalingGroupName: fleet, AvailabilityZones: !GetAZs "", MinSize: "0", MaxSize: "1", LaunchTemplate: { LaunchTemplateId: !Ref T, Version: "1" } }${more}`;

const AutoScalingGroupName = 'fleet';

test('A warm pool of a stack is made, changed and deleted', async () => {
  const autoScaling = region.api('auto-scaling');
  const pool = (properties: string) =>
    stack(`
  W: { Type: AWS::AutoScaling::WarmPool, Properties: { AutoScalingGroupName: !Ref A, ${properties} } }`);
  const shown = async () =>
    (await autoScaling.DescribeWarmPool({ AutoScalingGroupName })).WarmPoolConfiguration;
  await cfn.create('s', pool('PoolState: Running, MinSize: 1, MaxGroupPreparedCapacity: 2'));
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toEqual({ PoolState: 'Running', MinSize: 1, MaxGroupPreparedCapacity: 2 });
  await until(
    async () => (await autoScaling.DescribeWarmPool({ AutoScalingGroupName })).Instances?.length === 2,
  );
  await cfn.update(
    's',
    pool('PoolState: Running, MinSize: 1, InstanceReusePolicy: { ReuseOnScaleIn: true }'),
  );
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toEqual({
    PoolState: 'Running',
    MinSize: 1,
    InstanceReusePolicy: { ReuseOnScaleIn: true },
  });
  await cfn.update('s', stack(''));
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toBeUndefined();
});

test('A scheduled action of a stack is made, changed and deleted', async () => {
  const action = (properties: string) =>
    stack(`
  S: { Type: AWS::AutoScaling::ScheduledAction, Properties: { AutoScalingGroupName: !Ref A, ${properties} } }`);
  const shown = async () =>
    (await region.api('auto-scaling').DescribeScheduledActions({ AutoScalingGroupName }))
      .ScheduledUpdateGroupActions;
  await cfn.create(
    's',
    action('Recurrence: "0 9 * * *", DesiredCapacity: 1, EndTime: "2126-01-01T00:00:00Z"'),
  );
  expect((await cfn.state('s')).failures).toEqual([]);
  const [made] = (await shown()) ?? [];
  expect(made).toMatchObject({
    ...{ Recurrence: '0 9 * * *', DesiredCapacity: 1, EndTime: new Date('2126-01-01T00:00:00Z') },
    ScheduledActionName: expect.stringMatching(/^s-S-/),
  });
  await cfn.update('s', action('Recurrence: "0 10 * * *", DesiredCapacity: 1'));
  expect(await shown()).toMatchObject([
    { Recurrence: '0 10 * * *', ScheduledActionName: made?.ScheduledActionName },
  ]);
  await cfn.update('s', stack(''));
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toEqual([]);
});

test('A mixed group of a stack has the versions that parameters name when it is made and changed', async () => {
  const data =
    'LaunchTemplateData: { InstanceType: t3.micro, ImageId: "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}" }';
  const mixed = (base: string) => `
Resources:
  T: { Type: AWS::EC2::LaunchTemplate, Properties: { ${data} } }
  U: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateName: spare, ${data} } }
  V: { Type: AWS::SSM::Parameter, Properties: { Name: /fleets/fleet/spare/version, Type: String, Value: "1" } }
  A:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AutoScalingGroupName: fleet
      AvailabilityZones: !GetAZs ""
      MinSize: "0"
      MaxSize: "4"
      MixedInstancesPolicy:
        LaunchTemplate:
          LaunchTemplateSpecification: { LaunchTemplateId: !Ref T, Version: "1" }
          Overrides:
            - { InstanceType: t3.small }
            - InstanceType: t3.micro
              LaunchTemplateSpecification: { LaunchTemplateId: !Ref U, Version: !Sub "{{resolve:ssm:\${V}}}" }
        InstancesDistribution: { OnDemandBaseCapacity: ${base}, OnDemandPercentageAboveBaseCapacity: "50" }`;
  const shown = async () => {
    const { AutoScalingGroups = [] } = await region.api('auto-scaling').DescribeAutoScalingGroups({});
    const { LaunchTemplate, InstancesDistribution } = AutoScalingGroups[0]?.MixedInstancesPolicy ?? {};
    const spec = LaunchTemplate?.Overrides?.[1]?.LaunchTemplateSpecification;
    return [spec?.LaunchTemplateName, spec?.Version, InstancesDistribution?.OnDemandBaseCapacity];
  };
  await cfn.create('s', mixed('1'));
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toEqual(['spare', '1', 1]);
  await region.api('ec2').CreateLaunchTemplateVersion({
    ...{ LaunchTemplateName: 'spare', SourceVersion: '1', LaunchTemplateData: { DisableApiStop: false } },
  });
  await region.api('ssm').PutParameter({ Name: '/fleets/fleet/spare/version', Value: '2', Overwrite: true });
  await cfn.update('s', mixed('2'));
  expect((await cfn.state('s')).failures).toEqual([]);
  expect(await shown()).toEqual(['spare', '2', 2]);
});
