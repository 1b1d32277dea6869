import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  type MixedInstancesPolicy,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { Unmade } from '../../../src/build/plan/unmade';
import { getRecord } from '../../../src/build/record';
import { type Target, TargetState } from '../../../src/build/state';
import { judgeFleet } from '../../../src/rollout/fleet';
import { takeGroup } from '../../../src/rollout/lease';
import { startRefresh } from '../../../src/rollout/refresh';
import { scaleOut } from '../../../src/rollout/scale-out';
import { checkTargets } from '../../../src/rollout/targets';
import { publishTemplate } from '../../../src/rollout/template';
import { undoRollouts } from '../../../src/rollout/undo/undo';
import { setDefaultVersions } from '../../../src/rollout/version/default';
import { noteVersions } from '../../../src/rollout/version/parameter';
import { BUILD, makeTarget, openRecord, PREFERENCES } from '../records';
import { useTable } from '../table';
import { useVersionParameters } from '../version-parameters';
import { describedAt, makeMixedTarget, policyAt, Templates, useMixedGroup } from './mixed-group';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
process.env.AWS_REGION = 'us-east-1';
process.env.KILN_FLEET_ROLES = 'kiln/*';
useTable();
const noted = useVersionParameters();

let templates: Templates;
const useGroup = (more: Partial<AutoScalingGroup> = {}) => useMixedGroup(autoScaling as never, more);
const withPolicy = (MixedInstancesPolicy: MixedInstancesPolicy) => useGroup({ MixedInstancesPolicy });
const useRefreshes = (...InstanceRefreshes: InstanceRefresh[]) =>
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes });
const refreshTo = (own: string, spare: string, more: Partial<InstanceRefresh> = {}): InstanceRefresh => ({
  InstanceRefreshId: 'r-1',
  Status: 'Successful',
  Preferences: PREFERENCES,
  DesiredConfiguration: { MixedInstancesPolicy: describedAt(own, spare) },
  ...more,
});

beforeEach(() => {
  for (const client of [ec2, autoScaling]) client.reset();
  templates = new Templates();
  templates.use(ec2 as never);
  useGroup();
  useRefreshes();
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
});

const build = { id: BUILD, pipeline: 'web' };
const SPARE = { launchTemplateId: 'lt-2', reference: '1', version: '2' };

