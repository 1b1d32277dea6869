import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import imageChanged from '../../events/ami-state-change.json';
import { event as released } from '../../events/event-build.json';
import executionChanged from '../../events/execution-status-change.json';
import launched from '../../events/instance-launch.json';
import refreshed from '../../events/instance-refresh.json';
import { event as parameterChanged } from '../../events/parameter-change.json';
import { event as objectCreated } from '../../events/s3-object-created.json';
import scheduled from '../../events/schedule.json';
import * as functions from '../../functions';
import { pipelineOf } from '../../src/build/id';
import { takeLock } from '../../src/build/lock';
import { enqueueBuild } from '../../src/build/queue';
import { createRecord, getRecord, updateRecord } from '../../src/build/record';
import { knowImage } from '../../src/image/watch/gone';
import { deleteItem } from '../../src/table';
import { settleWaits } from '../../src/wait/settle';
import { listWaits, storeWait } from '../../src/wait/store';
import { makeTarget } from '../unit/records';
import { type BusEvent, type Delivery, readRules } from './bus';
import { hostileName, hostileText } from './hostile';
import { context, countBuilds, ends, mayHave, planAndEnd, useService } from './service';
import { PATIENCE, settings } from './settings';

jest.setTimeout(PATIENCE);

const { started, readAll, clients } = useService();
const autoScaling = mockClient(AutoScalingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const { ec2, sfn, sns } = clients;
/** What is asked of all of them. */
interface Client {
  calls: () => { args: [object, ...unknown[]] }[];
  resetHistory: () => unknown;
}
const everyone: Client[] = [autoScaling, balancing, ...Object.values(clients)];

/** Three builds of a pipeline that events don't start: one runs, one waits for it, one is over. */
const RUNNING = 'busy-01KAS2N4Q7T9V0W1X2Y3Z4A5B6';
const QUEUED = 'busy-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
const OVER = 'busy-01KAS2N4Q7T9V0W1X2Y3Z4A5B0';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:golden';

beforeEach(async () => {
  for (const client of [autoScaling, balancing]) client.reset();
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn = '' }) => {
    const name = executionArn.split(':').at(-1);
    if (name === RUNNING || started.some((one) => one.name === name)) return { status: 'RUNNING' };
    throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
  });
  const images = [
    { ImageId: 'ami-0123456789abcdef0', State: 'available', RootDeviceType: 'ebs' },
    { ImageId: 'ami-pending', State: 'pending' },
    { ImageId: 'ami-over', State: 'available' },
  ] as const;
  ec2.on(DescribeImagesCommand).callsFake(({ ImageIds, Filters }) => {
    const asked: string[] = ImageIds ?? Filters.flatMap(({ Values }: { Values: string[] }) => Values);
    return { Images: images.filter(({ ImageId }) => asked.includes(ImageId)) };
  });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [{ InstanceRefreshId: 'refresh-1', Status: 'InProgress', PercentageComplete: 50 }],
  });
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'fleet',
        DesiredCapacity: 1,
        Instances: [
          {
            InstanceId: 'i-1',
            LifecycleState: 'InService',
            HealthStatus: 'Healthy',
            LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
          },
        ],
      } as never,
    ],
  });
});

/** What stands in the table of builds that run, wait or are over, while AWS is at all that they wait for. */
async function openBuilds(): Promise<void> {
  const request = { parameters: {}, trigger: { kind: 'manual' as const } };
  await createRecord({ id: OVER, status: 'SUCCEEDED', ...request });
  await updateRecord(OVER, { targets: [makeTarget()], imageId: 'ami-over' });
  await knowImage(OVER, 'ami-over');
  await createRecord({ id: RUNNING, status: 'RUNNING', ...request });
  await updateRecord(RUNNING, { targets: [makeTarget()] });
  await takeLock('busy', RUNNING, 'request');
  await createRecord({ id: QUEUED, status: 'QUEUED', ...request });
  await enqueueBuild(QUEUED, { pipeline: 'busy', ...request });
  const wait = { region: 'us-east-1', build: RUNNING, since: Date.now() };
  const more = { group: 'fleet', version: '5' };
  await storeWait({ ...wait, kind: 'image', resource: 'ami-pending', stage: 'AwaitImage', token: 't1' });
  await storeWait({
    ...wait,
    ...more,
    kind: 'refresh',
    resource: 'refresh-1',
    stage: 'AwaitRefresh/fleet',
    token: 't2',
  });
  await storeWait({
    ...wait,
    ...more,
    kind: 'fleet',
    resource: 'fleet',
    stage: 'AwaitFleet/fleet',
    token: 't3',
  });
  await settleWaits(await listWaits());
}

