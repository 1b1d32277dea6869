import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeWarmPoolCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import launchEvent from '../../../events/instance-launch.json';
import { getRecord } from '../../../src/build/record';
import { verifyFleet } from '../../../src/rollout/verify';
import { versionParameterOf } from '../../../src/rollout/version/parameter';
import { awaitFleet } from '../../../src/wait/await';
import { ResourceEvent, resolveWait } from '../../../src/wait/resolve';
import { BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';
import { useVersionParameters } from '../version-parameters';

const GROUP = 'kiln-fleet-web';
const arnOf = (name: string) => `arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/${name}/1`;

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const sfn = mockClient(SFNClient);
useTable();
const notedVersions = useVersionParameters();

beforeEach(async () => {
  for (const client of [ec2, autoScaling, balancing, sfn]) client.reset();
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn.on(SendTaskFailureCommand).resolves({});
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters: [{ Values }] }) => ({
    Reservations: [
      {
        Instances: (Values as string[]).map((InstanceId) => ({
          InstanceId,
          PrivateIpAddress: `10.0.0.${InstanceId.at(-1)}`,
        })),
      },
    ],
  }));
  await openRecord({ [`rollouts.${GROUP}`]: { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' } });
});

const instance = (id: string, version = '5', LifecycleState = 'InService') => ({
  InstanceId: id,
  LifecycleState,
  HealthStatus: 'Healthy',
  LaunchTemplate: { Version: version },
});

function useGroup(Instances: ReturnType<typeof instance>[], more: object = {}): void {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: GROUP,
        DesiredCapacity: 2,
        TargetGroupARNs: [arnOf('web')],
        Instances,
        ...more,
      } as never,
    ],
  });
}

/** What each target group says of its targets: `i-1:80 healthy`. */
function useHealth(groups: Record<string, string[]>): void {
  balancing.on(DescribeTargetHealthCommand).callsFake(({ TargetGroupArn }) => ({
    TargetHealthDescriptions: groups[TargetGroupArn.split('/')[1] as string]?.map((text) => {
      const [, Id, Port, State] = /^(.+):(\d+) (.+)$/.exec(text) ?? [];
      return { Target: { Id, Port: Number(Port) }, TargetHealth: { State } };
    }),
  }));
}

/** Gives the group of `useGroup` a warm pool. */
const withPool = (...Instances: ReturnType<typeof instance>[]) => {
  autoScaling.on(DescribeWarmPoolCommand).resolves({ Instances: Instances as never[] });
  return { WarmPoolConfiguration: { PoolState: 'Stopped' }, WarmPoolSize: Instances.length };
};

const both = [instance('i-1'), instance('i-2')];
const healthy = { web: ['i-1:80 healthy', 'i-2:80 healthy'] };

const common = { build: { id: BUILD, pipeline: 'web' }, version: '5' };
const target = (more = {}) => makeTarget({ autoScalingGroup: GROUP, ...more });
const outputs = () =>
  sfn.commandCalls(SendTaskSuccessCommand).map((call) => JSON.parse(call.args[0].input.output ?? ''));