describe('the plan of a group with a mixed instances policy', () => {
  const item = {
    ...{ autoScalingGroup: 'fleet', minHealthy: 100, maxHealthy: 200, bake: 0, autoRollback: true },
    ...{ initialCapacity: 3, verify: 'targetGroup' as const, alarms: [], skipMatching: true },
    ...{ scaleInProtected: 'wait' as const, standby: 'wait' as const },
  };
  const plan = async (more: object = {}, architecture?: string): Promise<Target> => {
    const [target] = await checkTargets(
      [{ ...item, ...more }],
      { port: 80, architecture: Promise.resolve(architecture) },
      new Unmade(),
    );
    if (!target) throw new Error('no target');
    return target;
  };

  test('has the policy, and each template that an override names', async () => {
    const target = await plan();
    expect(target).toMatchObject({
      ...{ launchTemplateId: 'lt-1', currentVersion: '4', reference: '4', defaultVersion: '4' },
      policy: policyAt('4', '1'),
      others: makeMixedTarget().others,
      canRollBack: true,
    });
    // It walks through the state machine as JSON.
    expect(TargetState.parse(JSON.parse(JSON.stringify(target)))).toEqual(target);
  });

  test('has a template once that policy and override name at one version, and an override by its name', async () => {
    const { LaunchTemplate } = policyAt('4', '1');
    const Overrides = [
      { InstanceType: 't3.micro', LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '4' } },
      {
        InstanceType: 't3.small',
        LaunchTemplateSpecification: { LaunchTemplateName: 'spare', Version: '1' },
      },
      { InstanceType: 't3.large', LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', Version: '3' } },
    ];
    withPolicy({ LaunchTemplate: { ...LaunchTemplate, Overrides } });
    const target = await plan();
    expect(target.others?.map((one) => `${one.launchTemplateId} ${one.currentVersion}`)).toEqual([
      'lt-2 1',
      'lt-1 3',
    ]);
    await openRecord({ targets: [target] });
    const input = { build, stage: 'PublishTemplate', target, imageId: 'ami-1' };
    const { version, others, fence } = await publishTemplate(input);
    await startRefresh({ build, stage: 'StartRefresh', target, version, others, fence });
    const sent = autoScaling.commandCalls(StartInstanceRefreshCommand)[0]?.args[0].input;
    const specs = sent?.DesiredConfiguration?.MixedInstancesPolicy?.LaunchTemplate?.Overrides?.map(
      ({ LaunchTemplateSpecification }) => LaunchTemplateSpecification,
    );
    expect(specs).toEqual([
      { LaunchTemplateId: 'lt-1', Version: '5' },
      { LaunchTemplateId: 'lt-2', Version: '2' },
      { LaunchTemplateId: 'lt-1', Version: '6' },
    ]);
  });

  test('tells all that is in the way at once', async () => {
    const { LaunchTemplate } = policyAt('4', '$Latest');
    const [small, micro] = LaunchTemplate?.Overrides ?? [];
    const Overrides = [{ ...small, ImageId: 'ami-9' }, micro ?? {}];
    withPolicy({ LaunchTemplate: { ...LaunchTemplate, Overrides } });
    templates.versions['lt-2'] = [];
    templates.add('lt-2', 1, { LaunchTemplateData: { ImageId: 'ami-0', UserData: 'eA==' } });
    ec2
      .on(DescribeLaunchTemplatesCommand, { LaunchTemplateIds: ['lt-2'] })
      .resolves({ LaunchTemplates: [{}] });
    ec2.on(DescribeInstanceTypesCommand).resolves({
      InstanceTypes: [
        { InstanceType: 't3.small', ProcessorInfo: { SupportedArchitectures: ['x86_64'] } },
        { InstanceType: 't3.micro', ProcessorInfo: { SupportedArchitectures: ['x86_64'] } },
      ],
    });
    const said = await plan({}, 'arm64').catch(({ message }: Error) => message.split('\n'));
    expect(said).toEqual([
      expect.stringMatching(/overrides name images themselves: t3.small \(ami-9\)/),
      expect.stringMatching(/uses version 1 of a launch template that carries user data/),
      expect.stringMatching(
        /uses version \$Latest of its launch template lt-2, .*numbered version \(now 1\)/,
      ),
      expect.stringMatching(/uses the launch template lt-2, which has no tag kiln:fleet/),
      expect.stringMatching(/cannot run an image for arm64: t3.small \(x86_64\), t3.micro \(x86_64\)/),
    ]);
  });

  test('refuses an image of any template that is an SSM parameter', async () => {
    templates.versions['lt-2'] = [];
    templates.add('lt-2', 1, { LaunchTemplateData: { ImageId: 'resolve:ssm:/spare' } });
    await expect(plan()).rejects.toThrow('whose image is the SSM parameter resolve:ssm:/spare');
  });

  test('cannot be rolled back where an override follows its template, and is made where the pipeline says so', async () => {
    withPolicy(describedAt('4', '$Default'));
    await expect(plan({ autoRollback: false })).resolves.toMatchObject({ canRollBack: false });
  });

  test('counts no Spot Instances among what it adds, and no more than weights allow', async () => {
    // Of 6 units instead of 3 more 2 are On-Demand at least, which one t3.small is.
    expect((await plan()).adds).toEqual({ servers: 1, instanceType: 't3.small', orTypes: ['t3.micro'] });
    const distribution = { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 0 };
    withPolicy(policyAt('4', '1', { InstancesDistribution: distribution }));
    expect((await plan()).adds).toMatchObject({ servers: 0 });
  });

  test('says nothing of types that AWS chooses', async () => {
    const { LaunchTemplate } = policyAt('4', '1');
    const Overrides = [{ InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: { Min: 1 } } }];
    withPolicy({ LaunchTemplate: { ...LaunchTemplate, Overrides } });
    expect((await plan({}, 'arm64')).adds).toBeUndefined();
  });
});