/** What a field of an event may say beside what AWS says in it: what is known here, what other fields say, and anything. */
const said = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(RUNNING, QUEUED, OVER, 'ami-pending', 'ami-over', 'refresh-1', 'fleet'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('FAILED', 'ABORTED', 'deregistered', 'available', 'failed', 'Update'),
  },
  { weight: 2, arbitrary: fc.constantFrom('s3://b/k', 'v7', 'v8', 'main', 'aaa', 7, true, 1e21, 'web/a') },
  { weight: 1, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);

/** Like a value, with some fields missing and others saying something else. */
function like(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value))
    return fc.oneof(
      { weight: 8, arbitrary: fc.tuple(...value.map(like)) },
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: said },
    );
  if (typeof value === 'object' && value !== null)
    return fc.oneof({ weight: 9, arbitrary: likeFields(value) }, { weight: 1, arbitrary: said });
  return fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 2, arbitrary: said });
}

function likeFields(value: object): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(value).map(([name, field]) => [name, like(field)]);
  return fc
    .tuple(
      fc.record<Record<string, unknown>>(Object.fromEntries(fields)),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.subarray(Object.keys(value), { maxLength: Math.min(2, fields.length) }) },
      ),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.dictionary(hostileName, said, { maxKeys: 2 }) },
      ),
    )
    .map(([kept, gone, more]) =>
      Object.fromEntries(
        Object.entries({ ...kept, ...more }).filter(([name]) => !gone.includes(name as never)),
      ),
    );
}

const REFRESHES = ['Succeeded', 'Failed', 'Cancelled', 'Rollback Succeeded', 'Rollback Failed'];
/** Events that rules of the service or of its pipelines listen to, of what there is here. */
const SAMPLES: readonly Omit<BusEvent, 'id'>[] = [
  ...['available', 'failed', 'deregistered', 'disabled'].flatMap((State) =>
    ['ami-pending', 'ami-over'].map((ImageId) => ({
      ...imageChanged,
      detail: { ...imageChanged.detail, ImageId, State },
    })),
  ),
  ...REFRESHES.map((how) => ({
    ...refreshed,
    'detail-type': `EC2 Auto Scaling Instance Refresh ${how}`,
    detail: { InstanceRefreshId: 'refresh-1', AutoScalingGroupName: 'fleet' },
  })),
  { ...launched, detail: { ...launched.detail, AutoScalingGroupName: 'fleet' } },
  ...['FAILED', 'ABORTED', 'TIMED_OUT'].flatMap((status) =>
    [RUNNING, QUEUED, OVER].map((name) => ({
      ...executionChanged,
      detail: { ...executionChanged.detail, stateMachineArn: MACHINE, name, status },
    })),
  ),
  ...[RUNNING, QUEUED, OVER].map((build) => ({
    source: 'kiln',
    'detail-type': 'Kiln Build Unfinished',
    detail: { service: 'kiln-test@us-east-1', build },
  })),
];
/** Events that pipelines listen to, by the pipelines, and what comes of such. */
const TRIGGERING: readonly [pipelines: string, samples: readonly Omit<BusEvent, 'id'>[], ways: string[]][] = [
  [
    'shop',
    [released, { ...parameterChanged, detail: { ...parameterChanged.detail, name: '/kiln/shop/site' } }],
    ['ignored', 'shop built', 'shop told'],
  ],
  [
    'plain and strict',
    [
      objectCreated,
      {
        source: 'com.example.ci',
        'detail-type': 'Pipeline Passed',
        detail: { status: 'passed', branch: 'main', builds: [{ revision: 'v7' }], slow: 'aaa' },
      },
    ],
    ['ignored', 'plain built', 'plain refused', 'strict built', 'strict told'],
  ],
];

const busEvent = (samples: readonly Omit<BusEvent, 'id'>[]) =>
  fc.oneof(
    ...samples.map((sample) =>
      fc.record({
        source: named(sample.source),
        'detail-type': named(sample['detail-type']),
        detail: likeFields(sample.detail),
      }),
    ),
  );

function named(name: string): fc.Arbitrary<string> {
  return fc.oneof({ weight: 14, arbitrary: fc.constant(name) }, { weight: 1, arbitrary: hostileText });
}