describe('AwaitFleet', () => {
  const wait = (more = {}) =>
    awaitFleet({
      ...common,
      stage: 'AwaitFleet',
      token: 'token-1',
      target: target(more),
      asked: { Error: 'none' },
    });

  test('names the servers to ask, each at the port that its target group has', async () => {
    useGroup(both);
    useHealth({ web: ['i-1:8080 healthy', 'i-2:8080 healthy'] });
    await wait();
    expect(outputs()).toEqual([
      {
        servers: [
          { instanceId: 'i-1', privateIp: '10.0.0.1', port: 8080 },
          { instanceId: 'i-2', privateIp: '10.0.0.2', port: 8080 },
        ],
      },
    ]);
  });

  test('names a server for each of its ports, in each of its target groups', async () => {
    useGroup([instance('i-1')], { DesiredCapacity: 1, TargetGroupARNs: [arnOf('web'), arnOf('api')] });
    useHealth({ web: ['i-1:80 healthy', 'i-1:81 healthy'], api: ['i-1:8080 healthy'] });
    await wait();
    expect(outputs()[0].servers.map(({ port }: { port: number }) => port)).toEqual([80, 81, 8080]);
  });

  test('leaves the port of a server in no target group to the pipeline', async () => {
    useGroup([instance('i-1')], { DesiredCapacity: 1, TargetGroupARNs: [] });
    await wait();
    expect(outputs()).toEqual([{ servers: [{ instanceId: 'i-1', privateIp: '10.0.0.1' }] }]);
  });

  test('names none where the target group is believed', async () => {
    useGroup(both);
    useHealth(healthy);
    await wait({ verify: 'targetGroup' });
    expect(outputs()).toEqual([{ servers: [] }]);
    expect(ec2.calls()).toEqual([]);
  });

  test('waits while a server that it would name is gone', async () => {
    useGroup(both);
    useHealth(healthy);
    ec2.on(DescribeInstancesCommand).resolves({});
    await wait();
    expect(outputs()).toEqual([]);
  });

  test('ends when the launch of the last server is announced', async () => {
    useGroup([instance('i-1')]);
    useHealth(healthy);
    await wait();
    expect(outputs()).toEqual([]);
    useGroup(both);
    await resolveWait(ResourceEvent.parse(launchEvent));
    expect(outputs()).toHaveLength(1);
  });

  test.each<[string, ReturnType<typeof instance>[], Record<string, string[]>, object]>([
    ['that lacks a server', [instance('i-1')], healthy, {}],
    ['with a server of the old version', [instance('i-1'), instance('i-2', '4')], healthy, {}],
    ['with a server that is not in service', [instance('i-1'), instance('i-2', '5', 'Pending')], healthy, {}],
    [
      'with a server that its target group finds unhealthy',
      both,
      { web: ['i-1:80 healthy', 'i-2:80 initial'] },
      {},
    ],
    [
      'with a server that is unhealthy on one of its ports',
      both,
      { web: [...healthy.web, 'i-2:81 unhealthy'] },
      {},
    ],
    ['with a server that its target group does not know', both, { web: ['i-1:80 healthy'] }, {}],
    ['that was emptied after it was planned', [], healthy, { DesiredCapacity: 0 }],
  ])('is not over for a fleet %s', async (_what, instances, health, more) => {
    useGroup(instances, more);
    useHealth(health);
    await wait();
    expect(outputs()).toEqual([]);
  });

  const kept = (more: object) => ({ ...instance('i-3', '4'), ...more }) as ReturnType<typeof instance>;
  const inStandby = kept({ LifecycleState: 'Standby' });
  const isProtected = kept({ ProtectedFromScaleIn: true });

  test('leaves those that the pipeline leaves, and asks only the others', async () => {
    useGroup([...both, inStandby]);
    useHealth(healthy);
    await wait({ standby: 'ignore' });
    useGroup([...both, isProtected], { DesiredCapacity: 3 });
    await wait({ scaleInProtected: 'ignore' });
    for (const { servers } of outputs())
      expect(servers.map(({ instanceId }: { instanceId: string }) => instanceId)).toEqual(['i-1', 'i-2']);
    expect(outputs()).toHaveLength(2);
  });

  test.each([
    ['a protected server, where the refresh waits for it', isProtected, {}],
    ['a protected server, where only those in Standby are left', isProtected, { standby: 'ignore' }],
    ['one in Standby, where only protected ones are left', inStandby, { scaleInProtected: 'ignore' }],
    ['an old one that is neither', kept({}), { standby: 'ignore', scaleInProtected: 'ignore' }],
  ])('does not leave %s', async (_what, server, more) => {
    useGroup([...both, server], { DesiredCapacity: 3 });
    useHealth(healthy);
    await wait(more);
    expect(outputs()).toEqual([]);
    const { stages } = await getRecord(BUILD);
    expect(stages[`AwaitFleet/${GROUP}`] ?? stages.AwaitFleet).toMatchObject({
      says: expect.stringContaining('i-3 runs template version 4, expected 5'),
    });
  });

  test('is over for a fleet whose warm pool is of the new version, and asks no server in it', async () => {
    const pool = withPool(
      instance('i-7', '5', 'Warmed:Stopped'),
      instance('i-8', '5', 'Warmed:Pending:Wait'),
      instance('i-9', '4', 'Warmed:Terminating:Wait'),
    );
    useGroup([...both, instance('i-7', '5', 'Warmed:Stopped')], pool);
    useHealth(healthy);
    await wait();
    expect(outputs()[0]?.servers.map(({ instanceId }: { instanceId: string }) => instanceId)).toEqual([
      'i-1',
      'i-2',
    ]);
  });

  test('is not over while a server of the old version is in the warm pool, and names it', async () => {
    useGroup(both, withPool(instance('i-7', '4', 'Warmed:Stopped')));
    useHealth(healthy);
    await wait();
    expect(outputs()).toEqual([]);
    const { stages } = await getRecord(BUILD);
    expect(stages[`AwaitFleet/${GROUP}`] ?? stages.AwaitFleet).toMatchObject({
      says: 'i-7 in the warm pool runs template version 4, expected 5',
    });
  });

  test('does not wait for what leaves while a hook has it wait', async () => {
    useGroup([...both, instance('i-3', '5', 'Terminating:Wait')]);
    useHealth(healthy);
    await wait();
    expect(outputs()).toHaveLength(1);
    useGroup([...both, instance('i-3', '4', 'Terminating:Wait')]);
    await wait();
    expect(outputs()).toHaveLength(2);
    useGroup([...both, instance('i-3', '4', 'Terminating')]);
    await wait();
    expect(outputs()).toHaveLength(2);
  });

  test('does not count what leaves', async () => {
    useGroup([instance('i-1'), instance('i-2', '5', 'Terminating:Wait')]);
    useHealth(healthy);
    await wait();
    expect(outputs()).toEqual([]);
  });

  test('is over at once for a fleet that is empty on purpose', async () => {
    useGroup([], { DesiredCapacity: 0 });
    await wait({ isEmpty: true });
    expect(outputs()).toEqual([{ servers: [] }]);
  });
});