describe('the new versions of a mixed group', () => {
  const publish = () =>
    publishTemplate({ build, stage: 'PublishTemplate', target: makeMixedTarget(), imageId: 'ami-1' });
  beforeEach(() => openRecord({ targets: [makeMixedTarget()] }));

  test('are one of each template, with the same image, and stand in the record', async () => {
    await expect(publish()).resolves.toMatchObject({
      launchTemplateId: 'lt-1',
      version: '5',
      others: [SPARE],
    });
    const TagSpecifications = [{ ResourceType: 'instance', Tags: [{ Key: 'kiln:build', Value: BUILD }] }];
    expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand).map((call) => call.args[0].input)).toEqual([
      expect.objectContaining({
        LaunchTemplateId: 'lt-1',
        SourceVersion: '4',
        LaunchTemplateData: { ImageId: 'ami-1', TagSpecifications },
      }),
      expect.objectContaining({
        LaunchTemplateId: 'lt-2',
        SourceVersion: '1',
        LaunchTemplateData: { ImageId: 'ami-1', TagSpecifications },
      }),
    ]);
    expect((await getRecord(BUILD)).rollouts.fleet).toEqual({
      launchTemplateId: 'lt-1',
      version: '5',
      others: [SPARE],
    });
  });

  test('are completed by a second try where the first made one of them', async () => {
    const refused = Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded' });
    ec2.on(CreateLaunchTemplateVersionCommand, { LaunchTemplateId: 'lt-2' }).rejects(refused);
    await expect(publish()).rejects.toThrow('slow down');
    templates.use(ec2 as never);
    ec2.on(CreateLaunchTemplateVersionCommand, { LaunchTemplateId: 'lt-2' }).callsFake((input) => ({
      LaunchTemplateVersion: templates.add('lt-2', 2, input),
    }));
    await expect(publish()).resolves.toMatchObject({ version: '5', others: [SPARE] });
    expect(templates.versions['lt-1']).toHaveLength(3);
  });

  test('are not made where a template that an override follows has changed since', async () => {
    const [spare] = makeMixedTarget().others ?? [];
    if (!spare) throw new Error('no template');
    const target = makeMixedTarget({
      policy: policyAt('4', '$Latest'),
      others: [{ ...spare, reference: '$Latest' }],
    });
    withPolicy(describedAt('4', '$Latest'));
    templates.add('lt-2', 2);
    await expect(
      publishTemplate({ build, stage: 'PublishTemplate', target, imageId: 'ami-1' }),
    ).rejects.toThrow(
      'version $Latest of the launch template lt-2, which was 1 when this build was planned, and is 2 now',
    );
    expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toEqual([]);
  });
});

describe('the refresh of a mixed group', () => {
  const start = (target = makeMixedTarget()) =>
    startRefresh({ build, stage: 'StartRefresh', target, version: '5', others: [SPARE], fence: 1 });
  const started = () =>
    autoScaling.commandCalls(StartInstanceRefreshCommand).map((call) => call.args[0].input);
  beforeEach(async () => {
    templates.add('lt-1', 5);
    templates.add('lt-2', 2);
    await openRecord({ targets: [makeMixedTarget()] });
    await takeGroup('fleet', BUILD);
  });

  test('has the whole policy with the new versions, as AWS takes it', async () => {
    await start();
    expect(started().map((input) => input.DesiredConfiguration)).toEqual([
      { MixedInstancesPolicy: policyAt('5', '2') },
    ]);
  });

  test('is found again by a repeated call', async () => {
    useRefreshes(refreshTo('5', '2', { Status: 'InProgress' }));
    await expect(start()).resolves.toEqual({ refreshId: 'r-1' });
    expect(started()).toEqual([]);
  });

  test('is not that which brings one template alone', async () => {
    useRefreshes(refreshTo('5', '1', { Status: 'RollbackSuccessful' }));
    await expect(start()).resolves.toEqual({ refreshId: 'r-2' });
  });

  test('does not begin when somebody has deleted the version of an override', async () => {
    templates.versions['lt-2']?.pop();
    await expect(start()).rejects.toThrow('Version 2 of the launch template lt-2');
  });

  test.each<[string, Partial<AutoScalingGroup>, string]>([
    [
      'the share of On-Demand Instances',
      {
        MixedInstancesPolicy: {
          ...describedAt('4', '1'),
          InstancesDistribution: { OnDemandBaseCapacity: 2 },
        },
      },
      'has other instances, weights or shares than it had',
    ],
    [
      'the version of an override',
      { MixedInstancesPolicy: describedAt('4', '9') },
      'had the launch templates lt-1 4, lt-2 1, and has lt-1 4, lt-2 9 now',
    ],
    [
      'the policy for a template',
      { MixedInstancesPolicy: undefined, LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } },
      'it had a mixed instances policy, and has a launch template alone now',
    ],
  ])('does not begin when somebody has changed %s', async (_what, group, words) => {
    useGroup(group);
    await expect(start()).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringContaining(words),
    });
  });

  test('does not begin when a plain group has got a policy meanwhile', async () => {
    await expect(
      startRefresh({ build, stage: 'StartRefresh', target: makeTarget(), version: '5', fence: 1 }),
    ).rejects.toThrow('it had a launch template alone, and has a mixed instances policy now');
  });

  test('of an empty group is an update with the whole policy, made once', async () => {
    const target = makeMixedTarget({ isFirstImage: true });
    const input = { build, stage: 'ScaleOut', target, version: '5', others: [SPARE], fence: 1 };
    useGroup({ DesiredCapacity: 0 });
    await scaleOut(input);
    expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand).map((call) => call.args[0].input)).toEqual(
      [{ AutoScalingGroupName: 'fleet', MixedInstancesPolicy: policyAt('5', '2'), DesiredCapacity: 3 }],
    );
    withPolicy(describedAt('5', '2'));
    await scaleOut(input);
    expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)).toHaveLength(1);
  });
});