const HANDLERS: Record<string, (event: unknown, context: Context) => Promise<unknown>> = { ...functions };

async function call(to: string, input: unknown): Promise<unknown> {
  return HANDLERS[to]?.(input, context) ?? Promise.reject(new Error(`no function is named ${to}`));
}

/** The calls of AWS since the last look, by their names. */
function takeCalls(): string[] {
  const names = everyone.flatMap((client) => client.calls().map(({ args }) => args[0].constructor.name));
  for (const client of everyone) client.resetHistory();
  return names;
}

test('no event undoes, ends or answers what AWS is still at', async () => {
  const rules = await readRules();
  await openBuilds();
  const before = JSON.stringify(await readAll());
  takeCalls();
  const looked = new Set<string>();
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.record({ detail: likeFields(executionChanged.detail) }),
  );
  const sent = fc.oneof(
    { weight: 9, arbitrary: busEvent(SAMPLES).map((event) => ({ event })) },
    { weight: 1, arbitrary: anything.map((input) => ({ input })) },
  );
  await fc.assert(
    fc.asyncProperty(sent, async (one) => {
      const deliveries: Delivery[] =
        'event' in one
          ? rules
              .filter(({ matches }) => matches(one.event))
              .map(({ deliver }) => deliver({ id: 'e', ...one.event }))
          : (['cleanUp', 'resolveWait'] as const).map((to) => ({ to, input: one.input }));
      for (const { to, input } of deliveries) {
        const thrown = await call(to, input).then(
          () => undefined,
          (error: Error) => error.name,
        );
        expect([undefined, 'InvalidRequest']).toContain(thrown);
        const calls = takeCalls();
        for (const name of calls) looked.add(name);
        expect(calls.filter((name) => !/^(Describe|List)/.test(name))).toEqual([]);
      }
      if (deliveries.length > 0) expect(JSON.stringify(await readAll())).toBe(before);
    }),
    settings(),
  );
  if (settings().numRuns < 500) return;
  expect([...looked].sort()).toEqual([
    'DescribeAutoScalingGroupsCommand',
    'DescribeExecutionCommand',
    'DescribeImagesCommand',
    'DescribeInstanceRefreshesCommand',
    'DescribeSnapshotsCommand',
  ]);
});

interface TriggerInput {
  readonly pipeline: string;
  readonly parameters?: Record<string, string>;
  readonly event?: BusEvent;
}

/** The field at a JSON path, in other words than the code's. */
function fieldAt(event: unknown, path: string): unknown {
  const names = path.split(/[.[\]]+/).filter((name) => name !== '' && name !== '$');
  return names.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? at[name as never] : undefined,
    event,
  );
}

/** The parameters that an event gives, undefined if a pipeline may not be built with them. */
function givenBy({ pipeline, parameters = {}, event }: TriggerInput): Record<string, string> | undefined {
  const values = Object.entries(parameters).map(([name, path]) => [name, fieldAt(event, path)]);
  const isText = (value: unknown) =>
    ['string', 'boolean'].includes(typeof value) ||
    (typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value)));
  if (!values.every(([, value]) => isText(value))) return undefined;
  const given = Object.fromEntries(values.map(([name, value]) => [name, String(value)]));
  return mayHave(pipeline, given) ? given : undefined;
}

/** How requestBuild took an input, and that it did nothing else. */
async function request(input: TriggerInput): Promise<{ id?: string; how: string }> {
  const before = started.length;
  const answer = await functions.requestBuild(input, context);
  if ('refused' in answer) {
    expect(answer.refused).toMatch(/is busy with build/);
    expect(started).toHaveLength(before);
    return { how: 'refused' };
  }
  const { id } = answer;
  const { status, error, parameters } = await getRecord(id);
  if (status === 'RUNNING') {
    const given = givenBy(input);
    // Smaller events are tried then: the pipeline must be free for them.
    if (!given) await planAndEnd(started.at(-1), 'free');
    expect(given).toBeDefined();
    expect(parameters).toEqual(given);
    expect(started).toHaveLength(before + 1);
    expect(started.at(-1)?.name).toBe(id);
    expect(JSON.parse(started.at(-1)?.input ?? '')).toMatchObject({ pipeline: input.pipeline, parameters });
    return { id, how: 'built' };
  }
  expect(status).toBe('FAILED');
  expect(['InvalidParameter', 'InvalidRequest']).toContain(error?.name);
  expect(started).toHaveLength(before);
  return { id, how: 'told' };
}

