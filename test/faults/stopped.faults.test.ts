import { readFileSync } from 'node:fs';
import { GetExecutionHistoryCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { parse } from 'yaml';
import { until } from '../e2e/until';
import { describePipeline, Serving } from './serving';

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

/** Of a build that is not the first, whose site is there in time, and that does not fail: not each has these. */
const OTHERS = ['LookAtBase', 'LookAtTest', 'ScaleOut', 'AwaitCopy', 'Recover'];
const STATES = tasksOf(States).filter((name) => !OTHERS.includes(name));
const ROLLING = STATES.slice(STATES.indexOf('PublishTemplate'));
const BAKING = STATES.filter((name) => !ROLLING.includes(name));

const pipelineOf = (state: string) => `bake-${state.toLowerCase()}`;

let serving: Serving;

beforeAll(async () => {
  const pipelines = BAKING.map((state) => describePipeline(pipelineOf(state)));
  serving = await Serving.start(Object.assign({}, ...pipelines));
});
afterAll(() => serving?.stop());

/** Starts a build, and stops its execution as soon as it has entered a state. */
async function stopAt(state: string, pipeline: string) {
  const { sample } = serving;
  const id = await sample.startBuild(pipeline, { VERSION: '2' });
  const executionArn = `${sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${id}`;
  const states = new SFNClient(sample.settings);
  await until(`build ${id} is in ${state}`, async () => {
    const history = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 200 });
    const { events = [] } = await states.send(history);
    return (
      events.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === state) || undefined
    );
  });
  await states.send(new StopExecutionCommand({ executionArn }));
  return sample.ended(id);
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

test('no visitor was turned away', () => {
  const { requests, failed, failures } = serving.seen();
  expect(requests).toBeGreaterThan(1000);
  expect([failed, failures]).toEqual([0, []]);
});