describe('the fleet of a mixed group', () => {
  const server = (
    InstanceId: string,
    LaunchTemplateId: string,
    Version: string,
    WeightedCapacity: string,
  ) => ({
    ...{ InstanceId, LifecycleState: 'InService' as const, HealthStatus: 'Healthy', WeightedCapacity },
    ...{ AvailabilityZone: 'a', ProtectedFromScaleIn: false, LaunchTemplate: { LaunchTemplateId, Version } },
  });
  const expected = { version: '5', launchTemplateId: 'lt-1', others: [SPARE] };
  const problemsOf = async (...Instances: ReturnType<typeof server>[]) =>
    (await judgeFleet({ DesiredCapacity: 3, Instances } as never, expected)).problems;

  test('is well where each server runs one of the new versions, and weights make up the capacity', async () => {
    await expect(
      problemsOf(server('i-1', 'lt-1', '5', '2'), server('i-2', 'lt-2', '2', '1')),
    ).resolves.toEqual([]);
  });

  test('is not where one runs the number of the other template, or units are missing', async () => {
    await expect(problemsOf(server('i-1', 'lt-1', '2', '2'))).resolves.toEqual([
      'i-1 runs template version lt-1 2, expected one of lt-1 5, lt-2 2',
      '1 of 3 units of capacity are missing',
    ]);
  });

  test('moves the default version of each template, and its stack knows both', async () => {
    withPolicy(describedAt('5', '2'));
    templates.add('lt-1', 5);
    templates.add('lt-2', 2);
    const versions = { version: '5', others: [SPARE] };
    await setDefaultVersions(makeMixedTarget(), versions, () => []);
    expect(ec2.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input)).toEqual([
      { LaunchTemplateId: 'lt-1', DefaultVersion: '5' },
      { LaunchTemplateId: 'lt-2', DefaultVersion: '2' },
    ]);
    noted.set('/kiln/fleets/fleet/version', '4');
    noted.set('/kiln/fleets/fleet/spare/version', '1');
    await noteVersions(makeMixedTarget(), versions);
    expect([...noted.values()]).toEqual(['5', '2']);
    withPolicy(describedAt('5', '1'));
    await expect(setDefaultVersions(makeMixedTarget(), versions, () => [])).rejects.toThrow(
      'was verified with the versions lt-1 5, lt-2 2 of its launch templates, and is at lt-1 5, lt-2 1 now',
    );
  });
});