/** A build that failed before it began is worked off as any other that is over. */
async function tell(id: string): Promise<void> {
  sns.resetHistory();
  const unfinished = { source: 'kiln', 'detail-type': 'Kiln Build Unfinished', detail: { build: id } };
  await functions.cleanUp(unfinished, context);
  const told = sns.commandCalls(PublishCommand).map(({ args }) => args[0].input.Message);
  expect(told).toEqual([expect.stringContaining(id)]);
  // A pipeline is not held as long as builds that people asked for succeed.
  await deleteItem({ pk: `PIPELINE#${pipelineOf(id)}`, sk: 'HOLD' });
}

/** That what is accepted can be planned and ended is tried at the HTTP API; here it is seldom. */
const seldom = fc.oneof({ weight: 3, arbitrary: fc.constant('free') }, { weight: 1, arbitrary: ends });

test.each(TRIGGERING)(
  'an event that pipelines listen to (%s) starts a build of what is valid, and all else is told',
  async (_, samples, ways) => {
    const rules = await readRules();
    const seen = new Set<string>();
    const builds = new Set<string>();
    let times = 0;
    await fc.assert(
      fc.asyncProperty(busEvent(samples), seldom, async (event, end) => {
        times += 1;
        const deliver = (id: string) =>
          rules
            .filter(({ matches }) => matches(event))
            .map((rule) => rule.deliver({ ...event, id }))
            .map(({ to, input }) => {
              expect(to).toBe('requestBuild');
              return input as TriggerInput;
            });
        const [input, ...others] = deliver(`event-${times}`);
        expect(others).toEqual([]);
        if (!input) {
          seen.add('ignored');
          return;
        }
        const { id, how } = await request(input);
        seen.add(`${input.pipeline} ${how}`);
        if (id) builds.add(id);
        if (id && how === 'told' && end !== 'free') await tell(id);
        // EventBridge delivers at least once.
        const count = started.length;
        expect(await functions.requestBuild(input, context)).toEqual({ id });
        expect(started).toHaveLength(count);
        if (input.pipeline === 'plain' && how === 'built') {
          const [again] = deliver(`again-${times}`);
          if (again) seen.add(`plain ${(await request(again)).how}`);
        }
        if (how === 'built') await planAndEnd(started.at(-1), end);
      }),
      settings(TRIGGERING.length),
    );
    expect(await countBuilds()).toBe(builds.size);
    if (settings().numRuns < 500) return;
    expect([...seen].sort()).toEqual(ways);
  },
);

const field = fc.oneof(hostileText, fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('s3://b/k', 'v7', 'v8'));
const anyTrigger = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      pipeline: fc.constantFrom('shop', 'strict'),
      parameters: fc.constantFrom(
        { SITE: '$.detail.a' },
        { REVISION: '$.detail.a' },
        { REVISION: '$.detail.b[0].c', SLOW: '$.detail.a' },
        {},
      ),
      event: fc.record({
        id: fc.constant('event'),
        source: hostileText,
        'detail-type': hostileText,
        detail: fc.oneof(
          fc.record({ a: field, b: fc.array(fc.record({ c: field })) }),
          fc.jsonValue({ maxDepth: 2 }),
        ),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ ...scheduled, pipeline: 'shop' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom<object>(scheduled, { event: released }),
        hostileName,
        fc.jsonValue({ maxDepth: 1 }),
      )
      .map(([sent, name, value]) => ({ ...sent, pipeline: 'plain', [name]: value })),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Each event once: one that comes again gets the build of the first. */
function withId(trigger: unknown, id: string): unknown {
  if (typeof trigger !== 'object' || trigger === null) return trigger;
  const { event } = trigger as { event?: unknown };
  if (typeof event === 'object' && event !== null && 'id' in event)
    return { ...trigger, event: { ...event, id } };
  return 'id' in trigger ? { ...trigger, id } : trigger;
}

test('whatever a schedule or a rule sends starts builds of what is valid, and all else is told', async () => {
  let times = 0;
  await fc.assert(
    fc.asyncProperty(anyTrigger, seldom, async (trigger, end) => {
      times += 1;
      const before = started.length;
      try {
        const { how } = await request(withId(trigger, `id-${times}`) as TriggerInput);
        if (how === 'built') await planAndEnd(started.at(-1), end);
      } catch (error) {
        if (!['InvalidRequest', 'UnknownPipeline'].includes((error as Error).name)) throw error;
        expect(started).toHaveLength(before);
      }
    }),
    settings(),
  );
});