describe('VerifyFleet', () => {
  const well = { Error: 'Nothing' };
  const verify = (
    servers: string[],
    more = {},
    since = Date.now(),
    asked: object & { Error: string } = well,
  ) =>
    verifyFleet({
      ...common,
      stage: 'VerifyFleet',
      target: target(more),
      servers: servers.map((instanceId) => ({ instanceId })),
      asked,
      since,
      within: 1800,
    });
  const verified = async () => (await getRecord(BUILD)).rollouts[GROUP];

  test('tells in the record that every server answered for the site', async () => {
    useGroup(both);
    useHealth(healthy);
    await verify(['i-1', 'i-2']);
    expect(await verified()).toEqual({
      ...{ launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
      verified: { by: 'site', servers: 2 },
    });
  });

  test('names in the record the old servers that hooks keep, and asks none that leaves', async () => {
    const leaving = [
      instance('i-3', '5', 'Terminating:Wait'),
      instance('i-4', '4', 'Terminating:Wait'),
      instance('i-5', '4', 'Terminating:Retained'),
    ];
    useGroup([...both, ...leaving]);
    useHealth(healthy);
    await verify(['i-1', 'i-2']);
    expect((await verified())?.verified).toEqual({
      by: 'site',
      servers: 2,
      left: [
        { instanceId: 'i-4', version: '4', why: 'a termination hook has it wait (Terminating:Wait)' },
        { instanceId: 'i-5', version: '4', why: 'it is retained (Terminating:Retained)' },
      ],
    });
  });

  test('is not over with a server of the old version in the warm pool', async () => {
    useGroup(both, withPool(instance('i-7', '4', 'Warmed:Running')));
    useHealth(healthy);
    await expect(verify(['i-1', 'i-2'])).rejects.toMatchObject({
      name: 'FleetChanged',
      message: expect.stringContaining('i-7 in the warm pool runs template version 4'),
    });
  });

  test('names in the record the servers that the pipeline leaves at the old version', async () => {
    const old = { ...instance('i-3', '4'), ProtectedFromScaleIn: true };
    useGroup([...both, old], { DesiredCapacity: 3 });
    useHealth(healthy);
    await verify(['i-1', 'i-2'], { scaleInProtected: 'ignore' });
    expect((await verified())?.verified).toEqual({
      by: 'site',
      servers: 2,
      left: [{ instanceId: 'i-3', version: '4', why: 'it is protected from scale-in' }],
    });
  });

  test('names the first of them where they are very many, and says how many they are', async () => {
    const old = Array.from({ length: 2500 }, (_, at) => ({
      ...instance(`i-old-${at}`, '4'),
      ProtectedFromScaleIn: true,
    }));
    useGroup([...both, ...old], { DesiredCapacity: 2502 });
    useHealth(healthy);
    await verify(['i-1', 'i-2'], { scaleInProtected: 'ignore' });
    const { left, leftInAll } = (await verified())?.verified ?? {};
    expect(left).toHaveLength(100);
    expect(leftInAll).toBe(2500);
  });

  test('tells the stack of the group which version it uses, where that looks it up', async () => {
    useGroup(both);
    useHealth(healthy);
    await verify(['i-1', 'i-2']);
    expect(notedVersions.size).toBe(0);
    notedVersions.set(versionParameterOf(GROUP), '4');
    await verify(['i-1', 'i-2']);
    expect(notedVersions.get(versionParameterOf(GROUP))).toBe('5');
  });

  test('verifies no fleet whose version it cannot write for its stack: Undo leaves a fleet that was verified', async () => {
    useGroup(both);
    useHealth(healthy);
    mockClient(SSMClient).on(GetParameterCommand).rejects(new Error('Service Unavailable'));
    await expect(verify(['i-1', 'i-2'])).rejects.toThrow('Service Unavailable');
    expect((await verified())?.verified).toBeUndefined();
  });

  test('tells in the record that nobody asked them', async () => {
    useGroup(both);
    useHealth(healthy);
    await verify([], { verify: 'targetGroup' });
    expect(await verified()).toMatchObject({ verified: { by: 'targetGroup', servers: 2 } });
  });

  test.each(['site', 'targetGroup'])(
    'tells in the record of an empty fleet that it is empty on purpose (%s)',
    async (by) => {
      useGroup([], { DesiredCapacity: 0 });
      await verify([], { isEmpty: true, verify: by });
      expect(await verified()).toMatchObject({
        verified: { by: 'nothing', servers: 0, isEmptyOnPurpose: true },
      });
    },
  );

  test.each<[string, ReturnType<typeof instance>[], object, RegExp]>([
    [
      'one was replaced by a server that nobody asked',
      [instance('i-1'), instance('i-3')],
      {},
      /i-3 was not asked/,
    ],
    ['the group was emptied', [], { DesiredCapacity: 0 }, /desired capacity is 0/],
    [
      'a person gave the group another version',
      [instance('i-1'), instance('i-2', '9')],
      {},
      /version 9, expected 5/,
    ],
    ['one is missing', [instance('i-1')], {}, /1 of 2 servers are missing/],
  ])('begins anew when %s while servers were asked', async (_what, instances, more, words) => {
    useGroup(instances, more);
    useHealth({ web: [...healthy.web, 'i-3:80 healthy'] });
    await expect(verify(['i-1', 'i-2'])).rejects.toMatchObject({
      name: 'FleetChanged',
      message: expect.stringMatching(words),
    });
    expect(await verified()).not.toHaveProperty('verified');
  });

  test('a fleet that was empty when planned and is not any more is verified as any other', async () => {
    useGroup(both);
    useHealth(healthy);
    await expect(verify([], { isEmpty: true })).rejects.toMatchObject({ name: 'FleetChanged' });
  });

  test('gives up when the time for it is over', async () => {
    useGroup([instance('i-1')]);
    await expect(verify(['i-1', 'i-2'], {}, Date.now() - 1_800_000)).rejects.toMatchObject({
      name: 'FleetNotHealthy',
      message: expect.stringContaining('1 of 2 servers are missing'),
    });
  });

  test('says for the servers, which have no way to the record, that they do not serve the site', async () => {
    useGroup(both);
    useHealth(healthy);
    const Cause = JSON.stringify({ errorMessage: '2 of 2 servers do not serve the site' });
    const asked = { Error: 'FleetNotHealthy', Cause };
    await expect(verify(['i-1', 'i-2'], {}, Date.now(), asked)).rejects.toMatchObject({
      name: 'FleetNotHealthy',
      message: '2 of 2 servers do not serve the site',
    });
    const { stages, rollouts } = await getRecord(BUILD);
    expect(stages[`AskServers/${GROUP}`]).toMatchObject({ outcome: 'failed' });
    expect(rollouts[GROUP]).not.toHaveProperty('verified');
  });

  test('of a group that was deleted says so', async () => {
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    await expect(verify(['i-1'])).rejects.toThrow('it was deleted');
  });
});