describe('the undoing of a rollout to a mixed group', () => {
  const OWN = {
    VersionDescription: `Kiln build ${BUILD} of kiln-test@us-east-1`,
    LaunchTemplateData: { ImageId: 'ami-1' },
  };
  const written = { launchTemplateId: 'lt-1', version: '5', others: [SPARE], refreshId: 'r-1' };
  const undo = async (fields: Record<string, unknown> = {}) => {
    await openRecord({ imageId: 'ami-1', targets: [makeMixedTarget()], ...fields });
    return undoRollouts(await getRecord(BUILD));
  };
  const updates = () =>
    autoScaling.commandCalls(UpdateAutoScalingGroupCommand).map((call) => call.args[0].input);
  const started = () =>
    autoScaling.commandCalls(StartInstanceRefreshCommand).map((call) => call.args[0].input);

  test('takes away the one version that there is where the build made no more', async () => {
    templates.add('lt-1', 5, OWN);
    await expect(undo()).resolves.toBe(false);
    expect(templates.deleted).toEqual(['lt-1 5']);
  });

  test('takes away the versions of all templates', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    await expect(undo({ 'rollouts.fleet': written })).resolves.toBe(false);
    expect(templates.deleted).toEqual(['lt-1 5', 'lt-2 2']);
  });

  test('leaves the version that an override of a group uses, and says so', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    withPolicy(policyAt('4', '2'));
    await expect(undo({ 'rollouts.fleet': written })).resolves.toBe(true);
    expect(templates.deleted).toEqual(['lt-1 5']);
  });

  test('leaves it, too, where AWS tells the template of the override by its name alone', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    const policy = JSON.stringify(policyAt('4', '2')).replace(
      '"LaunchTemplateId":"lt-2"',
      '"LaunchTemplateName":"spare"',
    );
    withPolicy(JSON.parse(policy) as MixedInstancesPolicy);
    await expect(undo({ 'rollouts.fleet': written })).resolves.toBe(true);
    expect(templates.deleted).toEqual(['lt-1 5']);
  });

  test('leaves a group that had a template alone and has got a policy since, and says why', async () => {
    templates.add('lt-1', 5, OWN);
    withPolicy(describedAt('5', '1'));
    const own = { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } } };
    useRefreshes(refreshTo('5', '1', own));
    const plain = { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' };
    await expect(undo({ targets: [makeTarget()], 'rollouts.fleet': plain })).resolves.toBe(true);
    expect([...started(), ...updates(), ...templates.deleted]).toEqual([]);
    expect((await getRecord(BUILD)).rollouts.fleet?.notBack?.why).toContain(
      'somebody has given it a mixed instances policy since',
    );
  });

  test('takes what AWS fills in for no change of a policy', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    const silent = { ...policyAt('4', '1'), InstancesDistribution: undefined };
    const filled = { OnDemandBaseCapacity: 0, SpotAllocationStrategy: 'lowest-price', SpotMaxPrice: '' };
    withPolicy({ ...describedAt('5', '2'), InstancesDistribution: filled });
    useRefreshes(refreshTo('5', '2'));
    const targets = [makeMixedTarget({ policy: silent })];
    await expect(undo({ targets, 'rollouts.fleet': written })).rejects.toThrow('is being brought back');
  });

  test('brings the whole policy back after a refresh that succeeded', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    withPolicy(describedAt('5', '2'));
    useRefreshes(refreshTo('5', '2'));
    await expect(undo({ 'rollouts.fleet': written })).rejects.toThrow(
      'fleet is being brought back to the versions lt-1 4, lt-2 1 of its launch templates',
    );
    expect(started().map((input) => input.DesiredConfiguration)).toEqual([
      { MixedInstancesPolicy: policyAt('4', '1') },
    ]);
    expect(templates.deleted).toEqual([]);
  });

  test('leaves a policy that somebody has changed since, and says why', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    withPolicy({ ...describedAt('5', '2'), InstancesDistribution: { OnDemandBaseCapacity: 3 } });
    useRefreshes(refreshTo('5', '2'));
    await expect(undo({ 'rollouts.fleet': written })).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect((await getRecord(BUILD)).rollouts.fleet?.notBack?.why).toContain(
      'somebody has changed its mixed instances policy since',
    );
  });

  test('takes the first image out of an empty group with the policy that it had', async () => {
    templates.add('lt-1', 5, OWN);
    templates.add('lt-2', 2, OWN);
    withPolicy(describedAt('5', '2'));
    await undo({ targets: [makeMixedTarget({ isFirstImage: true })], 'rollouts.fleet': written });
    expect(updates()).toEqual([
      { AutoScalingGroupName: 'fleet', MixedInstancesPolicy: policyAt('4', '1'), DesiredCapacity: 0 },
    ]);
  });
});
