import { readFileSync } from 'node:fs';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { parse } from 'yaml';
import { until } from '../e2e/until';
import { describePipeline, Serving } from './serving';
import { readEntry } from './simulator/workflow';

jest.setTimeout(600_000);

interface State {
  Type: string;
  ItemProcessor?: { States: Record<string, State> };
}
const { States } = parse(readFileSync('statemachines/golden-image.asl.yml', 'utf8'), { merge: true }) as {
  States: Record<string, State>;
};
const tasksOf = (states: Record<string, State>): string[] =>
  Object.entries(states).flatMap(([name, { Type, ItemProcessor }]) =>
    Type === 'Task' ? [name] : tasksOf(ItemProcessor?.States ?? {}),
  );

/** Of a build that is not the first, whose site is there in time, without copies, with an agent, and that does not fail. ScaleOut has a test of its own. */
const OTHERS = [
  ...[
    'LookAtBase',
    'LookAtTest',
    'AwaitUserData',
    'ScanImage',
    'CheckScan',
    'ScaleOut',
    'AwaitCopy',
    'AwaitApproval',
    'AwaitWindow',
    'Recover',
  ],
];
/** A group that is empty until its first image. */
const EMPTY_GROUP = 'kiln-fleet-api';
const STATES = tasksOf(States).filter((name) => !OTHERS.includes(name));
const ROLLING = STATES.slice(STATES.indexOf('PublishTemplate'));
const BAKING = STATES.filter((name) => !ROLLING.includes(name));

const pipelineOf = (state: string) => `bake-${state.toLowerCase()}`;

let serving: Serving;

beforeAll(async () => {
  const pipelines = [
    ...BAKING.map((state) => describePipeline(pipelineOf(state))),
    describePipeline(
      'first',
      `rollout: [{ autoScalingGroup: ${EMPTY_GROUP}, initialCapacity: 2, userData: keep, verify: targetGroup }]`,
    ),
  ];
  serving = await Serving.start(Object.assign({}, ...pipelines));
});
afterAll(() => serving?.stop());

/** Starts a build, and stops its execution as soon as it has entered a state. */
async function stopAt(state: string, pipeline: string) {
  const { sample } = serving;
  const states = new SFNClient(serving.settings);
  const machine = sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:');
  let stopped: Promise<unknown> | undefined;
  const end = sample.aws.watch((call) => {
    const entry = readEntry(call);
    const stop = new StopExecutionCommand({ executionArn: `${machine}:${entry?.build}` });
    // Never at once: whoever watches calls stands in the middle of one.
    if (entry?.state === state && entry.build?.startsWith(`${pipeline}-`))
      stopped ??= sample.aws.clock.sleep(0.01).then(() => states.send(stop));
    return undefined;
  });
  const id = await sample.startBuild(pipeline, { VERSION: '2' });
  const build = await sample.ended(id);
  end();
  if (!stopped) throw new Error(`build ${id} has not come to ${state}`);
  await stopped;
  return build;
}

test('all states are stopped at, but those that not every build has', () => {
  expect(STATES.length).toBeGreaterThan(16);
  expect(STATES.at(0)).toBe('Plan');
  expect(STATES.at(-1)).toBe('Finish');
});

test.each(BAKING)('a build that is stopped in %s leaves nothing but its record', async (state) => {
  const build = await stopAt(state, pipelineOf(state));
  expect(build).toMatchObject({ status: 'ABORTED', error: { message: 'The execution was stopped.' } });
  await serving.isCalm();
});

test.each(ROLLING)(
  'a build that is stopped in %s leaves a fleet that serves, and nothing else',
  async (state) => {
    const build = await stopAt(state, 'web');
    // The last state may have written the end before it was stopped.
    expect(state === 'Finish' ? ['ABORTED', 'SUCCEEDED'] : ['ABORTED']).toContain(build.status);
    await serving.isCalm();
  },
);

test('a build that is stopped while it brings the first image into an empty group leaves it empty', async () => {
  const emptied = async () => {
    const names = { AutoScalingGroupNames: [EMPTY_GROUP] };
    const [group] =
      (await serving.autoScaling.send(new DescribeAutoScalingGroupsCommand(names))).AutoScalingGroups ?? [];
    return [group?.DesiredCapacity, group?.Instances?.length, group?.LaunchTemplate?.Version];
  };
  const before = await emptied();
  expect(before.slice(0, 2)).toEqual([0, 0]);
  expect(await stopAt('ScaleOut', 'first')).toMatchObject({ status: 'ABORTED' });
  await until('the group is as it was', async () =>
    String(await emptied()) === String(before) ? true : undefined,
  );
  await serving.isCalm();
});

test('after the night nothing is left of what was stopped, though servers ran it once', async () => {
  await serving.passNight();
  await serving.isCalm();
});

test('no visitor was turned away', () => {
  const { requests, failed, failures } = serving.seen();
  expect(requests).toBeGreaterThan(1000);
  expect([failed, failures]).toEqual([0, []]);
});
